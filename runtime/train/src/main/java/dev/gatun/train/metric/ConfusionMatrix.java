package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How often each class was taken for each: rows are true classes, columns predicted ones. Its
 * result is the accuracy.
 *
 * <p>For two classes, 1 being positive, {@code counts()} is {{TN, FP}, {FN, TP}}.
 */
public final class ConfusionMatrix implements Metric {
  /** 4096 classes are 128 MB of counts; more are a matrix that nobody reads. */
  private static final int MAX_CLASSES = 4096;

  private final Decision decision;
  private final int least;
  private double[][] counts;

  /** Counts the classes that occur. */
  public ConfusionMatrix() {
    this(0, Decision.DEFAULT);
  }

  /** Counts at least this many classes, even when some do not occur. */
  public ConfusionMatrix(int classes, Decision decision) {
    this.decision = decision;
    this.least = checked(classes);
    this.counts = new double[least][least];
  }

  private static int checked(int classes) {
    if (classes < 0 || classes > MAX_CLASSES) {
      throw new GatunException(
          "metric 'confusion': "
              + classes
              + " classes; a confusion matrix has at most "
              + MAX_CLASSES
              + " (accuracy, precision and the like take more)");
    }
    return classes;
  }

  @Override
  public String name() {
    return "confusion";
  }

  @Override
  public void update(Tensor predictions, Tensor targets, @Nullable Tensor weights) {
    Classes.forEach(name(), decision, predictions, targets, weights, this::add);
  }

  private void add(int predicted, int actual, double weight) {
    grow(Math.max(predicted, actual) + 1);
    counts[actual][predicted] += weight;
  }

  private void grow(int classes) {
    if (classes > counts.length) {
      double[][] grown = new double[checked(classes)][classes];
      for (int r = 0; r < counts.length; r++) {
        System.arraycopy(counts[r], 0, grown[r], 0, counts.length);
      }
      counts = grown;
    }
  }

  @Override
  public void merge(Metric other) {
    double[][] more = Merging.same(this, other).counts;
    grow(more.length);
    for (int r = 0; r < more.length; r++) {
      for (int c = 0; c < more.length; c++) {
        counts[r][c] += more[r][c];
      }
    }
  }

  /** A copy of the counts, {@code [true class][predicted class]}. */
  public double[][] counts() {
    double[][] copy = new double[counts.length][];
    Arrays.setAll(copy, r -> counts[r].clone());
    return copy;
  }

  @Override
  public double result() {
    double hits = 0;
    double total = 0;
    for (int r = 0; r < counts.length; r++) {
      hits += counts[r][r];
      total += Arrays.stream(counts[r]).sum();
    }
    return hits / total;
  }

  @Override
  public void reset() {
    counts = new double[least][least];
  }

  @Override
  public ConfusionMatrix fresh() {
    return new ConfusionMatrix(least, decision);
  }

  /** The counts as a table, true classes downwards. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("true \\ predicted");
    for (int c = 0; c < counts.length; c++) {
      text.append(String.format(Locale.ROOT, "%8d", c));
    }
    for (int r = 0; r < counts.length; r++) {
      text.append(String.format(Locale.ROOT, "%n%16d", r));
      for (double count : counts[r]) {
        text.append(
            String.format(Locale.ROOT, count == Math.rint(count) ? "%8.0f" : "%8.2f", count));
      }
    }
    return text.toString();
  }
}
