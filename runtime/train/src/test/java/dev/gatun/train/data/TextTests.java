package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.train.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text as numbers and windows of them. */
class TextTests {
  @TempDir private Path folder = Path.of("");

  @Test
  void charactersAreNumberedInOrder() throws Exception {
    Path path = Files.writeString(folder.resolve("t"), "banana \uD83D\uDE00\u00e9");
    String text = Text.read(path);
    Alphabet alphabet = Alphabet.of(text);
    assertEquals(6, alphabet.size());
    assertEquals(" abn\u00e9\uD83D\uDE00", alphabet.toString());
    assertArrayEquals(new int[] {2, 1, 3, 1, 3, 1, 0, 5, 4}, alphabet.encode(text));
    assertEquals(text, alphabet.decode(alphabet.encode(text)));
    assertTrue(Failure.of(() -> alphabet.encode("ax")).contains("U+0078 at 1"));
    assertTrue(Failure.of(() -> alphabet.decode(6)).contains("no character 6"));
    Files.write(path, new byte[] {'a', (byte) 0xc3});
    assertTrue(Failure.of(() -> Text.read(path)).contains("is not UTF-8"));
  }

  @Test
  void windowsAreShiftedByOne() throws Exception {
    IndexedDataset windows = Text.windows(new int[] {0, 1, 2, 3, 4, 5, 6}, 3, 2);
    assertEquals(2, windows.count());
    assertArrayEquals(new long[] {2, 3, 4}, windows.get(1).get("x").toLongs());
    assertArrayEquals(new long[] {3, 4, 5}, windows.get(1).get("y").toLongs());
    assertEquals(4, Text.windows(new int[] {0, 1, 2, 3, 4, 5, 6}, 3, 1).count());
    assertEquals(1, Text.windows(new int[] {0, 1, 2, 3}, 3, 9).count());
    Path path = Files.write(folder.resolve("b"), new byte[] {1, -1, 3});
    Sample only = Text.byteWindows(path, 2, 1).get(0);
    assertArrayEquals(new long[] {1, 255}, only.get("x").toLongs());
    assertArrayEquals(new long[] {255, 3}, only.get("y").toLongs());
    assertTrue(Failure.of(() -> Text.windows(new int[3], 3, 1)).contains("a window needs 4"));
    assertTrue(Failure.of(() -> Text.windows(new int[3], 0, 1)).contains("at least 1"));
  }
}
