package dev.gatun.kernels;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MaxPoolGradientF32Tests {
  private static final int L = Lanes.F32_LENGTH;

  static IntStream channels() {
    return IntStream.of(1, L - 1, L, L + 1, 4 * L, 4 * L + 3).distinct();
  }

  @ParameterizedTest(name = "{0} channels")
  @MethodSource("channels")
  void theFirstLargestElementOfAWindowGetsIt(int channels) {
    Random random = new Random(channels);
    for (float[] special :
        new float[][] {
          {}, // with ties
          {Float.NaN, Float.NEGATIVE_INFINITY},
          {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY},
          {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}
        }) {
      check(random, special, channels, PoolAxis.window(7, 4, 3, 2, 1, 1, 1), 3);
      check(random, special, channels, PoolAxis.window(6, 3, 2, 2, 1, 0, 0), 2);
      check(random, special, channels, PoolAxis.window(9, 5, 3, 1, 2, 0, 0), 3);
      check(random, special, channels, PoolAxis.window(5, 5, 3, 1, 1, 1, 1), 3);
    }
  }

  private static void check(
      Random random, float[] special, int channels, PoolAxis axis, int kernel) {
    int batch = 2;
    int in = axis.in();
    int out = axis.out();
    float[] x = new float[batch * in * in * channels];
    for (int i = 0; i < x.length; i++) {
      int which = random.nextInt(3 + special.length);
      x[i] = which < 3 ? random.nextInt(4) - 2 : special[which - 3];
    }
    float[] dy = FloatBuffers.uniform(random, batch * out * out * channels, -1, 1);
    double[] expected = new double[x.length];
    for (int i = 0; i < dy.length; i++) {
      int c = i % channels;
      int w = i / channels % out;
      int h = i / channels / out % out;
      int image = i / channels / out / out;
      int best = -1;
      for (int t = 0; t < axis.taps()[h] * axis.taps()[w]; t++) {
        int row = axis.first()[h] + t / axis.taps()[w] * axis.dilation();
        int column = axis.first()[w] + t % axis.taps()[w] * axis.dilation();
        int at = ((image * in + row) * in + column) * channels + c;
        boolean larger = best < 0 || x[at] > x[best] || Float.isNaN(x[at]) && !Float.isNaN(x[best]);
        best = larger ? at : best;
      }
      expected[best] += dy[i];
    }
    try (FloatBuffers buffers = new FloatBuffers()) {
      MaxPoolGradientF32 pool = MaxPoolGradientF32.of(batch, channels, axis, axis);
      FloatBuffers.Buffer dx = buffers.blank(x.length);
      long xAt = buffers.of(x).at();
      long dyAt = buffers.of(dy).at();
      for (int task = pool.tasks() - 1; task >= 0; task--) {
        pool.run(xAt, dyAt, dx.at(), task);
      }
      FloatBuffers.assertClose(expected, dx.floats(), 0, 1e-6, kernel + " taps");
    }
  }
}
