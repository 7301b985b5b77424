package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Failure;
import dev.gatun.train.Golden;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables and lines of JSON: what becomes of cells, and what errors say. */
class CsvTests {
  @TempDir private Path folder = Path.of("");

  private Path write(String text) throws Exception {
    return Files.writeString(folder.resolve("data.csv"), text);
  }

  @Test
  void columnsBecomeFields() throws Exception {
    Path path =
        write("\uFEFFage,name,city,n\n 1.5 ,\"A, \"\"B\"\"\",rome,7\n?,\"two\nlines\",oslo,-8\n");
    Csv csv =
        Csv.of(path)
            .numbers("x", "n", "age")
            .text("name", "name")
            .whole("n", "n")
            .category("city", "city", List.of("oslo", "rome"));
    IndexedDataset rows = csv.read();
    assertEquals(2, rows.count());
    assertEquals(List.of("x", "name", "n", "city"), rows.get(0).names());
    assertArrayEquals(new float[] {7, 1.5f}, rows.get(0).get("x").toFloats());
    assertArrayEquals(new float[] {-8, Float.NaN}, rows.get(1).get("x").toFloats());
    assertEquals("A, \"B\"", rows.get(0).get("name").getString(0));
    assertEquals("two\nlines", rows.get(1).get("name").getString(0));
    assertEquals(1, rows.get(0).get("city").getLong(0));
    assertEquals(-8, rows.get(1).get("n").getLong(0));
    assertEquals(path + " line 3", rows.get(1).origin());
    assertEquals(List.of("oslo", "rome"), csv.categories("city"));
  }

  @Test
  void streamsGiveTheSameOnAnyNumberOfThreads() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      text.append(i).append(';').append(i * i % 97).append('\n');
    }
    Path path = folder.resolve("data.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    Dataset stream = Csv.of(path).headerless().separator(";").numbers("x", 0, 2).stream();
    for (int epoch = 0; epoch < 2; epoch++) {
      try (BatchCursor one = stream.shuffle(4, 50).batch(32).open(epoch);
          BatchCursor four = stream.shuffle(4, 50).batch(32).prefetch(4).open(epoch)) {
        while (one.hasNext()) {
          assertEquals(one.next().asMap(), four.next().asMap());
        }
        assertEquals(false, four.hasNext());
      }
    }
  }

  @Test
  void errorsNameFileLineAndColumn() throws Exception {
    Path path = write("a,b\n1,2\n3,x\n");
    Csv numbers = Csv.of(path).numbers("x", "a", "b");
    assertEquals(
        path + " line 3: column 'b' holds 'x'; a number was expected",
        Failure.of(() -> numbers.read()));
    try (BatchCursor cursor = numbers.stream().batch(1).prefetch(2).open(0)) {
      cursor.next();
      assertTrue(Failure.of(cursor::next).contains("line 3: column 'b'"));
    }
    assertFails("line 3: has 1 columns, the first line 2", "a,b\n1,2\n3\n", numbers);
    assertFails("line 2: has 3 columns, the first line 2", "a,b\n1,2,3\n", numbers);
    assertFails("two columns called 'a'", "a,a\n1,2\n", numbers);
    assertFails("no column 'b', only [a]", "a\n1\n", numbers);
    assertFails("is empty; a header was expected", "", numbers);
    assertFails("numbers must be finite", "a,b\n1,1e99\n", numbers);
    assertFails(
        "holds '2.5'; a whole number was expected", "a,b\n2.5,1\n", Csv.of(path).whole("n", "a"));
    assertFails(
        "holds 'c'; expected one of [a, b]",
        "a\nb\nc\n",
        Csv.of(path).category("c", "a", List.of("a", "b")));
    assertFails("quote", "a,b\n1,\"2\n", numbers);
    Files.write(path, new byte[] {'a', ',', 'b', '\n', '1', ',', (byte) 0xff, '\n'});
    assertTrue(Failure.of(() -> numbers.read()).startsWith(path + ": "));
    assertTrue(Failure.of(() -> Csv.of(path).read()).contains("say which fields"));
    assertTrue(Failure.of(() -> numbers.whole("x", "a")).contains("two fields called 'x'"));
    Path none = folder.resolve("none.csv");
    assertTrue(Failure.of(() -> Csv.of(none).whole("x", "a").read()).contains("no such file"));
  }

  private void assertFails(String expected, String text, Csv csv) throws Exception {
    write(text);
    String message = Failure.of(() -> csv.read());
    assertTrue(message.contains(expected) && message.contains("data.csv"), message);
  }

  @Test
  void linesOfJson() throws Exception {
    Path path = write("{\"t\":[1,2]}\n\n{\"t\":[3]}\r\n{\"t\":[]}");
    Dataset lines =
        JsonLines.stream(
            path,
            json ->
                Sample.of(
                    "t",
                    Tensor.vector(
                        json.path("t").values().stream().mapToLong(v -> v.asLong()).toArray())));
    try (SampleCursor samples = lines.samples(0)) {
      assertArrayEquals(new long[] {1, 2}, samples.next().get("t").toLongs());
      Sample second = samples.next();
      assertArrayEquals(new long[] {3}, second.get("t").toLongs());
      assertEquals(path + " line 3", second.origin());
      assertEquals(0, samples.next().get("t").elements());
      assertEquals(false, samples.hasNext());
    }
    write("{\"t\":[1]}\n{\"t\":[1\n");
    assertTrue(Failure.of(() -> lines.batch(2).open(0).next()).contains("line 2: is not JSON"));
  }

  @Test
  void realTables() {
    Path tables = Golden.shared("data").resolve("tabular_sklearn");
    assumeTrue(Files.isDirectory(tables), "the tables are not there");
    IndexedDataset digits =
        Csv.of(tables.resolve("digits.csv.gz"))
            .headerless()
            .numbers("x", 0, 64)
            .whole("label", "64")
            .read();
    assertEquals(1797, digits.count());
    // From the UCI description: the first digit is a 0, and 178 zeros are in the set.
    assertEquals(0, digits.get(0).get("label").getLong(0));
    long zeros = 0;
    for (int i = 0; i < 1797; i++) {
      zeros += digits.get(i).get("label").getLong(0) == 0 ? 1 : 0;
    }
    assertEquals(178, zeros);
    IndexedDataset iris =
        Csv.of(tables.resolve("iris.csv"))
            .headerless()
            .skipLines(1)
            .numbers("x", 0, 4)
            .whole("label", "4")
            .read();
    assertEquals(150, iris.count());
    assertEquals(tables.resolve("iris.csv") + " line 2", iris.get(0).origin());
  }
}
