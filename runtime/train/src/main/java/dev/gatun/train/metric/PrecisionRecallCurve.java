package dev.gatun.train.metric;

/**
 * Precision and recall with each score as the threshold, the least threshold first; the last point,
 * precision 1 at recall 0, has no threshold.
 */
public record PrecisionRecallCurve(double[] precisions, double[] recalls, double[] thresholds) {
  static PrecisionRecallCurve of(Ranking ranking) {
    int points = ranking.points();
    double[] precisions = new double[points + 1];
    double[] recalls = new double[points + 1];
    double[] thresholds = new double[points];
    double all = ranking.allPositives();
    for (int i = 0; i < points; i++) {
      int from = points - 1 - i;
      double hits = ranking.positives()[from];
      precisions[i] = hits / (hits + ranking.negatives()[from]);
      // Without any positive nothing is missed, as in scikit-learn.
      recalls[i] = all == 0 ? 1 : hits / all;
      thresholds[i] = ranking.thresholds()[from];
    }
    precisions[points] = 1;
    return new PrecisionRecallCurve(precisions, recalls, thresholds);
  }

  /**
   * Average precision: the precisions weighted by the steps of recall, without interpolation; 0
   * when there are no positives, NaN when there is nothing.
   */
  public double averagePrecision() {
    double sum = 0;
    for (int i = 0; i < thresholds.length; i++) {
      sum += (recalls[i] - recalls[i + 1]) * precisions[i];
    }
    boolean nothingPositive = thresholds.length > 0 && precisions[0] == 0;
    return thresholds.length == 0 ? Double.NaN : nothingPositive ? 0 : sum;
  }
}
