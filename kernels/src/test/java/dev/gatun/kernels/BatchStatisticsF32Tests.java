package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchStatisticsF32Tests {
  private static final int L = Lanes.F32_LENGTH;

  static IntStream channels() {
    return IntStream.of(1, L - 1, L, L + 1, 4 * L, 4 * L + 3, 8 * L, 9 * L + 1).distinct();
  }

  @ParameterizedTest(name = "{0} channels")
  @MethodSource("channels")
  void agreesWithDoublePrecision(int channels) {
    Random random = new Random(channels);
    for (int rows : new int[] {1, 2, 127, 129, 1031}) {
      float[] x = FloatBuffers.uniform(random, rows * channels, 2, 5);
      float[] dy = FloatBuffers.uniform(random, rows * channels, -1, 1);
      double[] mean = new double[channels];
      double[] variance = new double[channels];
      double[] flow = new double[channels];
      double[] product = new double[channels];
      float[] middle = FloatBuffers.uniform(random, channels, 2, 5);
      for (int i = 0; i < x.length; i++) {
        int c = i % channels;
        mean[c] += (double) x[i] / rows;
        flow[c] += dy[i];
        product[c] += dy[i] * (double) (x[i] - middle[c]);
      }
      for (int i = 0; i < x.length; i++) {
        double away = x[i] - mean[i % channels];
        variance[i % channels] += away * away / rows;
      }
      try (FloatBuffers buffers = new FloatBuffers()) {
        BatchStatisticsF32 statistics = BatchStatisticsF32.of(rows, channels);
        FloatBuffers.Buffer scratch = buffers.blank((int) (statistics.scratchBytes() / 4));
        FloatBuffers.Buffer means = buffers.blank(channels);
        FloatBuffers.Buffer variances = buffers.blank(channels);
        long xAt = buffers.of(x).at();
        for (int part = statistics.parts() - 1; part >= 0; part--) {
          statistics.moments(xAt, scratch.at(), part);
        }
        statistics.combineMoments(scratch.at(), means.at(), variances.at());
        String what = rows + " rows";
        FloatBuffers.assertClose(mean, means.floats(), 1e-6, 0, what);
        FloatBuffers.assertClose(variance, variances.floats(), 1e-5, 1e-6, what);
        long dyAt = buffers.of(dy).at();
        long middleAt = buffers.of(middle).at();
        for (int part = 0; part < statistics.parts(); part++) {
          statistics.products(xAt, dyAt, middleAt, scratch.at(), part);
        }
        for (int c = 0; c < channels; c++) {
          assertEquals(flow[c], statistics.total(scratch.at(), c, 0), 1e-6 * rows, what);
          assertEquals(product[c], statistics.total(scratch.at(), c, 1), 2e-6 * rows, what);
        }
        scratch.floats(); // nothing was written around it
      }
    }
  }
}
