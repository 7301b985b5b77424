package dev.gatun.train.metric;

import java.util.Arrays;

/**
 * For each class how often it was predicted, how often it was true, and how often both; enough for
 * every metric of decisions but the confusion matrix, in memory that grows with the number of
 * classes only.
 */
final class ClassCounts {
  private double[] hits = new double[2];
  private double[] predicted = new double[2];
  private double[] actual = new double[2];
  private int classes;
  private double total;

  void add(int prediction, int truth, double weight) {
    grow(Math.max(prediction, truth) + 1);
    predicted[prediction] += weight;
    actual[truth] += weight;
    if (prediction == truth) {
      hits[truth] += weight;
    }
    total += weight;
  }

  void add(ClassCounts other) {
    grow(other.classes);
    for (int c = 0; c < other.classes; c++) {
      hits[c] += other.hits[c];
      predicted[c] += other.predicted[c];
      actual[c] += other.actual[c];
    }
    total += other.total;
  }

  void clear() {
    Arrays.fill(hits, 0);
    Arrays.fill(predicted, 0);
    Arrays.fill(actual, 0);
    classes = 0;
    total = 0;
  }

  private void grow(int needed) {
    if (needed > hits.length) {
      int length = Math.max(needed, 2 * hits.length);
      hits = Arrays.copyOf(hits, length);
      predicted = Arrays.copyOf(predicted, length);
      actual = Arrays.copyOf(actual, length);
    }
    classes = Math.max(classes, needed);
  }

  /** One more than the largest class seen. */
  int classes() {
    return classes;
  }

  double total() {
    return total;
  }

  double hits() {
    return Arrays.stream(hits).sum();
  }

  double hits(int c) {
    return c < classes ? hits[c] : 0;
  }

  double predicted(int c) {
    return c < classes ? predicted[c] : 0;
  }

  double actual(int c) {
    return c < classes ? actual[c] : 0;
  }

  /** True when the class occurs among targets or predictions. */
  boolean occurs(int c) {
    return predicted(c) > 0 || actual(c) > 0;
  }
}
