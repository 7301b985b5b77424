package dev.gatun.train.metric;

/** What is computed from counts a class. */
final class ClassFormulas {
  /** A quotient for given numbers of hits, predictions and targets of a class, and all of them. */
  interface PerClass {
    double of(double hits, double predicted, double actual, double total, ZeroDivision zero);
  }

  static double precision(double hits, double predicted, double a, double n, ZeroDivision zero) {
    return zero.divide(hits, predicted);
  }

  static double recall(double hits, double p, double actual, double n, ZeroDivision zero) {
    return zero.divide(hits, actual);
  }

  static double falsePositiveRate(
      double hits, double predicted, double actual, double total, ZeroDivision zero) {
    return zero.divide(predicted - hits, total - actual);
  }

  static double specificity(
      double hits, double predicted, double actual, double total, ZeroDivision zero) {
    return zero.divide(total - actual - (predicted - hits), total - actual);
  }

  static double intersectionOverUnion(
      double hits, double predicted, double actual, double total, ZeroDivision zero) {
    return zero.divide(hits, predicted + actual - hits);
  }

  /** F-score in which recall counts {@code beta} times as much as precision; beta 1 is Dice. */
  static PerClass fScore(double beta) {
    double square = beta * beta;
    return (hits, predicted, actual, total, zero) ->
        zero.divide((1 + square) * hits, square * actual + predicted);
  }

  static double average(ClassCounts counts, PerClass formula, Average average, ZeroDivision zero) {
    double total = counts.total();
    if (total == 0) {
      return Double.NaN;
    }
    return switch (average) {
      case BINARY -> formula.of(counts.hits(1), counts.predicted(1), counts.actual(1), total, zero);
      case MICRO -> micro(counts, formula, zero);
      case MACRO, WEIGHTED -> mean(counts, formula, average == Average.WEIGHTED, zero);
    };
  }

  private static double micro(ClassCounts counts, PerClass formula, ZeroDivision zero) {
    // Over all classes each decision is one prediction and one target, and a negative of the rest.
    double total = counts.total();
    int occurring = 0;
    for (int c = 0; c < counts.classes(); c++) {
      occurring += counts.occurs(c) ? 1 : 0;
    }
    return formula.of(counts.hits(), total, total, total * occurring, zero);
  }

  private static double mean(
      ClassCounts counts, PerClass formula, boolean weighted, ZeroDivision zero) {
    double sum = 0;
    double weights = 0;
    for (int c = 0; c < counts.classes(); c++) {
      if (!counts.occurs(c)) {
        continue;
      }
      double value =
          formula.of(counts.hits(c), counts.predicted(c), counts.actual(c), counts.total(), zero);
      double weight = weighted ? counts.actual(c) : 1;
      if (!Double.isNaN(value)) {
        sum += weight * value;
        weights += weight;
      }
    }
    return zero.divide(sum, weights);
  }

  static double accuracy(ClassCounts counts) {
    return counts.hits() / counts.total();
  }

  /** The mean recall of the classes that occur among the targets. */
  static double balancedAccuracy(ClassCounts counts) {
    double sum = 0;
    int classes = 0;
    for (int c = 0; c < counts.classes(); c++) {
      if (counts.actual(c) > 0) {
        sum += counts.hits(c) / counts.actual(c);
        classes++;
      }
    }
    return sum / classes;
  }

  /** Cohen's kappa: agreement beyond what the frequencies alone give. */
  static double kappa(ClassCounts counts) {
    double total = counts.total();
    double observed = counts.hits() / total;
    double expected = 0;
    for (int c = 0; c < counts.classes(); c++) {
      expected += counts.predicted(c) / total * (counts.actual(c) / total);
    }
    return (observed - expected) / (1 - expected);
  }

  /** Matthews' correlation for any number of classes (Gorodkin 2004); 0 where it has no sense. */
  static double matthews(ClassCounts counts) {
    double total = counts.total();
    if (total == 0) {
      return Double.NaN;
    }
    double both = 0;
    double predicted = 0;
    double actual = 0;
    for (int c = 0; c < counts.classes(); c++) {
      double p = counts.predicted(c) / total;
      double a = counts.actual(c) / total;
      both += p * a;
      predicted += p * p;
      actual += a * a;
    }
    double scale = (1 - predicted) * (1 - actual);
    return scale <= 0 ? 0 : (counts.hits() / total - both) / Math.sqrt(scale);
  }

  private ClassFormulas() {}
}
