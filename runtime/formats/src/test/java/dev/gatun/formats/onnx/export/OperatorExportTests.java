package dev.gatun.formats.onnx.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphParser;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Ops;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.OnnxException;
import dev.gatun.formats.onnx.OnnxExport;
import dev.gatun.formats.onnx.conformance.Comparison;
import dev.gatun.formats.onnx.conformance.Tolerance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators that ONNX does not have are written by others that mean the same. */
class OperatorExportTests {
  private static final Tolerance TOLERANCE = new Tolerance(1e-6, 1e-6);

  /** Operators that cannot be written, all for reasons that the message gives. */
  private static final Set<String> REFUSED =
      Set.of(
          "assignment", // part of a loss
          "bitCast", // ONNX has it from opset 26 on
          "cofactor",
          "convWeightGradient",
          "ctcLoss",
          "ctcLossGradient",
          "maxPoolGradient",
          "randomLike"); // numbers of a training step

  @TempDir Path directory;

  @Test
  void everyOperatorIsWrittenOrRefusedByName() {
    Set<String> without = new TreeSet<>();
    for (OpDef op : Ops.ALL) {
      boolean written =
          ExportRules.TABLE.containsKey(op.name())
              || Parts.TABLE.containsKey(op.name())
              || op.decomposition().isPresent()
              || op.pointwise().isPresent()
              || op.differentiable().isPresent();
      if (!written) {
        without.add(op.name());
      }
    }
    assertEquals(new TreeSet<>(REFUSED), without);
    Set<String> names = new TreeSet<>();
    Ops.ALL.forEach(op -> names.add(op.name()));
    assertTrue(names.containsAll(ExportRules.TABLE.keySet()), "a rule for an unknown operator");
    assertTrue(names.containsAll(Parts.TABLE.keySet()), "parts of an unknown operator");
  }

