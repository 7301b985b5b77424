package dev.gatun.vision;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Whether two pictures show the same one, decided by a threshold on how alike they are: what
 * thresholds cost, from pairs of which it is known.
 *
 * @param thresholds that occur, highest first; pairs that are at least that alike are accepted
 * @param falseAccepts share of the pairs that are not the same, for each threshold
 * @param falseRejects share of the pairs that are the same, for each threshold
 */
public record Verification(
    List<Double> thresholds, List<Double> falseAccepts, List<Double> falseRejects) {
  /** Copied. */
  public Verification {
    thresholds = List.copyOf(thresholds);
    falseAccepts = List.copyOf(falseAccepts);
    falseRejects = List.copyOf(falseRejects);
  }

  /**
   * What is known of pairs.
   *
   * @param alike how alike each pair is, such as a cosine or a distance below zero
   * @param same whether it is the same one
   */
  public static Verification of(double[] alike, boolean[] same) {
    int count = alike.length;
    int positives = 0;
    for (boolean is : same) {
      positives += is ? 1 : 0;
    }
    if (same.length != count || positives == 0 || positives == count) {
      throw new VisionException(
          "%d pairs and %d answers, %d of them yes: both kinds are needed"
              .formatted(count, same.length, positives));
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble((Integer i) -> alike[i]).reversed());
    List<Double> thresholds = new ArrayList<>(List.of(Double.POSITIVE_INFINITY));
    List<Double> accepts = new ArrayList<>(List.of(0.0));
    List<Double> rejects = new ArrayList<>(List.of(1.0));
    int right = 0;
    for (int i = 0; i < count; i++) {
      int at = order.get(i);
      right += same[at] ? 1 : 0;
      if (i + 1 == count || alike[order.get(i + 1)] != alike[at]) {
        thresholds.add(alike[at]);
        accepts.add((i + 1 - right) / (double) (count - positives));
        rejects.add(1 - right / (double) positives);
      }
    }
    return new Verification(thresholds, accepts, rejects);
  }

  /** How often the same ones are more alike than others: area below the curve. */
  public double area() {
    double area = 0;
    for (int i = 1; i < thresholds.size(); i++) {
      double kept = 2 - falseRejects.get(i) - falseRejects.get(i - 1);
      area += (falseAccepts.get(i) - falseAccepts.get(i - 1)) * kept / 2;
    }
    return area;
  }

  private int equal() {
    int best = 0;
    for (int i = 1; i < thresholds.size(); i++) {
      if (gap(i) < gap(best)) {
        best = i;
      }
    }
    return best;
  }

  private double gap(int i) {
    return Math.abs(falseAccepts.get(i) - falseRejects.get(i));
  }

  /** The threshold at which both mistakes are as frequent as each other, as nearly as there is. */
  public double equalErrorThreshold() {
    return thresholds.get(equal());
  }

  /** How frequent mistakes are there. */
  public double equalErrorRate() {
    return (falseAccepts.get(equal()) + falseRejects.get(equal())) / 2;
  }

  /** The lowest threshold that accepts at most this share of the pairs that are not the same. */
  public double thresholdFor(double falseAccept) {
    double threshold = Double.POSITIVE_INFINITY;
    for (int i = 0; i < thresholds.size() && falseAccepts.get(i) <= falseAccept; i++) {
      threshold = thresholds.get(i);
    }
    return threshold;
  }
}
