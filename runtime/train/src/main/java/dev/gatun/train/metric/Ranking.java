package dev.gatun.train.metric;

import java.util.Arrays;

/**
 * How many positives and negatives have at least each of the scores that occur, the largest score
 * first: what ROC and precision-recall curves are made of. Equal scores are one point.
 */
record Ranking(double[] thresholds, double[] positives, double[] negatives) {
  static Ranking of(double[] scores, boolean[] positive, double[] weights) {
    int[] order = IndexSort.descending(scores);
    double[] thresholds = new double[scores.length];
    double[] positives = new double[scores.length];
    double[] negatives = new double[scores.length];
    int points = 0;
    double above = 0;
    double below = 0;
    for (int i = 0; i < order.length; i++) {
      int at = order[i];
      above += positive[at] ? weights[at] : 0;
      below += positive[at] ? 0 : weights[at];
      if (i + 1 == order.length || scores[order[i + 1]] != scores[at]) {
        thresholds[points] = scores[at];
        positives[points] = above;
        negatives[points++] = below;
      }
    }
    return new Ranking(
        Arrays.copyOf(thresholds, points),
        Arrays.copyOf(positives, points),
        Arrays.copyOf(negatives, points));
  }

  int points() {
    return thresholds.length;
  }

  double allPositives() {
    return points() == 0 ? 0 : positives[points() - 1];
  }

  double allNegatives() {
    return points() == 0 ? 0 : negatives[points() - 1];
  }
}
