package dev.gatun.train.metric;

import java.util.List;

/**
 * A number that says how close texts are to what people wrote, gathered text by text; otherwise
 * like {@link Metric}. Texts are given as tokens: how to cut them is up to the caller, and scores
 * of different tokenizations cannot be compared.
 */
public interface TextMetric {
  /** A short name for tables and curves. */
  String name();

  /** Adds a text and one or more that would have been right. */
  void update(List<String> candidate, List<List<String>> references);

  /** Adds a text and one that would have been right. */
  default void updateOne(List<String> candidate, List<String> reference) {
    update(candidate, List.of(reference));
  }

  /** Adds what another metric of the same kind has gathered. */
  void merge(TextMetric other);

  /** The value for everything since the last reset; NaN for nothing. */
  double result();

  /** Forgets everything. */
  void reset();

  /** A metric of the same kind that has seen nothing. */
  TextMetric fresh();

  /** True when more is better, as of BLEU; false as of an error rate. */
  default boolean higherIsBetter() {
    return true;
  }
}
