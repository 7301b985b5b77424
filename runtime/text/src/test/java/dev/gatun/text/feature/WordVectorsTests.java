package dev.gatun.text.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Word vectors of other programs. */
class WordVectorsTests {
  private static final List<String> WORDS = List.of("king", "queen", "caf\u00E9", "\u6F22");
  private static final float[][] VECTORS = {
    {1, 0.5f, -0.25f}, {0.75f, 0.625f, -0.25f}, {-2e-3f, 1, 3}, {0, 0, 0}
  };

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  private static String lines() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < WORDS.size(); i++) {
      text.append(WORDS.get(i));
      for (float value : VECTORS[i]) {
        text.append(' ').append(value);
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static byte[] bytes(String header, String behind) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header.getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < WORDS.size(); i++) {
      out.writeBytes((WORDS.get(i) + " ").getBytes(StandardCharsets.UTF_8));
      ByteBuffer numbers = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      for (float value : VECTORS[i]) {
        numbers.putFloat(value);
      }
      out.writeBytes(numbers.array());
      out.writeBytes(behind.getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }

  private Path file(byte[] bytes) throws Exception {
    return Files.write(folder.resolve("vectors"), bytes);
  }

  private Path file(String text) throws Exception {
    return file(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void check(WordVectors vectors) {
    assertEquals(WORDS, vectors.words());
    assertEquals(3, vectors.width());
    for (int i = 0; i < WORDS.size(); i++) {
      assertArrayEquals(VECTORS[i], vectors.vector(WORDS.get(i)));
    }
    assertFalse(vectors.contains("King"));
  }

  @Test
  void allThreeFormatsSayTheSame() throws Exception {
    check(WordVectors.text(file(lines())));
    check(WordVectors.text(file("4 3\n" + lines())));
    // word2vec ends each line with a space.
    check(WordVectors.text(file("4 3\n" + lines().replace("\n", " \n"))));
    check(WordVectors.binary(file(bytes("4 3\n", ""))));
    check(WordVectors.binary(file(bytes("4 3\n", "\n"))));
    // GloVe has words with spaces, and the first of two that are the same counts.
    WordVectors spaced = WordVectors.text(file("a 1 2\n. . 3 4\na 5 6\n\u00A0 7 8\n"));
    assertEquals(List.of("a", ". .", "a", "\u00A0"), spaced.words());
    assertArrayEquals(new float[] {3, 4}, spaced.vector(". ."));
    assertArrayEquals(new float[] {1, 2}, spaced.vector("a"));
    assertEquals(
        List.of(". .", "\u00A0"),
        spaced.nearest("a", 5).stream().map(WordVectors.Near::word).toList());
  }

  @Test
  void similarWordsAreNear() throws Exception {
    WordVectors vectors = WordVectors.text(file(lines()));
    double cosine = (0.75 + 0.3125 + 0.0625) / Math.sqrt(1.3125 * (0.5625 + 0.390625 + 0.0625));
    assertEquals(cosine, vectors.cosine("king", "queen"), 1e-12);
    List<WordVectors.Near> near = vectors.nearest("king", 2);
    assertEquals(List.of("queen", "caf\u00E9"), near.stream().map(WordVectors.Near::word).toList());
    assertEquals(cosine, near.get(0).cosine(), 1e-12);
    // What has no direction is near to nothing.
    assertEquals(0, vectors.cosine("king", "\u6F22"));
    assertEquals(2, vectors.nearest("king", 9).size());
    assertEquals(List.of(), vectors.nearest(new float[3], 9, Set.of()));
    assertEquals(3, vectors.nearest(new float[] {1, 1, 1}, 9, Set.of()).size());
  }

  @Test
  void aTableHasTheRowsOfAVocabulary() throws Exception {
    WordVectors vectors = WordVectors.text(file(lines()));
    Tensor table = vectors.table(List.of("<pad>", "queen", "unicorn", "king"));
    assertEquals(Shape.of(4, 3), table.shape());
    assertArrayEquals(
        new float[] {0, 0, 0, 0.75f, 0.625f, -0.25f, 0, 0, 0, 1, 0.5f, -0.25f}, table.toFloats());
    assertArrayEquals(
        new float[] {7, 8, 9},
        vectors.table(List.of("unicorn"), word -> new float[] {7, 8, 9}).toFloats());
    assertTrue(
        message(() -> vectors.table(List.of("unicorn"), word -> new float[2])).contains("unicorn"));
    WordVectors same = WordVectors.of(List.of("x", "y"), Tensor.of(new float[] {1, 2}, 2, 1));
    assertArrayEquals(new float[] {2}, same.vector("y"));
    assertTrue(message(() -> WordVectors.of(WORDS, table.reshape(Shape.of(12)))).contains("12"));
  }

  @Test
  void damagedFilesAreRefusedWithTheirPlace() throws Exception {
    refusedText("", "empty");
    refusedText("king\n", "line 1");
    refusedText("a 1 2\nb 1\n", "line 2");
    refusedText("a 1 2\nb 1 x\n", "'x' is no number");
    refusedText("a 1 2\nb 1 NaN\n", "line 2");
    refusedText("5 3\n" + lines(), "5 words promised, 4 there");
    refusedText("5 0\n" + lines(), "vectors of 0");
    refusedBinary(bytes("999999999 3\n", ""), "word 5 of 999999999");
    refusedBinary(bytes("4 2\n", ""), "");
    refusedBinary(bytes("4 65537\n", ""), "65537");
    refusedBinary(bytes("4 x\n", ""), "begins with count and width");
    refusedBinary(bytes("3 3\n", ""), "more bytes");
    byte[] whole = bytes("4 3\n", "");
    refusedBinary(java.util.Arrays.copyOf(whole, whole.length - 1), "within the vector");
    refusedBinary(("1 3\n" + "x".repeat(5000)).getBytes(StandardCharsets.UTF_8), "longer than");
    assertTrue(message(() -> WordVectors.text(folder.resolve("none"))).contains("cannot be read"));
    WordVectors vectors = WordVectors.text(file(lines()));
    assertTrue(message(() -> vectors.vector("unicorn")).contains("unicorn"));
    assertTrue(message(() -> vectors.nearest(new float[2], 1, Set.of())).contains("2 elements"));
  }

  private void refusedText(String text, String what) throws Exception {
    Path file = file(text);
    String message = message(() -> WordVectors.text(file));
    assertTrue(message.contains(what) && message.contains("vectors"), message);
  }

  private void refusedBinary(byte[] bytes, String what) throws Exception {
    Path file = file(bytes);
    String message = message(() -> WordVectors.binary(file));
    assertTrue(message.contains(what) && message.contains("vectors"), message);
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }
}