  /** Inputs, constants and nodes; the last value is the result. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x: f32[3, 5] | y = logSigmoid(x)",
        "x: f32[3, 5] | y = expm1(x)",
        "x: f32[3, 5] | a = abs(x) | y = log1p(a)",
        "x: f32[3, 5] | a = square(x) | b = add(a, a) | y = rsqrt(b)",
        "x: f32[3, 5] | y = silu(x)",
        "x: f32[3, 5] | y = swish(x) {beta = 1.5}",
        "x: f64[3, 5] | y = celu(x) {alpha = 0.7}",
        "x: f32[3, 5], z: f32[5] | y = atan2(x, z)",
        "x: f32[3, 5], z: f32[5] | y = rem(x, z)",
        "x: f32[3, 5] | y = stopGradient(x)",
        "x: f32[3, 5], z: f32[3, 5] | y = straightThrough(x, z)",
        "x: f32[5], z: f32[3, 5] | y = prelu(x, z)",
        "x: f32[4, 3, 5] | s = i64[2]{1, 5} | y = sumTo(x, s)",
        "x: f32[3, 5] | s = i64[2]{3, 5} | y = sumTo(x, s)",
        "x: f32[3, 5] | y = flip(x) {axes = [0, -1]}",
        "x: f32[3, 5] | y = roll(x) {shifts = [7]}",
        "x: f32[3, 5] | y = roll(x) {shifts = [-1, 2], axes = [0, 1]}",
        "x: f32[3, 5] | y, i = sort(x) {axis = 0}",
        "x: f32[3, 5] | y, i = sort(x) {axis = -1, descending = true}",
        "x: f32[3, 7] | a = i64[]{1} | y = cumProd(x, a)",
        "x: f32[5, 2] | a = i64[]{-2} | y = cumProd(x, a) {exclusive = true, reverse = true}",
        "x: f32[2, 3, 6, 5] | y = unfold(x) {kernel = [2, 3], strides = [2, 1], pads = [1, 0, 0, 1]}",
        "x: f32[2, 3, 7, 5] | y = adaptiveAveragePool(x) {output = [3, 2]}",
        "x: f32[2, 6] | y = glu(x)",
        "x: f32[4, 3, 5], s: f32[3], b: f32[3] | y, m, v = batchNormTrain(x, s, b)",
        "x: f32[9, 4] | i = i64[2, 2]{0, 8, 3, 3} | y = embedding(x, i)",
        "x: f32[3, 5], s: f32[5] | y = rmsNorm(x, s)",
        "x: f32[3, 5] | y = rmsNorm(x)",
        "x: f32[3, 5] | y = layerNorm(x)",
        "x: f32[2, 3, 5] | y, m, d = layerNorm(x) {axis = 1}",
        "x: f32[3, 5], z: f32[4, 5] | y = matmul(x, z) {transposeB = true}",
        "x: f32[2, 5, 3], z: f32[5, 4] | y = matmul(x, z) {transposeA = true}",
        "x: f32[2, 3, 5], z: f32[2, 4, 5] | y = matmul(x, z) {transposeB = true}",
        "x: f32[5], z: f32[4, 5] | y = matmul(x, z) {transposeB = true}",
        "x: f32[2, 6, 3, 4], c: f32[9, 2], s: f32[9, 2] | y = rope(x, c, s)",
        "x: f32[2, 6, 3, 8], c: f32[9, 2], s: f32[9, 2] | p = i64[2, 3]{0, 1, 8, 2, 2, 4}"
            + " | y = rope(x, c, s, p) {interleaved = true, rotaryDim = 4}",
        "q: f32[2, 4, 3, 8], k: f32[2, 2, 5, 8], v: f32[2, 2, 5, 6]"
            + " | y = attention(q, k, v) {causal = true, causalOffset = 2}",
        "q: f32[2, 2, 3, 8], k: f32[2, 2, 5, 8], v: f32[2, 2, 5, 6], m: f32[3, 5]"
            + " | l = i64[2]{4, 3} | y, s = attention(q, k, v, m, l)"
            + " {causal = true, softcap = 2.0, stage = 3}",
        "x: f32[2, 3] | y = globalAveragePool(x)",
        "x: f32[2, 3, 4] | y = globalMaxPool(x)",
        "x: f32[2, 3, 4], s: f32[3], b: f32[3] | y = instanceNorm(x, s, b)",
        "x: f32[1, 8, 4, 6] | y = spaceToDepth(x) {blockSize = 2, mode = \"CRD\"}",
        "x: f32[3, 5], d: f32[3, 5] | s = f32[]{0.5} | y = clipDynamic(x, -, s)"
      })
  void samplesMeanTheSame(String sample) {
    roundTrip(parse(sample));
  }

  private static Graph parse(String sample) {
    String[] parts = sample.split("\\|", -1);
    String results = parts[parts.length - 1].split("=", 2)[0].strip();
    StringBuilder text = new StringBuilder("graph g(" + parts[0].strip() + ") {\n");
    for (int i = 1; i < parts.length; i++) {
      text.append(parts[i].strip()).append('\n');
    }
    return new GraphParser(Ops.ALL).parse(text + "return " + results + "\n}\n");
  }

  private static Tensor random(Value input, long seed) {
    Shape shape = input.tensorType().shape();
    Random random = new Random(seed);
    double[] values = random.doubles(shape.elements(), -1.5, 1.5).toArray();
    return Tensor.rounded(input.tensorType().dtype(), shape, values);
  }

  private void roundTrip(Graph graph) {
    Path file = directory.resolve("g.onnx");
    OnnxExport.write(new Model(graph, Map.of(), Map.of()), file);
    Graph again = Onnx.load(file).graph();
    assertEquals(graph.outputNames(), again.outputNames());
    List<Datum> inputs = new ArrayList<>();
    for (Value input : graph.inputs()) {
      inputs.add(random(input, inputs.size()));
    }
    List<Datum> given = new ArrayList<>();
    for (Value input : again.inputs()) {
      int at = graph.inputs().stream().map(Value::name).toList().indexOf(input.name());
      given.add(inputs.get(at));
    }
    List<Datum> expected = new Interpreter().run(graph, inputs);
    List<Datum> found = new Interpreter().run(again, given);
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(
          Optional.empty(),
          Comparison.difference(found.get(i), expected.get(i), TOLERANCE),
          graph.outputNames().get(i));
    }
  }

  /** The extremes of functions that are written by others. */
  @Test
  void extremesStayExtremes() {
    float[] values = {0, -0f, 1e-30f, -1e-6f, 1e-6f, 0.49f, 0.51f, 80, -80, 1e10f, 1e38f};
    Tensor x = Tensor.of(values, values.length);
    for (String op : List.of("expm1", "log1p", "logSigmoid", "silu")) {
      Graph graph = parse("x: f32[" + values.length + "] | y = " + op + "(x)");
      Path file = directory.resolve(op + ".onnx");
      OnnxExport.write(new Model(graph, Map.of(), Map.of()), file);
      List<Datum> input = List.of(op.equals("log1p") ? absolute(values) : x);
      double[] expected = ((Tensor) new Interpreter().run(graph, input).get(0)).toDoubles();
      double[] found =
          ((Tensor) new Interpreter().run(Onnx.load(file).graph(), input).get(0)).toDoubles();
      for (int i = 0; i < values.length; i++) {
        assertEquals(expected[i], found[i], 3e-7 * Math.abs(expected[i]), op + " of " + values[i]);
      }
    }
  }

