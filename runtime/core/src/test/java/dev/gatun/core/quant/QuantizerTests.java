package dev.gatun.core.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.GraphText;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.BatchNorm;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.Flatten;
import dev.gatun.core.op.Gather;
import dev.gatun.core.op.Gemm;
import dev.gatun.core.op.MaxPool;
import dev.gatun.core.op.Relu;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Models of 8-bit integers. */
class QuantizerTests {
  private final Random random = new Random(11);

  private Tensor normal(double scale, long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] values = random.doubles(shape.elements()).map(u -> scale * (2 * u - 1)).toArray();
    return Tensor.rounded(DType.F32, shape, values);
  }

  /** conv, norm, relu, pool, conv, relu, flatten, gemm. */
  private Model pictures() {
    GraphBuilder b = new GraphBuilder("pictures");
    Value x = b.input("x", new Type.OfTensor(DType.F32, Shape.of(4, 3, 8, 8)));
    Attrs same = Attrs.of("pads", new long[] {1, 1, 1, 1});
    Value y = b.add(Conv.OP, same, x, b.constant("w1", normal(0.3, 16, 3, 3, 3)));
    double[] variance = random.doubles(16, 0.5, 2).toArray();
    y =
        b.add(
            BatchNorm.OP,
            y,
            b.constant(normal(1, 16)),
            b.constant(normal(0.1, 16)),
            b.constant(normal(0.1, 16)),
            b.constant(Tensor.rounded(DType.F32, Shape.of(16), variance)));
    y =
        b.add(
            MaxPool.OP,
            Attrs.of("kernel", new long[] {2, 2}, "strides", new long[] {2, 2}),
            b.add(Relu.OP, y));
    Value w2 = b.constant("w2", normal(0.2, 24, 16, 3, 3));
    y = b.add(Relu.OP, b.add(Conv.OP, same, y, w2, b.constant("b2", normal(0.1, 24))));
    Value w3 = b.constant("w3", normal(0.1, 10, 24 * 16));
    y =
        b.add(
            Gemm.OP,
            Attrs.of("transposeB", true),
            b.add(Flatten.OP, y),
            w3,
            b.constant("b3", normal(0.1, 10)));
    b.output("y", y);
    return new Model(b.build(), Map.of(), Map.of());
  }

  private List<Map<String, Tensor>> samples(int count) {
    List<Map<String, Tensor>> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(Map.of("x", normal(1, 4, 3, 8, 8)));
    }
    return samples;
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }

  private static Deviation deviation(Model first, Model other, List<Map<String, Tensor>> samples) {
    return Objects.requireNonNull(Deviation.between(first, other, samples).get("y"));
  }

  @Test
  void aWeightIsNearestMultiplesOfItsChannelsScale() {
    Tensor weight = normal(1, 5, 7, 3);
    for (int axis = 0; axis < 3; axis++) {
      ChannelIntegers rounded = ChannelIntegers.of(weight, axis, "w");
      int inner = axis == 0 ? 21 : axis == 1 ? 3 : 1;
      int size = (int) weight.shape().size(axis);
      boolean[] most = new boolean[size];
      for (int i = 0; i < 105; i++) {
        int c = i / inner % size;
        float scale = rounded.scales().getFloat(c);
        long integer = rounded.integers().getLong(i);
        most[c] |= Math.abs(integer) == 127;
        assertTrue(Math.abs(integer * scale - weight.getFloat(i)) <= 0.5001 * scale);
      }
      for (boolean full : most) {
        assertTrue(full);
      }
    }
    Tensor bad = Tensor.of(new float[] {1, Float.NaN}, 2);
    String message = message(() -> ChannelIntegers.of(bad, 0, "w"));
    assertTrue(message.contains("'w'"), message);
  }

  @Test
  void weightsAloneChangeResultsLittle() {
    Model model = pictures();
    Quantized quantized = Quantizer.weights(model);
    assertEquals(3, quantized.weights().size());
    Deviation deviation = deviation(model, quantized.model(), samples(3));
    assertTrue(deviation.relative() < 0.01, deviation::toString);
    assertTrue(deviation.relative() > 0, "weights were not rounded");
    // Integers, their scales, and what is too small to gain.
    String text = GraphText.of(quantized.model().graph());
    assertEquals(3, text.split("dequantizeLinear", -1).length - 1, text);
    assertTrue(!text.contains("batchNorm"), text);
  }

  @Test
  void aCalibratedModelRoundsWhatProductsTakeAndGive() {
    Model model = pictures();
    for (Range range : List.of(Range.MIN_MAX, Range.percentile(99.9))) {
      Quantized quantized = Quantizer.calibrated(model, samples(8), range);
      Deviation deviation = deviation(model, quantized.model(), samples(3));
      assertTrue(deviation.relative() < 0.05, deviation::toString);
      String text = GraphText.of(quantized.model().graph());
      // x, relu 1, pool (same integers), relu 2 and what is flattened.
      assertEquals(5, text.split("= quantizeLinear", -1).length - 1, text);
      assertEquals(0, text.split("batchNorm", -1).length - 1, text);
    }
  }

  @Test
  void productsOfIntegersAreWhatTheGraphComputes() {
    // One product: what it takes, its weight and bias as integers, summed as integers.
    GraphBuilder b = new GraphBuilder("gemm");
    Value x = b.input("x", new Type.OfTensor(DType.F32, Shape.of(6, 40)));
    Tensor weight = normal(0.5, 40, 12);
    Tensor bias = normal(0.5, 12);
    b.output("y", b.add(Gemm.OP, x, b.constant("w", weight), b.constant("b", bias)));
    Model model = new Model(b.build(), Map.of(), Map.of());
    Tensor sample = normal(2, 6, 40);
    Quantized quantized = Quantizer.calibrated(model, List.of(Map.of("x", sample)), Range.MIN_MAX);
    Histogram histogram = new Histogram("x");
    histogram.see(sample);
    Activation taken = histogram.activation(Range.MIN_MAX);
    ChannelIntegers integers = ChannelIntegers.of(weight, 1, "w");
    float[] expected = new float[6 * 12];
    for (int i = 0; i < expected.length; i++) {
      double scale = (double) taken.scale() * integers.scales().getFloat(i % 12);
      long sum = Math.round(bias.getFloat(i % 12) / scale);
      for (int k = 0; k < 40; k++) {
        int q = Math.round(sample.getFloat(40L * (i / 12) + k) / taken.scale()) + taken.zero();
        int centered = Math.clamp(q, 0, 255) - taken.zero();
        sum += centered * integers.integers().getLong(12L * k + i % 12);
      }
      expected[i] = (float) (sum * scale);
    }
    try (Session session = quantized.model().compile()) {
      assertArrayEquals(expected, session.run("x", sample).get("y").toFloats(), 1e-4f);
    }
  }

  @Test
  void rowsOfTablesAreWidenedOneByOne() {
    GraphBuilder b = new GraphBuilder("table");
    Value ids = b.input("x", new Type.OfTensor(DType.I64, Shape.of(2, 3)));
    Tensor table = normal(1, 50, 8);
    b.output("y", b.add(Gather.OP, b.constant("table", table), ids));
    Model model = new Model(b.build(), Map.of(), Map.of());
    Model narrow = Quantizer.weights(model).model();
    Tensor some = Tensor.of(new long[] {3, 0, 49, 7, 7, 20}, 2, 3);
    try (Session session = narrow.compile()) {
      float[] rows = session.run("x", some).get("y").toFloats();
      for (int i = 0; i < rows.length; i++) {
        float wanted = table.getFloat(some.getLong(i / 8) * 8 + i % 8);
        assertEquals(wanted, rows[i], 0.5 / 127 + 1e-6);
      }
    }
  }

  @Test
  void largeWeightsAreWidenedOnceInsteadOfInEveryRun() {
    GraphBuilder b = new GraphBuilder("large");
    Value x = b.input("x", new Type.OfTensor(DType.F32, Shape.of(1, 256, 3, 3)));
    // 2.4 MB as float32: more than constants are folded to.
    b.output("y", b.add(Conv.OP, x, b.constant("w", normal(0.1, 256, 256, 3, 3))));
    Model model = Quantizer.weights(new Model(b.build(), Map.of(), Map.of())).model();
    Tensor sample = normal(1, 1, 256, 3, 3);
    float[] expected =
        ((Tensor) new Interpreter().run(model.graph(), List.of(sample)).get(0)).toFloats();
    try (Session session = model.compile()) {
      assertArrayEquals(expected, session.run("x", sample).get("y").toFloats(), 1e-4f);
      String steps = session.explain(Map.of("x", sample.type())).toString();
      assertTrue(!steps.contains("equantize") && !steps.contains("packed in each run"), steps);
    }
  }

  @Test
  void whatCannotBeRoundedIsNamed() {
    GraphBuilder b = new GraphBuilder("none");
    Value x = b.input("x", new Type.OfTensor(DType.F32, Shape.of(4)));
    b.output("y", b.add(Relu.OP, x));
    Model none = new Model(b.build(), Map.of(), Map.of());
    assertThrows(GatunException.class, () -> Quantizer.weights(none));
    Model model = pictures();
    assertThrows(GatunException.class, () -> Quantizer.calibrated(model, List.of(), Range.MIN_MAX));
    float[] values = new float[4 * 3 * 64];
    values[5] = Float.NaN;
    Tensor nan = Tensor.of(values, 4, 3, 8, 8);
    String message =
        message(() -> Quantizer.calibrated(model, List.of(Map.of("x", nan)), Range.MIN_MAX));
    assertTrue(message.contains("'x'"), message);
    assertThrows(IllegalArgumentException.class, () -> Range.percentile(0));
  }
}
