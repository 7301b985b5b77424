package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.onnx.OnnxValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTests extends CommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  private void assertOneMessage(String... parts) {
    String message = err.toString();
    assertEquals(1, message.strip().lines().count(), message);
    assertFalse(message.contains("internal error"), message);
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void doctorTestsEveryBackend() {
    assertEquals(0, gatun("doctor"), out + " " + err);
    assertTrue(out.toString().contains("vector      works"), out.toString());
  }

  @Test
  void helpHasExamples() {
    assertEquals(0, gatun("run", "--help"));
    assertTrue(out.toString().contains("Examples:"), out.toString());
  }

  @Test
  void noArgumentsAreWrongUsage() {
    assertEquals(2, gatun());
  }

  @Test
  void aMissingFileIsNamed() {
    assertEquals(1, gatun("run", directory.resolve("none.onnx").toString()));
    assertOneMessage("none.onnx");
  }

  @Test
  void inputsBesideTheModelAreTakenUnlessASizeIsAskedFor() throws IOException {
    Path model = Files.write(directory.resolve("m.onnx"), new TinyModel().open().bytes());
    Path set = Files.createDirectory(directory.resolve("test_data_set_0"));
    OnnxValues.write(
        set.resolve("input_0.pb"), "x", Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 2, 3));
    assertEquals(0, gatun("run", model.toString()), err.toString());
    assertTrue(out.toString().contains("f32[2, 3]"), out.toString());
    out.getBuffer().setLength(0);
    assertEquals(0, gatun("run", model.toString(), "--dim", "x.0=4"), err.toString());
    assertTrue(out.toString().contains("f32[4, 3]"), out.toString());
  }

  @Test
  void aTruncatedFileIsRefused() throws IOException {
    Path file = directory.resolve("cut.onnx");
    Files.write(file, new byte[] {0x08, 0x08, 0x3a, 0x7f, 0x0a});
    assertEquals(1, gatun("run", file.toString()));
    assertOneMessage("cut.onnx");
  }

  @Test
  void anUnknownBackendListsTheKnownOnes() throws IOException {
    Path file = directory.resolve("empty.onnx");
    Files.write(file, new byte[0]);
    assertEquals(1, gatun("run", file.toString(), "--backend", "fast"));
    assertEquals(1, err.toString().strip().lines().count(), err.toString());
  }

  @Test
  void conformanceNeedsADirectory() {
    assertEquals(1, gatun("conformance", directory.resolve("none").toString()));
    assertOneMessage("not a directory");
  }
}
