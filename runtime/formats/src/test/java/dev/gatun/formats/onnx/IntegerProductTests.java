package dev.gatun.formats.onnx;

import static dev.gatun.formats.onnx.ModelWriter.attr;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of 8-bit integers are sums of integers, on every backend and at every length. */
class IntegerProductTests {
  private static final int U8 = 2;
  private static final int I8 = 3;
  private static final int I32 = 6;

  @TempDir private Path folder = Path.of("");

  private long[] run(ModelWriter model, Map<String, Tensor> inputs, Backend backend)
      throws IOException {
    Path file = folder.resolve("model.onnx");
    Files.write(file, model.bytes());
    try (Model loaded = Onnx.load(file);
        Session session = loaded.compile(SessionOptions.DEFAULT.backend(backend).threads(2))) {
      return session.run(Map.copyOf(inputs)).get("y").toLongs();
    }
  }

  private static Tensor integers(Random random, DType type, long... sizes) {
    Shape shape = Shape.of(sizes);
    int lowest = (int) type.lowest();
    int highest = (int) type.highest();
    return Tensor.whole(type, shape, random.longs(shape.elements(), lowest, highest + 1).toArray());
  }

  private static Tensor floats(Random random, double most, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (most * (0.5 + random.nextDouble() / 2));
    }
    return Tensor.of(values, count);
  }

  private static long requantized(long sum, float x, float w, float y, long zero, DType type) {
    float scaled = (float) (int) sum * (x * w / y);
    double whole = Math.rint(scaled) + zero;
    return (long) Math.min(Math.max(whole, type.lowest()), type.highest());
  }

  /** Sums of a 3x3 convolution with zeros around, stride 1. */
  private static long[] convolve(Tensor x, long xZero, Tensor w, long[] wZero, long[] bias) {
    int n = (int) x.shape().size(0);
    int channels = (int) x.shape().size(1);
    int side = (int) x.shape().size(2);
    int filters = (int) w.shape().size(0);
    long[] src = x.toLongs();
    long[] weight = w.toLongs();
    long[] y = new long[n * filters * side * side];
    for (int i = 0; i < y.length; i++) {
      int column = i % side;
      int row = i / side % side;
      int o = i / side / side % filters;
      int image = i / side / side / filters;
      long sum = bias[o];
      for (int c = 0; c < channels; c++) {
        for (int tap = 0; tap < 9; tap++) {
          int r = row + tap / 3 - 1;
          int k = column + tap % 3 - 1;
          if (r >= 0 && r < side && k >= 0 && k < side) {
            sum +=
                (src[((image * channels + c) * side + r) * side + k] - xZero)
                    * (weight[(o * channels + c) * 9 + tap] - wZero[o]);
          }
        }
      }
      y[i] = sum;
    }
    return y;
  }

  /** Channels: a sum that float32 holds, one in pieces, one of float64; by Winograd otherwise. */
  @ParameterizedTest
  @CsvSource({"3, 5, true", "32, 16, true", "64, 24, true", "400, 2, true", "32, 16, false"})
  void convolutionsAreThoseOfIntegers(int channels, int filters, boolean constant)
      throws IOException {
    Random random = new Random(channels + filters);
    Tensor x = integers(random, DType.U8, 1, channels, 12, 12);
    Tensor w = integers(random, DType.I8, filters, channels, 3, 3);
    long[] wZero = random.longs(filters, -3, 4).toArray();
    long[] bias = random.longs(filters, -5000, 5000).toArray();
    Tensor scales = floats(random, 0.01, filters);
    float xScale = 0.02f;
    float yScale = (float) (0.0002 * 40 * Math.sqrt(9.0 * channels));
    ModelWriter model =
        new ModelWriter()
            .opset("", 21)
            .input("x", U8, 1, channels, 12, 12)
            .initializer("xs", Tensor.scalar(DType.F32, xScale))
            .initializer("xz", Tensor.scalar(DType.U8, 120))
            .initializer("ws", scales)
            .initializer("wz", Tensor.whole(DType.I8, Shape.of(filters), wZero))
            .initializer("ys", Tensor.scalar(DType.F32, yScale))
            .initializer("yz", Tensor.scalar(DType.U8, 100))
            .initializer("b", Tensor.whole(DType.I32, Shape.of(filters), bias))
            .node(
                "QLinearConv",
                List.of("x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"),
                List.of("y"),
                attr("pads", new long[] {1, 1, 1, 1}))
            .output("y", U8, 1, filters, 12, 12);
    if (constant) {
      model.initializer("w", w);
    } else {
      model.input("w", I8, filters, channels, 3, 3);
    }
    Map<String, Tensor> inputs = constant ? Map.of("x", x) : Map.of("x", x, "w", w);
    long[] expected = convolve(x, 120, w, wZero, bias);
    int distinct = (int) java.util.Arrays.stream(expected).distinct().count();
    for (int i = 0; i < expected.length; i++) {
      float own = scales.getFloat(i / 144 % filters);
      expected[i] = requantized(expected[i], xScale, own, yScale, 100, DType.U8);
    }
    assertEquals(true, distinct > 100 && java.util.Arrays.stream(expected).distinct().count() > 20);
    for (Backend backend : List.of(Backend.AUTO, Backend.VECTOR, Backend.REFERENCE)) {
      assertArrayEquals(expected, run(model, inputs, backend), backend.name());
    }
  }

  @ParameterizedTest
  @CsvSource({"7, 5", "100, 33", "700, 40", "4000, 17"})
  void matrixProductsAreThoseOfIntegers(int k, int n) throws IOException {
    Random random = new Random(k);
    int m = 6;
    Tensor a = integers(random, DType.U8, m, k);
    Tensor b = integers(random, DType.I8, k, n);
    long[] bZero = random.longs(n, -3, 4).toArray();
    long[] left = a.toLongs();
    long[] right = b.toLongs();
    long[] sums = new long[m * n];
    for (int i = 0; i < sums.length; i++) {
      for (int l = 0; l < k; l++) {
        sums[i] += (left[i / n * k + l] - 90) * (right[l * n + i % n] - bZero[i % n]);
      }
    }
    ModelWriter whole =
        new ModelWriter()
            .opset("", 21)
            .input("a", U8, m, k)
            .initializer("b", b)
            .initializer("az", Tensor.scalar(DType.U8, 90))
            .initializer("bz", Tensor.whole(DType.I8, Shape.of(n), bZero))
            .node("MatMulInteger", List.of("a", "b", "az", "bz"), List.of("y"))
            .output("y", I32, m, n);
    Tensor scales = floats(random, 0.01, n);
    float yScale = (float) (0.0002 * 60 * Math.sqrt(k));
    ModelWriter scaled =
        new ModelWriter()
            .opset("", 21)
            .input("a", U8, m, k)
            .initializer("b", b)
            .initializer("as", Tensor.scalar(DType.F32, 0.02f))
            .initializer("az", Tensor.scalar(DType.U8, 90))
            .initializer("bs", scales)
            .initializer("bz", Tensor.whole(DType.I8, Shape.of(n), bZero))
            .initializer("ys", Tensor.scalar(DType.F32, yScale))
            .initializer("yz", Tensor.scalar(DType.I8, -4))
            .node(
                "QLinearMatMul",
                List.of("a", "as", "az", "b", "bs", "bz", "ys", "yz"),
                List.of("y"))
            .output("y", I8, m, n);
    long[] expected = new long[sums.length];
    for (int i = 0; i < sums.length; i++) {
      expected[i] = requantized(sums[i], 0.02f, scales.getFloat(i % n), yScale, -4, DType.I8);
    }
    for (Backend backend : List.of(Backend.AUTO, Backend.VECTOR, Backend.REFERENCE)) {
      assertArrayEquals(sums, run(whole, Map.of("a", a), backend), backend.name());
      assertArrayEquals(expected, run(scaled, Map.of("a", a), backend), backend.name());
    }
  }

  @Test
  void convIntegerGivesItsSums() throws IOException {
    Random random = new Random(4);
    Tensor x = integers(random, DType.U8, 2, 16, 12, 12);
    Tensor w = integers(random, DType.U8, 16, 16, 3, 3);
    ModelWriter model =
        new ModelWriter()
            .opset("", 21)
            .input("x", U8, 2, 16, 12, 12)
            .initializer("w", w)
            .initializer("xz", Tensor.scalar(DType.U8, 7))
            .initializer("wz", Tensor.scalar(DType.U8, 131))
            .node(
                "ConvInteger",
                List.of("x", "w", "xz", "wz"),
                List.of("y"),
                attr("pads", new long[] {1, 1, 1, 1}))
            .output("y", I32, 2, 16, 12, 12);
    long[] zeros = new long[16];
    java.util.Arrays.fill(zeros, 131);
    long[] expected = convolve(x, 7, w, zeros, new long[16]);
    assertArrayEquals(expected, run(model, Map.of("x", x), Backend.AUTO));
  }
}
