package dev.gatun.vision;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleBiFunction;

/**
 * Mean average precision of detections, as COCO and Pascal VOC define it. Pictures are added one by
 * one; nothing is kept but scores and whether they were right.
 *
 * @param <T> what is compared: a {@link Box} or a mask
 */
public final class MeanPrecision<T> {
  /** How a curve of precision over recall becomes a number. */
  public enum Curve {
    /** The mean at 101 recalls (COCO). */
    POINTS_101,
    /** The mean at 11 recalls (Pascal VOC until 2009). */
    POINTS_11,
    /** The area below it (Pascal VOC from 2010). */
    AREA
  }

  /**
   * A thing that is there.
   *
   * @param ignored whether finding it is neither right nor wrong
   */
  public record Truth<T>(int label, T thing, boolean ignored) {}

  /** A thing that was found. */
  public record Found<T>(int label, double score, T thing) {}

  /** COCO's thresholds of overlaps. */
  private static final int THRESHOLDS = 10;

  /** COCO's greatest number of detections a picture and class. */
  private static final int MOST = 100;

  /** One detection: its score, and for each threshold 1 right, 0 wrong, -1 does not count. */
  private record Scored(double score, int[] right) {}

  /** What is known of a class. */
  private static final class OfClass {
    private final List<Scored> found = new ArrayList<>();
    private long truths;
  }

  private final ToDoubleBiFunction<T, T> overlap;
  private final Curve curve;
  private final Map<Integer, OfClass> classes = new TreeMap<>();

  private MeanPrecision(ToDoubleBiFunction<T, T> overlap, Curve curve) {
    this.overlap = overlap;
    this.curve = curve;
  }

  /** For boxes. */
  public static MeanPrecision<Box> ofBoxes(Curve curve) {
    return new MeanPrecision<>(Box::iou, curve);
  }

  /** For masks of one size. */
  public static MeanPrecision<boolean[]> ofMasks(Curve curve) {
    return new MeanPrecision<>(MeanPrecision::maskOverlap, curve);
  }

  private static double maskOverlap(boolean[] a, boolean[] b) {
    if (a.length != b.length) {
      throw new VisionException(
          "masks of %d and of %d elements cannot overlap".formatted(a.length, b.length));
    }
    int common = 0;
    int union = 0;
    for (int i = 0; i < a.length; i++) {
      common += a[i] && b[i] ? 1 : 0;
      union += a[i] || b[i] ? 1 : 0;
    }
    return union == 0 ? 0 : common / (double) union;
  }

  /** What was found in a picture, and what is there. */
  public void add(List<Found<T>> found, List<Truth<T>> truths) {
    Map<Integer, List<Found<T>>> foundByClass = new TreeMap<>();
    Map<Integer, List<Truth<T>>> truthsByClass = new TreeMap<>();
    found.forEach(f -> foundByClass.computeIfAbsent(f.label(), k -> new ArrayList<>()).add(f));
    truths.forEach(t -> truthsByClass.computeIfAbsent(t.label(), k -> new ArrayList<>()).add(t));
    truthsByClass.forEach(
        (label, there) -> {
          OfClass all = classes.computeIfAbsent(label, k -> new OfClass());
          all.truths += there.stream().filter(t -> !t.ignored()).count();
        });
    foundByClass.forEach(
        (label, list) ->
            match(
                list,
                truthsByClass.getOrDefault(label, List.of()),
                classes.computeIfAbsent(label, k -> new OfClass())));
  }

