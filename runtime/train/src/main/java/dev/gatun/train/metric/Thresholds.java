package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;

/**
 * Where to draw the line between two classes when mistakes do not cost alike.
 *
 * @param threshold scores above it are class 1
 * @param cost of all mistakes on the given samples
 */
public record Thresholds(double threshold, double cost) {
  /**
   * The threshold of least cost: half way between two scores, or infinite when one class for all is
   * cheapest; the highest of equally cheap ones.
   *
   * @param scores of class 1 [N] or [N, 1]
   * @param labels 0 or 1
   */
  public static Thresholds cheapest(
      Tensor scores, Tensor labels, double falseNegative, double falsePositive) {
    int n = Math.toIntExact(labels.elements());
    if (scores.elements() != n || n == 0) {
      throw new ShapeException(
          "threshold: scores " + scores.shape() + " do not fit labels " + labels.shape());
    }
    if (!(falseNegative >= 0 && falsePositive >= 0)) {
      throw new GatunException("threshold: costs must be 0 or more");
    }
    double[] keys = scores.toDoubles();
    int[] order = IndexSort.descending(keys);
    double missed = 0;
    for (int i = 0; i < n; i++) {
      double label = labels.getDouble(i);
      if (label != 0 && label != 1 || Double.isNaN(keys[i])) {
        throw new GatunException(
            "threshold: sample " + i + " has score " + keys[i] + " and label " + label);
      }
      missed += label;
    }
    double cost = missed * falseNegative;
    double best = cost;
    double threshold = Double.POSITIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      boolean positive = labels.getDouble(order[i]) == 1;
      cost += positive ? -falseNegative : falsePositive;
      boolean last = i + 1 == n;
      double here = keys[order[i]];
      if (cost < best && (last || keys[order[i + 1]] < here)) {
        best = cost;
        threshold = last ? Double.NEGATIVE_INFINITY : here / 2 + keys[order[i + 1]] / 2;
      }
    }
    return new Thresholds(threshold, best);
  }
}
