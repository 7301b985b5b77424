package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConvolutionTests {
  private static final Tensor LINE = Tensor.of(new float[] {1, 2, 3, 4, 5}, 1, 1, 5);

  private static Tensor weight(float... values) {
    return Tensor.of(values, 1, 1, values.length);
  }

  @Test
  void stridesPadsAndDilations() {
    Tensor y =
        Eager.run(
            Conv.OP,
            Attrs.of(
                "strides", new long[] {2}, "pads", new long[] {1, 2}, "dilations", new long[] {2}),
            LINE,
            weight(1, 10),
            Tensor.of(new float[] {100}, 1));
    // Reads positions (-1, 1), (1, 3) and (3, 5).
    assertArrayEquals(new float[] {120, 142, 104}, y.toFloats());
  }

  @Test
  void autoPadPutsTheOddElementAtTheEndOrTheBegin() {
    Tensor w = weight(1, 1);
    float[] upper = {3, 5, 7, 9, 5};
    float[] lower = {1, 3, 5, 7, 9};
    assertArrayEquals(
        upper, Eager.run(Conv.OP, Attrs.of("autoPad", "SAME_UPPER"), LINE, w).toFloats());
    assertArrayEquals(
        lower, Eager.run(Conv.OP, Attrs.of("autoPad", "SAME_LOWER"), LINE, w).toFloats());
  }

  @Test
  void channelsLastGivesTheSame() {
    Tensor x = ramp(2, 4, 3, 5);
    Tensor w = ramp(6, 2, 2, 3);
    Tensor b = ramp(6);
    Attrs attrs = Attrs.of("groups", 2, "pads", new long[] {1, 0, 0, 2});
    Tensor first = Eager.run(Conv.OP, attrs, x, w, b);
    Tensor last = Eager.run(Conv.OP, attrs.with("layout", "NHWC"), channelsLast(x), w, b);
    assertEquals(channelsLast(first), last);
  }

  @Test
  void transposedIsTheAdjoint() {
    // <conv(x), z> = <x, convTranspose(z)> for the same weight.
    Tensor x = ramp(1, 4, 7, 6);
    Tensor w = ramp(6, 2, 3, 2);
    Attrs attrs =
        Attrs.of(
            "groups",
            2,
            "strides",
            new long[] {2, 1},
            "pads",
            new long[] {1, 0, 1, 1},
            "dilations",
            new long[] {1, 2});
    Tensor y = Eager.run(Conv.OP, attrs, x, w);
    Tensor z = ramp(y.shape().sizes());
    Tensor back = Eager.run(ConvTranspose.OP, attrs, z, w);
    assertEquals(x.shape(), back.shape());
    assertEquals(dot(y, z), dot(x, back), 1e-6 * Math.abs(dot(y, z)));
  }

  @Test
  void outputShapeDecidesThePads() {
    Tensor x = Tensor.of(new float[] {1, 2}, 1, 1, 2);
    Tensor w = weight(1, 1, 1);
    // Natural length 2 * 1 + 3 = 5; one is cut off at the begin (NOTSET) or at the end.
    Attrs four = Attrs.of("strides", new long[] {2}, "outputShape", new long[] {4});
    assertArrayEquals(new float[] {1, 3, 2, 2}, Eager.run(ConvTranspose.OP, four, x, w).toFloats());
    assertArrayEquals(
        new float[] {1, 1, 3, 2},
        Eager.run(ConvTranspose.OP, four.with("autoPad", "SAME_UPPER"), x, w).toFloats());
    Attrs six = Attrs.of("strides", new long[] {2}, "outputShape", new long[] {6});
    assertArrayEquals(
        new float[] {1, 1, 3, 2, 2, 0}, Eager.run(ConvTranspose.OP, six, x, w).toFloats());
  }

  @Test
  void maxPoolIndicesCountTheWholeTensor() {
    Tensor x = Tensor.of(new float[] {1, 5, 2, 0, 7, 3, 9, 8, 4, 6, 0, 1}, 1, 2, 2, 3);
    Attrs attrs = Attrs.of("kernel", new long[] {2, 2});
    List<Tensor> y = Eager.run(MaxPool.OP, attrs, 2, x);
    assertArrayEquals(new float[] {7, 7, 9, 8}, y.get(0).toFloats());
    assertArrayEquals(new long[] {4, 4, 6, 7}, y.get(1).toLongs());
    List<Tensor> columns = Eager.run(MaxPool.OP, attrs.with("storageOrder", 1), 2, x);
    assertArrayEquals(new long[] {3, 3, 6, 8}, columns.get(1).toLongs());
  }

  @Test
  void averagePoolCountsPaddingOnlyWhenAsked() {
    Attrs attrs = Attrs.of("kernel", new long[] {3}, "pads", new long[] {1, 1});
    assertArrayEquals(
        new float[] {1.5f, 2, 3, 4, 4.5f}, Eager.run(AveragePool.OP, attrs, LINE).toFloats());
    assertArrayEquals(
        new float[] {1, 2, 3, 4, 3},
        Eager.run(AveragePool.OP, attrs.with("countIncludePad", true), LINE).toFloats());
    // The last window of ceil mode reaches beyond even the padding: that part never counts.
    Attrs ceil =
        Attrs.of(
            "kernel",
            new long[] {3},
            "strides",
            new long[] {3},
            "ceilMode",
            true,
            "countIncludePad",
            true);
    assertArrayEquals(new float[] {2, 4.5f}, Eager.run(AveragePool.OP, ceil, LINE).toFloats());
  }

  @Test
  void globalAndAdaptivePools() {
    Tensor x = Tensor.of(new float[] {3, -4, 1, 2}, 1, 2, 2);
    assertArrayEquals(
        new float[] {-0.5f, 1.5f}, Eager.run(GlobalAveragePool.OP, Attrs.NONE, x).toFloats());
    assertArrayEquals(new float[] {3, 2}, Eager.run(GlobalMaxPool.OP, Attrs.NONE, x).toFloats());
    assertArrayEquals(
        new float[] {5, (float) Math.sqrt(5)},
        Eager.run(GlobalLpPool.OP, Attrs.NONE, x).toFloats());
    assertArrayEquals(
        new float[] {7, 3}, Eager.run(GlobalLpPool.OP, Attrs.of("p", 1), x).toFloats());
    // Of 5 elements into 3: [0, 2), [1, 4), [3, 5).
    assertArrayEquals(
        new float[] {1.5f, 3, 4.5f},
        Eager.run(AdaptiveAveragePool.OP, Attrs.of("output", new long[] {3}), LINE).toFloats());
    assertArrayEquals(
        new float[] {5, (float) Math.sqrt(25)},
        Eager.run(
                LpPool.OP,
                Attrs.of("kernel", new long[] {2}, "strides", new long[] {3}),
                Tensor.of(new float[] {3, -4, 9, 0, 5}, 1, 1, 5))
            .toFloats());
  }

  @Test
  void emptyBatchesAndChannels() {
    Tensor none = Tensor.of(new float[0], 0, 1, 5);
    assertEquals(Shape.of(0, 1, 4), Eager.run(Conv.OP, Attrs.NONE, none, weight(1, 1)).shape());
    Attrs kernel = Attrs.of("kernel", new long[] {2});
    assertEquals(Shape.of(0, 1, 4), Eager.run(MaxPool.OP, kernel, none).shape());
    assertEquals(Shape.of(0, 1, 4), Eager.run(AveragePool.OP, kernel, none).shape());
  }

  @Test
  void errorsNameTheSizes() {
    ShapeException channels =
        assertThrows(
            ShapeException.class,
            () -> Eager.run(Conv.OP, Attrs.NONE, LINE, Tensor.of(new float[6], 1, 3, 2)));
    assertTrue(String.valueOf(channels.getMessage()).contains("1 channels"));
    ShapeException large =
        assertThrows(
            ShapeException.class,
            () -> Eager.run(Conv.OP, Attrs.NONE, LINE, weight(1, 2, 3, 4, 5, 6)));
    assertTrue(String.valueOf(large.getMessage()).contains("larger than the padded input"));
    ShapeException stride =
        assertThrows(
            ShapeException.class,
            () -> Eager.run(Conv.OP, Attrs.of("strides", new long[] {0}), LINE, weight(1)));
    assertTrue(String.valueOf(stride.getMessage()).contains("strides"));
  }

  private static Tensor ramp(long... sizes) {
    float[] values = new float[(int) Shape.of(sizes).elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * 7 % 11 - 5;
    }
    return Tensor.of(values, sizes);
  }

  private static double dot(Tensor a, Tensor b) {
    double sum = 0;
    for (int i = 0; i < a.elements(); i++) {
      sum += a.getDouble(i) * b.getDouble(i);
    }
    return sum;
  }

  /** [N, C, H, W] to [N, H, W, C]. */
  private static Tensor channelsLast(Tensor x) {
    long[] s = x.shape().sizes();
    int positions = (int) (s[2] * s[3]);
    double[] from = x.toDoubles();
    double[] to = new double[from.length];
    for (int n = 0; n < s[0]; n++) {
      for (int c = 0; c < s[1]; c++) {
        for (int p = 0; p < positions; p++) {
          to[(n * positions + p) * (int) s[1] + c] = from[(n * (int) s[1] + c) * positions + p];
        }
      }
    }
    return Tensor.rounded(DType.F32, Shape.of(s[0], s[2], s[3], s[1]), to);
  }
}
