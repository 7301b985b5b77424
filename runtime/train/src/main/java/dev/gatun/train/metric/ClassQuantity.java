package dev.gatun.train.metric;

import java.util.Locale;

/** A quantity that each class has. */
public enum ClassQuantity {
  PRECISION,
  RECALL,
  F1,
  FALSE_POSITIVE_RATE,
  SPECIFICITY,
  IOU,
  DICE;

  ClassFormulas.PerClass formula() {
    return switch (this) {
      case PRECISION -> ClassFormulas::precision;
      case RECALL -> ClassFormulas::recall;
      case F1, DICE -> ClassFormulas.fScore(1);
      case FALSE_POSITIVE_RATE -> ClassFormulas::falsePositiveRate;
      case SPECIFICITY -> ClassFormulas::specificity;
      case IOU -> ClassFormulas::intersectionOverUnion;
    };
  }

  String metricName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
