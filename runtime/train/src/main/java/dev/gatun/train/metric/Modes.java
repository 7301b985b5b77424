package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;

/**
 * Counts which modes of a known mixture a generator hits: a point within {@code radius} of a centre
 * is of that mode. A generator that has collapsed covers few of them.
 */
public final class Modes {
  private final double[][] centers;
  private final double radius;
  private final long[] hits;
  private long points;

  /** Modes around centres. */
  public Modes(double[][] centers, double radius) {
    if (centers.length == 0 || !(radius > 0)) {
      throw new GatunException("modes: needs centres and a radius above 0");
    }
    this.centers = new double[centers.length][];
    for (int i = 0; i < centers.length; i++) {
      this.centers[i] = centers[i].clone();
    }
    this.radius = radius;
    hits = new long[centers.length];
  }

  /** Counts generated points [N, D]. */
  public void add(Tensor made) {
    int width = centers[0].length;
    if (made.shape().rank() != 2 || made.shape().size(1) != width) {
      throw new ShapeException(
          "modes: points are " + made.shape() + ", expected [N, " + width + "]");
    }
    for (long i = 0; i < made.shape().size(0); i++) {
      int nearest = nearest(made, i * width);
      if (nearest >= 0) {
        hits[nearest]++;
      }
      points++;
    }
  }

  /** The nearest centre within the radius, or -1. */
  private int nearest(Tensor made, long at) {
    double best = radius * radius;
    int found = -1;
    for (int c = 0; c < centers.length; c++) {
      double sum = 0;
      for (int d = 0; d < centers[c].length; d++) {
        double difference = made.getDouble(at + d) - centers[c][d];
        sum += difference * difference;
      }
      if (sum <= best) {
        best = sum;
        found = c;
      }
    }
    return found;
  }

  /** How many modes there are. */
  public int count() {
    return centers.length;
  }

  /** How many modes hold at least this share of all points. */
  public int covered(double share) {
    int covered = 0;
    for (long each : hits) {
      covered += each > 0 && each >= share * points ? 1 : 0;
    }
    return covered;
  }

  /** The share of points that are of some mode. */
  public double precision() {
    long good = 0;
    for (long each : hits) {
      good += each;
    }
    return points == 0 ? Double.NaN : (double) good / points;
  }
}
