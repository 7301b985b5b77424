package dev.gatun.audio;

import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Labels of networks trained with connectionist temporal classification (Graves and others 2006):
 * repeated labels of neighbouring steps are one, blanks separate and vanish.
 *
 * @param blank number of the blank
 */
public record CtcDecoder(int blank) {
  /** Checked. */
  public CtcDecoder {
    if (blank < 0) {
      throw new AudioException("the blank's number cannot be negative, got " + blank);
    }
  }

  /**
   * Labels and how likely they are.
   *
   * @param logProbability of the labels over all their alignments that were followed
   */
  public record Hypothesis(List<Integer> labels, double logProbability) {}

  /** The labels of the likeliest alignment, the likeliest label at each step; [steps, labels]. */
  public Hypothesis greedy(Tensor logits) {
    double[][] steps = logProbabilities(logits);
    List<Integer> labels = new ArrayList<>();
    double sum = 0;
    int last = blank;
    for (double[] step : steps) {
      int best = 0;
      for (int i = 1; i < step.length; i++) {
        if (step[i] > step[best]) {
          best = i;
        }
      }
      if (best != blank && best != last) {
        labels.add(best);
      }
      last = best;
      sum += step[best];
    }
    return new Hypothesis(labels, sum);
  }

  /**
   * The likeliest labels, best first, by prefix search (Graves 2012, Hannun and others 2014): the
   * {@code width} likeliest beginnings are followed, alignments of the same labels are added. Exact
   * once {@code width} is as large as the number of possible beginnings.
   */
  public List<Hypothesis> beam(Tensor logits, int width) {
    if (width < 1) {
      throw new AudioException("a beam needs a width of at least 1, got " + width);
    }
    List<Prefix> beam = List.of(Prefix.first());
    for (double[] step : logProbabilities(logits)) {
      Map<List<Integer>, Prefix> next = new HashMap<>();
      for (Prefix prefix : beam) {
        prefix.follow(step, blank, next);
      }
      beam =
          next.values().stream()
              .sorted(Comparator.comparingDouble(Prefix::total).reversed())
              .limit(width)
              .toList();
    }
    return beam.stream().map(p -> new Hypothesis(p.labels, p.total())).toList();
  }

  private double[][] logProbabilities(Tensor logits) {
    if (logits.shape().rank() != 2 || logits.shape().size(1) <= blank) {
      throw new AudioException(
          "logits must be [steps, labels] with more than "
              + blank
              + " labels, got "
              + logits.type());
    }
    int steps = Math.toIntExact(logits.shape().size(0));
    int labels = Math.toIntExact(logits.shape().size(1));
    double[] all = logits.toDoubles();
    double[][] rows = new double[steps][];
    for (int t = 0; t < steps; t++) {
      rows[t] = Arrays.copyOfRange(all, t * labels, (t + 1) * labels);
      double largest = Arrays.stream(rows[t]).max().orElse(0);
      double sum = 0;
      for (double value : rows[t]) {
        sum += Math.exp(value - largest);
      }
      double log = largest + Math.log(sum);
      if (Double.isNaN(log)) {
        throw new AudioException("logits of step " + t + " are not finite");
      }
      for (int i = 0; i < labels; i++) {
        rows[t][i] -= log;
      }
    }
    return rows;
  }

  /** Labels so far, and how likely alignments are that end with a blank or with the last label. */
  private static final class Prefix {
    final List<Integer> labels;
    double blankEnd = Double.NEGATIVE_INFINITY;
    double labelEnd = Double.NEGATIVE_INFINITY;

    Prefix(List<Integer> labels) {
      this.labels = labels;
    }

    /** Nothing yet, which is certain. */
    static Prefix first() {
      Prefix empty = new Prefix(List.of());
      empty.blankEnd = 0;
      return empty;
    }

    double total() {
      return add(blankEnd, labelEnd);
    }

    void follow(double[] step, int blank, Map<List<Integer>, Prefix> next) {
      Prefix same = next.computeIfAbsent(labels, Prefix::new);
      same.blankEnd = add(same.blankEnd, total() + step[blank]);
      int last = labels.isEmpty() ? blank : labels.getLast();
      if (last != blank) {
        same.labelEnd = add(same.labelEnd, labelEnd + step[last]);
      }
      for (int i = 0; i < step.length; i++) {
        // A second one of the same label needs a blank in between.
        double before = i == last ? blankEnd : total();
        double after = before + step[i];
        if (i != blank && after != Double.NEGATIVE_INFINITY) {
          List<Integer> longer = new ArrayList<>(labels.size() + 1);
          longer.addAll(labels);
          longer.add(i);
          Prefix other = next.computeIfAbsent(longer, Prefix::new);
          other.labelEnd = add(other.labelEnd, after);
        }
      }
    }

    private static double add(double a, double b) {
      double larger = Math.max(a, b);
      return larger == Double.NEGATIVE_INFINITY
          ? larger
          : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
    }
  }
}
