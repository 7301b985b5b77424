package dev.gatun.train.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Failure;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Latency, likeness of vectors and of pictures, and the Fréchet distance. */
class MeasureTests {
  @Test
  void percentilesAreExactToAFewPercent() {
    Random random = new Random(1);
    Latency all = new Latency();
    Latency left = new Latency();
    Latency right = new Latency();
    long[] times = new long[10_000];
    for (int i = 0; i < times.length; i++) {
      times[i] = (long) Math.exp(random.nextGaussian() * 3 + 12);
      all.addNanos(times[i]);
      (i % 3 == 0 ? left : right).add(Duration.ofNanos(times[i]));
    }
    Arrays.sort(times);
    left.merge(right);
    for (double share : new double[] {0, 0.01, 0.5, 0.95, 0.99, 0.9999, 1}) {
      double exact = times[(int) Math.max(0, Math.ceil(share * times.length) - 1)];
      double found = (double) all.percentile(share).toNanos();
      assertEquals(exact, found, exact / 64, "share " + share);
      assertEquals(all.percentile(share), left.percentile(share));
    }
    assertEquals(times[9999], all.largest().toNanos());
    assertEquals(Arrays.stream(times).sum() / 10_000, all.mean().toNanos());
    assertEquals(10_000, left.calls());
    assertTrue(all.toString().contains("p95"), all::toString);
  }

  @Test
  void smallTimesAreExactAndLargeOnesFit() {
    Latency latency = new Latency();
    assertEquals("no calls", latency.toString());
    assertTrue(Failure.of(() -> latency.percentile(0.5)).contains("no call"));
    for (long nanos : new long[] {0, 1, 63, 64, 127}) {
      latency.reset();
      latency.addNanos(nanos);
      latency.addNanos(Long.MAX_VALUE / 2);
      assertEquals(nanos, latency.percentile(0.5).toNanos());
      assertEquals(Long.MAX_VALUE / 2, latency.percentile(1).toNanos());
    }
    assertTrue(Failure.of(() -> latency.addNanos(-1)).contains("-1 ns"));
    assertTrue(Failure.of(() -> latency.percentile(2)).contains("no share"));
  }

  @Test
  void cosineIsExact() {
    assertEquals(1, Vectors.cosine(new float[] {1, 2}, new float[] {2, 4}), 1e-15);
    assertEquals(-1, Vectors.cosine(new float[] {1, 2}, new float[] {-2, -4}), 1e-15);
    assertEquals(0, Vectors.cosine(new float[] {1, 0}, new float[] {0, 3}));
    assertEquals(
        32 / Math.sqrt(14 * 77),
        Vectors.cosine(new float[] {1, 2, 3}, new float[] {4, 5, 6}),
        1e-15);
    assertEquals(1, Vectors.cosine(new float[] {3e30f}, new float[] {1e-30f}), 1e-15);
    assertTrue(Failure.of(() -> Vectors.cosine(new float[2], new float[3])).contains("2 and 3"));
    assertTrue(Failure.of(() -> Vectors.cosine(new float[1], new float[] {1})).contains("zeros"));
  }

  @Test
  void peaksOverNoiseAreInDecibels() {
    Metric psnr = Metrics.psnr(255);
    Tensor truth = Tensor.of(new float[] {10, 20, 30, 40}, 2, 2);
    // Squared errors 25 and 25, then 1 and 3.
    Tensor found = Tensor.of(new float[] {15, 15, 31, 40 + (float) Math.sqrt(3)}, 2, 2);
    double first = 10 * Math.log10(255 * 255 / 25.0);
    double second = 10 * Math.log10(255 * 255 / 2.0);
    psnr.update(found, truth);
    assertEquals((first + second) / 2, psnr.result(), 1e-5);
    Metric other = psnr.fresh();
    other.update(found, truth, Tensor.of(new float[] {0, 2}, 2));
    assertEquals(second, other.result(), 1e-5);
    psnr.merge(other);
    assertEquals((first + 3 * second) / 4, psnr.result(), 1e-5);
    psnr.reset();
    assertTrue(Double.isNaN(psnr.result()) && psnr.higherIsBetter());
    psnr.update(truth, truth);
    assertEquals(Double.POSITIVE_INFINITY, psnr.result());
    // 20 dB: errors of a tenth of the range.
    Metric unit = Metrics.psnr(1);
    unit.update(Tensor.of(new double[] {0.1}, 1), Tensor.of(new double[] {0}, 1));
    assertEquals(20, unit.result(), 1e-12);
    assertTrue(Failure.of(() -> Metrics.psnr(0)).contains("such as 1 or 255"));
  }

