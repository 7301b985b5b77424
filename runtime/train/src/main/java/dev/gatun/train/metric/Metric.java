package dev.gatun.train.metric;

import dev.gatun.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A number that says how good predictions are, gathered batch by batch.
 *
 * <p>Not thread-safe; gather on several threads with one metric each ({@link #fresh}) and {@link
 * #merge} them. A metric of nothing, or one that is not defined for what it has seen, is NaN.
 * Predictions that are NaN are an error: no number would say what went wrong.
 */
public interface Metric {
  /** A short name for tables and curves, such as {@code accuracy}. */
  String name();

  /**
   * Adds a batch.
   *
   * @param predictions what the network says; the metric documents which shapes it takes
   * @param targets what is true
   * @param weights how much each target counts, in as many elements as there are decisions; null
   *     when all count alike. Rows that only pad a batch have weight 0.
   */
  void update(Tensor predictions, Tensor targets, @Nullable Tensor weights);

  /** Adds a batch in which everything counts alike. */
  default void update(Tensor predictions, Tensor targets) {
    update(predictions, targets, null);
  }

  /** Adds what another metric of the same kind has gathered. */
  void merge(Metric other);

  /** The value for everything since the last reset. */
  double result();

  /** Forgets everything. */
  void reset();

  /** A metric of the same kind that has seen nothing. */
  Metric fresh();

  /** True when more is better, as of accuracy; false as of an error. */
  default boolean higherIsBetter() {
    return true;
  }
}
