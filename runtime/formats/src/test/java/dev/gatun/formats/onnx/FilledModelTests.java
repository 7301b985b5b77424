package dev.gatun.formats.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.wire.WireWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilledModelTests {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  /** y = (x w + b) v, where w and v are left out and b is there. */
  private Path stripped() throws IOException {
    byte[] model =
        new ModelWriter()
            .opset("", 17)
            .input("x", 1, 3, 5)
            .output("y", 1, 3, 2)
            .initializer(missing("w", 5, 7))
            .initializer("b", Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7}, 7))
            .initializer(missing("v", 7, 2))
            .node("MatMul", List.of("x", "w"), List.of("h"))
            .node("Add", List.of("h", "b"), List.of("s"))
            .node("MatMul", List.of("s", "v"), List.of("y"))
            .bytes();
    return Files.write(directory.resolve("stripped.onnx"), model);
  }

  private static WireWriter missing(String name, long... dims) {
    return new WireWriter().integers(1, dims).integer(2, 1).text(8, name).text(12, "fill");
  }

  private static double[] run(Model model) {
    Tensor x = Tensor.rounded(DType.F32, dev.gatun.core.tensor.Shape.of(3, 5), ramp(15));
    try (var session = model.compile(TestedOptions.get())) {
      return session.run("x", x).get("y").toDoubles();
    }
  }

  private static double[] ramp(int n) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = i * 0.25 - 1;
    }
    return values;
  }

  private void assertSameAsFilledWhileLoading(Path source, Path copy) {
    assertFalse(FilledModel.isStripped(copy));
    Model expected = Onnx.load(source, LoadOptions.defaults().withFillMissing());
    assertArrayEquals(run(expected), run(Onnx.load(copy)));
  }

  @Test
  void copyHoldsWhatLoadingWouldMakeUp() throws IOException {
    Path source = stripped();
    assertTrue(FilledModel.isStripped(source));
    Path copy = directory.resolve("copy.onnx");
    FilledModel.write(source, copy);
    assertSameAsFilledWhileLoading(source, copy);
    assertEquals((double) Files.size(source) + 4 * (5 * 7 + 7 * 2), (double) Files.size(copy), 20);
  }

  @Test
  void largeModelsKeepWeightsInAFileBesides() throws IOException {
    Path source = stripped();
    Path copy = directory.resolve("copy.onnx");
    FilledModel.write(source, copy, 300);
    assertSameAsFilledWhileLoading(source, copy);
    // The second tensor begins at a page.
    assertEquals(4096 + 4 * 7 * 2, Files.size(directory.resolve("copy.onnx.data")));
  }

  @Test
  void generatedIndicesStayInTheTable() throws IOException {
    byte[] bytes =
        new ModelWriter()
            .opset("", 17)
            .input("ids", 7, 2, 50)
            .input("other", 7, 6)
            .output("y", 1, 2, 50, 3)
            .output("z", 7, 6)
            .initializer("table", Tensor.of(new float[30], 10, 3))
            .node("Gather", List.of("table", "ids"), List.of("y"))
            .node("Neg", List.of("other"), List.of("z"))
            .bytes();
    Model model = Onnx.load(Files.write(directory.resolve("gather.onnx"), bytes));
    SampleInputs samples = new SampleInputs(model.graph(), Map.of());
    Value ids = model.graph().inputs().get(0);
    long[] generated = longs(samples.generated(ids));
    for (long id : generated) {
      assertTrue(id >= 0 && id < 10, () -> "index " + id);
    }
    assertTrue(java.util.Arrays.stream(generated).distinct().count() > 5);
    assertArrayEquals(generated, longs(samples.generated(ids)));
    assertArrayEquals(
        new long[] {0, 1, 0, 1, 0, 1}, longs(samples.generated(model.graph().inputs().get(1))));
  }

  private static long[] longs(Datum datum) {
    return ((Tensor) datum).toLongs();
  }
}
