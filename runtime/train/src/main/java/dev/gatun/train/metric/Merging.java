package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;

/** Checks that two metrics may be merged. */
final class Merging {
  /** The other metric, when it is of the same kind and name as this one. */
  @SuppressWarnings("unchecked") // the classes are compared
  static <M extends Metric> M same(M metric, Metric other) {
    if (metric.getClass() != other.getClass() || !metric.name().equals(other.name())) {
      throw new GatunException(
          "metric '"
              + metric.name()
              + "' cannot take in what '"
              + other.name()
              + "' has gathered; merge metrics made by fresh()");
    }
    return (M) other;
  }

  private Merging() {}
}