  private void match(List<Found<T>> found, List<Truth<T>> truths, OfClass all) {
    List<Found<T>> sorted = new ArrayList<>(found);
    sorted.sort(Comparator.<Found<T>>comparingDouble(Found::score).reversed());
    List<Truth<T>> counted = new ArrayList<>(truths);
    // What does not count is matched only if nothing else is.
    counted.sort(Comparator.comparing(Truth::ignored));
    boolean[][] taken = new boolean[THRESHOLDS][counted.size()];
    for (int d = 0; d < Math.min(sorted.size(), MOST); d++) {
      double[] overlaps = new double[counted.size()];
      for (int g = 0; g < overlaps.length; g++) {
        overlaps[g] = overlap.applyAsDouble(sorted.get(d).thing(), counted.get(g).thing());
      }
      int[] right = new int[THRESHOLDS];
      for (int t = 0; t < THRESHOLDS; t++) {
        int best = best(overlaps, counted, taken[t], threshold(t));
        if (best >= 0) {
          taken[t][best] = true;
          right[t] = counted.get(best).ignored() ? -1 : 1;
        }
      }
      all.found.add(new Scored(sorted.get(d).score(), right));
    }
  }

  private int best(double[] overlaps, List<Truth<T>> truths, boolean[] taken, double least) {
    int best = -1;
    double most = Math.min(least, 1 - 1e-10);
    for (int g = 0; g < overlaps.length; g++) {
      if (best >= 0 && !truths.get(best).ignored() && truths.get(g).ignored()) {
        break;
      }
      if (!taken[g] && overlaps[g] >= most) {
        most = overlaps[g];
        best = g;
      }
    }
    return best;
  }

  private static double threshold(int number) {
    return (50 + 5 * number) / 100.0;
  }

  /** Mean over classes and over overlaps from 0.5 to 0.95 (COCO's main number). */
  public double value() {
    double sum = 0;
    for (int t = 0; t < THRESHOLDS; t++) {
      sum += value(threshold(t));
    }
    return sum / THRESHOLDS;
  }

  /**
   * Mean over classes; NaN if there were no truths.
   *
   * @param overlap 0.5, 0.55, ... 0.95
   */
  public double value(double overlap) {
    double sum = 0;
    int count = 0;
    for (int label : classes.keySet()) {
      double one = ofClass(label, overlap);
      if (!Double.isNaN(one)) {
        sum += one;
        count++;
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }

  /** Average precision of one class; NaN if nothing of it was there. */
  public double ofClass(int label, double overlap) {
    int t = (int) Math.rint((overlap - 0.5) / 0.05);
    if (t < 0 || t >= THRESHOLDS || Math.abs(threshold(t) - overlap) > 1e-9) {
      throw new VisionException("overlaps are 0.5, 0.55, ... 0.95, not " + overlap);
    }
    OfClass all = classes.get(label);
    if (all == null || all.truths == 0) {
      return Double.NaN;
    }
    List<Scored> sorted = new ArrayList<>(all.found);
    sorted.sort(Comparator.comparingDouble(Scored::score).reversed());
    sorted.removeIf(s -> s.right()[t] < 0);
    double[] recall = new double[sorted.size()];
    double[] precision = new double[sorted.size()];
    int right = 0;
    for (int i = 0; i < recall.length; i++) {
      right += sorted.get(i).right()[t];
      recall[i] = right / (double) all.truths;
      precision[i] = right / (i + 1.0);
    }
    for (int i = precision.length - 2; i >= 0; i--) {
      precision[i] = Math.max(precision[i], precision[i + 1]);
    }
    return switch (curve) {
      case POINTS_101 -> atPoints(recall, precision, 101);
      case POINTS_11 -> atPoints(recall, precision, 11);
      case AREA -> area(recall, precision);
    };
  }

  private static double atPoints(double[] recall, double[] precision, int points) {
    double sum = 0;
    int i = 0;
    for (int p = 0; p < points; p++) {
      // As NumPy spaces them: 0.07 is a little above 7 / 100.
      double wanted = p == points - 1 ? 1 : p * (1.0 / (points - 1));
      while (i < recall.length && recall[i] < wanted) {
        i++;
      }
      sum += i < recall.length ? precision[i] : 0;
    }
    return sum / points;
  }

  private static double area(double[] recall, double[] precision) {
    double sum = 0;
    double before = 0;
    for (int i = 0; i < recall.length; i++) {
      sum += (recall[i] - before) * precision[i];
      before = recall[i];
    }
    return sum;
  }
}
