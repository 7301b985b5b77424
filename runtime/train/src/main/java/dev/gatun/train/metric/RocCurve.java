package dev.gatun.train.metric;

import java.util.Arrays;

/**
 * The receiver operating characteristic: which share of the negatives and of the positives is found
 * with each threshold. The first point is (0, 0) with threshold infinity.
 */
public record RocCurve(
    double[] falsePositiveRates, double[] truePositiveRates, double[] thresholds) {
  static RocCurve of(Ranking ranking) {
    int points = ranking.points();
    double[] fpr = new double[points + 1];
    double[] tpr = new double[points + 1];
    double[] thresholds = new double[points + 1];
    thresholds[0] = Double.POSITIVE_INFINITY;
    for (int i = 0; i < points; i++) {
      fpr[i + 1] = ranking.negatives()[i] / ranking.allNegatives();
      tpr[i + 1] = ranking.positives()[i] / ranking.allPositives();
      thresholds[i + 1] = ranking.thresholds()[i];
    }
    return new RocCurve(fpr, tpr, thresholds);
  }

  /** The same curve without the points on a straight line between their neighbours. */
  public RocCurve corners() {
    int kept = 0;
    int[] at = new int[thresholds.length];
    for (int i = 0; i < thresholds.length; i++) {
      boolean corner = i == 0 || i == thresholds.length - 1 || turns(i);
      if (corner) {
        at[kept++] = i;
      }
    }
    int[] points = Arrays.copyOf(at, kept);
    return new RocCurve(
        pick(falsePositiveRates, points),
        pick(truePositiveRates, points),
        pick(thresholds, points));
  }

  private boolean turns(int i) {
    double x0 = falsePositiveRates[i] - falsePositiveRates[i - 1];
    double y0 = truePositiveRates[i] - truePositiveRates[i - 1];
    double x1 = falsePositiveRates[i + 1] - falsePositiveRates[i];
    double y1 = truePositiveRates[i + 1] - truePositiveRates[i];
    // Rates are quotients by the same two numbers; what differs by less than this is rounding.
    return Math.abs(x0 * y1 - x1 * y0) > 1e-15;
  }

  private static double[] pick(double[] values, int[] points) {
    return Arrays.stream(points).mapToDouble(i -> values[i]).toArray();
  }

  /** The area below the curve; NaN when positives or negatives are missing. */
  public double area() {
    double area = 0;
    for (int i = 1; i < thresholds.length; i++) {
      area +=
          (falsePositiveRates[i] - falsePositiveRates[i - 1])
              * (truePositiveRates[i] + truePositiveRates[i - 1])
              / 2;
    }
    return thresholds.length == 1 ? Double.NaN : area;
  }
}