  /** Points of exactly this mean, and covariance with these deviations turned by an angle. */
  private static Tensor points(double x, double y, double a, double b, double angle) {
    double u = a * Math.sqrt(1.5);
    double v = b * Math.sqrt(1.5);
    double c = Math.cos(angle);
    double s = Math.sin(angle);
    return Tensor.of(
        new double[] {
          x + u * c, y + u * s, x - u * c, y - u * s, x - v * s, y + v * c, x + v * s, y - v * c
        },
        4,
        2);
  }

  @Test
  void frechetDistanceIsTheClosedForm() {
    Frechet same = new Frechet(2);
    same.addReal(points(1, 2, 3, 0.5, 0.3));
    same.addMade(points(1, 2, 3, 0.5, 0.3));
    assertEquals(0, same.result(), 1e-9);
    Frechet shifted = new Frechet(2);
    shifted.addReal(points(0, 0, 3, 0.5, 0.7));
    shifted.addMade(points(2, -1, 1, 4, 0.7));
    // Covariances with the same axes: the squared differences of the deviations.
    assertEquals(5 + 4 + 12.25, shifted.result(), 1e-9);
    // Axes of their own: tr (C1 C2)^1/2 of 2 x 2 matrices is sqrt(tr C1C2 + 2 sqrt(det C1C2)).
    Frechet turned = new Frechet(2);
    turned.addReal(points(0, 0, 2, 1, 0));
    turned.addMade(points(0, 0, 2, 1, Math.PI / 2));
    assertEquals(10 - 2 * Math.sqrt(8 + 2 * 4), turned.result(), 1e-9);
    // One axis is flat.
    Frechet flat = new Frechet(2);
    flat.addReal(points(0, 0, 2, 0, 0));
    flat.addMade(points(0, 0, 0, 0, 0));
    assertEquals(4, flat.result(), 1e-9);
  }

  @Test
  void frechetDistanceRisesWhenModesAreDropped() {
    Frechet[] distances = new Frechet[3];
    int[] modes = {8, 6, 3};
    for (int d = 0; d < 3; d++) {
      distances[d] = new Frechet(2);
      Frechet half = new Frechet(2);
      half.addReal(ring(8, 1));
      distances[d].merge(half);
      distances[d].addMade(ring(modes[d], 2));
    }
    assertTrue(distances[0].result() < 0.01);
    assertTrue(distances[1].result() > 10 * distances[0].result());
    assertTrue(distances[2].result() > 2 * distances[1].result());
  }

  private static Tensor ring(int modes, int seed) {
    Random random = new Random(seed);
    double[] values = new double[2 * 4000];
    for (int i = 0; i < 4000; i++) {
      double angle = 2 * Math.PI * (i % modes) / 8;
      values[2 * i] = 2 * Math.cos(angle) + 0.05 * random.nextGaussian();
      values[2 * i + 1] = 2 * Math.sin(angle) + 0.05 * random.nextGaussian();
    }
    return Tensor.of(values, 4000, 2);
  }

  @Test
  void rootsOfMatricesMultiplyBack() {
    Random random = new Random(3);
    for (int n : new int[] {1, 2, 5, 23}) {
      double[][] b = new double[n][n];
      double[][] bt = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          b[i][j] = random.nextGaussian();
          bt[j][i] = b[i][j];
        }
      }
      double[][] square = Symmetric.multiply(b, bt);
      double[][] root = Symmetric.root(square);
      double[][] back = Symmetric.multiply(root, root);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          assertEquals(square[i][j], back[i][j], 1e-10 * n, "size " + n);
        }
      }
    }
    Frechet frechet = new Frechet(2);
    assertTrue(Failure.of(frechet::result).contains("two samples"));
    assertTrue(Failure.of(() -> frechet.addReal(Tensor.of(new float[3], 1, 3))).contains("[N, 2]"));
    assertTrue(Failure.of(() -> frechet.merge(new Frechet(3))).contains("different sizes"));
  }
}
