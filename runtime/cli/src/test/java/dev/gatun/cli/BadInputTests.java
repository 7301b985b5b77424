package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Npy;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people get wrong ends in one message, another exit code than 0, and no stack. */
class BadInputTests extends CommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  private String model(TinyModel model) throws IOException {
    return Files.write(directory.resolve("m.onnx"), model.bytes()).toString();
  }

  private String tensor(Tensor tensor) {
    Path file = directory.resolve("t.npy");
    Npy.write(file, tensor);
    return file.toString();
  }

  /** Runs; the message must be one and hold these parts. */
  private void assertRefused(List<String> args, String... parts) {
    assertEquals(1, gatun(args.toArray(String[]::new)), out + " " + err);
    String message = err.toString();
    assertTrue(message.startsWith("gatun: "), message);
    assertFalse(message.contains("internal error") || message.contains("\tat "), message);
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void theTinyModelRuns() throws IOException {
    Tensor x = Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 2, 3);
    String backend = System.getProperty("gatun.backend", "auto");
    String threads = System.getProperty("gatun.threads", "0");
    String model = model(new TinyModel());
    int code = gatun("run", model, "x=" + tensor(x), "--backend", backend, "--threads", threads);
    assertEquals(0, code, err::toString);
    assertTrue(out.toString().contains("1.0, 3.0, 5.0, 4.0, 6.0, 8.0"), out.toString());
  }

  @Test
  void aFileCutAnywhereIsRefusedOrStillWhole() throws IOException {
    byte[] whole = new TinyModel().bytes();
    Path file = directory.resolve("cut.onnx");
    int refused = 0;
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      err.getBuffer().setLength(0);
      int code = gatun("run", file.toString(), "--backend", "reference", "--threads", "1");
      String message = err.toString();
      assertFalse(message.contains("internal error"), () -> "cut at " + file + ": " + message);
      if (code != 0) {
        assertTrue(message.startsWith("gatun: ") && message.contains("cut.onnx"), message);
        refused++;
      }
    }
    // All but the last message, which names the operator set, are needed.
    assertTrue(refused > whole.length - 8, refused + " of " + whole.length);
  }

  @Test
  void anUnknownOperatorIsNamed() throws IOException {
    assertRefused(List.of("run", model(new TinyModel().op("Frobnicate"))), "Frobnicate", "m.onnx");
  }

  @Test
  void aNegativeDimensionIsNamed() throws IOException {
    TinyModel model = new TinyModel().weight(1, TinyModel.floats(1, 2, 3), -3);
    assertRefused(List.of("run", model(model)), "negative dimension -3");
  }

  @Test
  void sizesThatDoNotFitTheDataAreNamed() throws IOException {
    TinyModel model = new TinyModel().weight(1, TinyModel.floats(1, 2, 3), 4);
    assertRefused(List.of("run", model(model)), "needs 16 bytes, the file has 12");
  }

  @Test
  void sizesBeyondAnyMemoryAreRefused() throws IOException {
    TinyModel model = new TinyModel().weight(1, new byte[0], Long.MAX_VALUE, Long.MAX_VALUE);
    assertRefused(List.of("run", model(model)), "no tensor is this large");
  }

  @Test
  void shapesThatDoNotFitTogetherAreNamed() throws IOException {
    TinyModel model = new TinyModel().weight(1, TinyModel.floats(1, 2, 3, 4), 4);
    assertRefused(List.of("run", model(model)), "[2, 3]", "[4]");
  }

  @Test
  void typesThatDoNotFitTogetherAreNamed() throws IOException {
    TinyModel model = new TinyModel().weight(7, new byte[24], 3);
    assertRefused(List.of("run", model(model)), "f32", "i64");
  }

  @Test
  void missingExternalDataIsNamed() throws IOException {
    TinyModel model = new TinyModel().external("weights.bin");
    assertRefused(List.of("run", model(model)), "weights.bin");
  }

  @Test
  void inputsOfAnotherShapeOrTypeAreNamed() throws IOException {
    String model = model(new TinyModel());
    String wrong = tensor(Tensor.of(new float[4], 4));
    assertRefused(List.of("run", model, "x=" + wrong), "'x' needs f32[2, 3], got f32[4]");
    wrong = tensor(Tensor.of(new long[6], 2, 3));
    assertRefused(List.of("run", model, "x=" + wrong), "'x' needs f32[2, 3], got i64[2, 3]");
  }

  @Test
  void anInputThatDoesNotExistIsNamed() throws IOException {
    String model = model(new TinyModel());
    String file = tensor(Tensor.of(new float[6], 2, 3));
    assertRefused(List.of("run", model, "q=" + file), "q", "x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "inspect", "explain", "bench"})
  void emptyFilesAndDirectoriesAreNamed(String command) throws IOException {
    Path empty = Files.createFile(directory.resolve("empty.onnx"));
    assertRefused(List.of(command, empty.toString()), "empty.onnx", "empty");
    assertRefused(List.of(command, directory.toString()), "is a directory");
    assertRefused(List.of(command, directory + "/none.onnx"), "no such file");
  }

  @Test
  void anUnreadableFileIsNamed() throws IOException {
    Path file = Path.of(model(new TinyModel()));
    assumeTrue(file.toFile().setReadable(false) && !Files.isReadable(file), "may read everything");
    assertRefused(List.of("run", file.toString()), "m.onnx", "cannot be read");
  }

  @Test
  void outputsThatCannotBeSavedAreNamed() throws IOException {
    Path taken = Files.createFile(directory.resolve("taken"));
    String model = model(new TinyModel());
    assertRefused(List.of("run", model, "--save", taken.toString()), "taken");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--threads -1", "--threads 5000", "--backend fast", "--without nothing"})
  void valuesOutOfRangeAreNamed(String option) throws IOException {
    String model = model(new TinyModel());
    String[] words = option.split(" ", -1);
    assertRefused(List.of("run", model, words[0], words[1]), words[1].replace("-1", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run", "run m --threads x", "run m --threads NaN", "run m --dim x.0=NaN", "run m --dim x",
        "run m --top-k -", "xyz m", "bench m --runs x", "run m --unknown", "conformance",
      })
  void wrongUsageIsExplained(String line) {
    assertEquals(2, gatun(line.split(" ", -1)), line);
    assertTrue(out.toString().isEmpty(), out.toString());
    assertFalse(err.toString().contains("\tat "), err.toString());
    assertTrue(err.toString().contains("Usage: gatun"), err.toString());
  }

  @Test
  void aMistypedCommandIsSuggested() {
    assertEquals(2, gatun("inspct", "m"));
    assertTrue(err.toString().contains("gatun inspect"), err.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "999999999999"})
  void sizesOfGeneratedInputsAreChecked(String size) throws IOException {
    String model = model(new TinyModel());
    assertRefused(List.of("run", model, "--dim", "x.0=" + size), "x.0");
  }

  @Test
  void filesOnAFullDiskAreNamed() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "no device that is always full");
    String model = model(new TinyModel());
    Path results = Files.createDirectory(directory.resolve("results"));
    Files.createSymbolicLink(results.resolve("y.npy"), full);
    assertRefused(
        List.of("run", model, "--save", results.toString()), "y.npy", "No space left on device");
    List<String> bench = List.of("bench", model, "--seconds", "0.01", "--warmup", "0");
    assertRefused(
        Stream.concat(bench.stream(), Stream.of("--json", "/dev/full")).toList(),
        "/dev/full",
        "No space left on device");
    assertRefused(
        List.of("conformance", directory.toString(), "--tsv", "/dev/full"),
        "/dev/full",
        "No space left on device");
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamedWithTheReason() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertRefused(
        List.of("run", model(new TinyModel()), "--save", file.resolve("below").toString()),
        "below cannot be made: ",
        "directory");
  }

  /** A stream that fails as a closed pipe or a full disk does. */
  private static PrintWriter failing(String reason) {
    return new PrintWriter(
        new PipeWriter(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException(reason);
              }
            }));
  }

  @Test
  void aReaderThatHasGoneEndsTheCommandQuietly() {
    for (String command : new String[] {"doctor", "--help", "--version"}) {
      int code = Main.execute(failing("Broken pipe"), new PrintWriter(err), command);
      assertEquals(Main.CLOSED_PIPE, code);
      assertEquals("", err.toString());
    }
  }

  @Test
  void aFullDiskIsNamed() {
    int code = Main.execute(failing("No space left on device"), new PrintWriter(err), "--help");
    assertNotEquals(0, code);
    assertEquals(
        "gatun: standard output cannot be written: No space left on device",
        err.toString().strip());
  }
}
