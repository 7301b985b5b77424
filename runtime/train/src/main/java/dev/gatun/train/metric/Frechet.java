package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;

/**
 * The Fréchet distance between two sets of features, taken for Gaussians: {@code |m1 - m2|² + tr(C1
 * + C2 - 2 (C1 C2)^1/2)}. With features of an Inception network it is the FID (Heusel et al. 2017).
 */
public final class Frechet {
  private final Gaussian real;
  private final Gaussian made;

  /** For features of this many numbers. */
  public Frechet(int size) {
    real = new Gaussian(size);
    made = new Gaussian(size);
  }

  /** Adds features [N, size] of real samples. */
  public void addReal(Tensor features) {
    real.add(features);
  }

  /** Adds features [N, size] of made samples. */
  public void addMade(Tensor features) {
    made.add(features);
  }

  /** Adds what another has gathered. */
  public void merge(Frechet other) {
    real.add(other.real);
    made.add(other.made);
  }

  /** The distance; each set needs two samples at least. */
  public double result() {
    double[][] c1 = real.covariance();
    double[][] c2 = made.covariance();
    double distance = 0;
    for (int i = 0; i < c1.length; i++) {
      double difference = real.mean[i] - made.mean[i];
      distance += difference * difference + c1[i][i] + c2[i][i];
    }
    // (C1 C2)^1/2 has the trace of (S C2 S)^1/2 with S = C1^1/2, which is symmetric.
    double[][] root = Symmetric.root(c1);
    double[] values =
        Symmetric.eigen(Symmetric.multiply(Symmetric.multiply(root, c2), root)).values();
    for (double value : values) {
      distance -= 2 * Math.sqrt(Math.max(value, 0));
    }
    return Math.max(distance, 0);
  }

  /** Mean and sums of products of deviations. */
  private static final class Gaussian {
    private final double[] mean;
    private final double[][] products;
    private long count;

    Gaussian(int size) {
      if (size < 1) {
        throw new GatunException("features have at least one number, not " + size);
      }
      mean = new double[size];
      products = new double[size][size];
    }

    void add(Tensor features) {
      int size = mean.length;
      if (features.shape().rank() != 2 || features.shape().size(1) != size) {
        throw new ShapeException(
            "metric 'frechet': expected features [N, " + size + "], got " + features.shape());
      }
      Cells cells = Cells.predictions("frechet", features);
      double[] before = new double[size];
      for (long row = 0; row < features.shape().size(0); row++) {
        count++;
        for (int i = 0; i < size; i++) {
          before[i] = cells.number(row * size + i) - mean[i];
          mean[i] += before[i] / count;
        }
        double share = (count - 1.0) / count;
        for (int i = 0; i < size; i++) {
          for (int j = 0; j < size; j++) {
            products[i][j] += before[i] * before[j] * share;
          }
        }
      }
    }

    void add(Gaussian other) {
      if (other.mean.length != mean.length) {
        throw new ShapeException("metric 'frechet': features of different sizes");
      }
      long all = count + other.count;
      if (other.count == 0) {
        return;
      }
      double[] between = new double[mean.length];
      for (int i = 0; i < mean.length; i++) {
        between[i] = other.mean[i] - mean[i];
      }
      for (int i = 0; i < mean.length; i++) {
        for (int j = 0; j < mean.length; j++) {
          products[i][j] +=
              other.products[i][j] + between[i] * between[j] * ((double) count * other.count / all);
        }
        mean[i] += between[i] * other.count / all;
      }
      count = all;
    }

    double[][] covariance() {
      if (count < 2) {
        throw new GatunException(
            "metric 'frechet' needs two samples of each kind at least, got " + count);
      }
      double[][] covariance = new double[mean.length][mean.length];
      for (int i = 0; i < mean.length; i++) {
        for (int j = 0; j < mean.length; j++) {
          covariance[i][j] = products[i][j] / (count - 1);
        }
      }
      return covariance;
    }
  }
}