  private static Tensor absolute(float[] values) {
    float[] copy = values.clone();
    for (int i = 0; i < copy.length; i++) {
      copy[i] = Math.abs(copy[i]);
    }
    return Tensor.of(copy, copy.length);
  }

  @Test
  void unknownSizesStayUnknown() {
    Graph graph =
        parse(
            "q: f32[?, 4, ?, 8], k: f32[?, 2, ?, 8] | a = attention(q, k, k) {causal = true}"
                + " | y = softmax(a)");
    Path file = directory.resolve("g.onnx");
    OnnxExport.write(new Model(graph, Map.of(), Map.of()), file);
    Graph again = Onnx.load(file).graph();
    Random random = new Random(1);
    for (int[] sizes : new int[][] {{1, 1, 1}, {2, 3, 5}, {3, 7, 7}}) {
      Tensor q =
          Tensor.rounded(
              DType.F32,
              Shape.of(sizes[0], 4, sizes[1], 8),
              random.doubles(sizes[0] * 4L * sizes[1] * 8, -1, 1).toArray());
      Tensor k =
          Tensor.rounded(
              DType.F32,
              Shape.of(sizes[0], 2, sizes[2], 8),
              random.doubles(sizes[0] * 2L * sizes[2] * 8, -1, 1).toArray());
      Tensor expected = (Tensor) new Interpreter().run(graph, List.of(q, k)).get(0);
      Tensor found = (Tensor) new Interpreter().run(again, List.of(q, k)).get(0);
      assertEquals(Optional.empty(), Comparison.difference(found, expected, TOLERANCE));
    }
  }

  @Test
  void randomNumbersKeepTheirTypeAndShape() {
    Graph graph =
        parse("x: f32[3] | s = i64[2]{4, 500} | y = randomNormal(s) {dtype = f64, mean = 3.0}");
    Path file = directory.resolve("g.onnx");
    OnnxExport.write(new Model(graph, Map.of(), Map.of()), file);
    Tensor x = Tensor.of(new float[3], 3);
    Tensor y = (Tensor) new Interpreter().run(Onnx.load(file).graph(), List.of(x)).get(0);
    assertEquals(DType.F64, y.dtype());
    assertEquals(Shape.of(4, 500), y.shape());
    assertEquals(3, Arrays.stream(y.toDoubles()).average().orElse(0), 0.2);
    assertNotEquals(y.getDouble(0), y.getDouble(1));
  }

  @Test
  void everythingThatCannotBeWrittenIsNamed() {
    Graph graph =
        parse(
            "x: f32[3, 3] | a = bitCast(x) {to = i32} | s = i64[1]{3}"
                + " | r = randomUniform(s) {seed = 5} | c = cofactor(x) | d = add(c, r)"
                + " | f = cast(a) {to = f32} | y = add(d, f)");
    Path file = directory.resolve("g.onnx");
    OnnxException refused =
        assertThrows(
            OnnxException.class,
            () -> OnnxExport.write(new Model(graph, Map.of(), Map.of()), file));
    String message = String.valueOf(refused.getMessage());
    assertEquals(3, refused.problems().size(), message);
    assertTrue(message.contains("bitCast 'a': has no ONNX operator of opset 21"), message);
    assertTrue(message.contains("randomUniform 'r': has a seed"), message);
    assertTrue(message.contains("cofactor"), message);
    assertTrue(!file.toFile().exists(), "a file was written");
  }
}
