package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;

/**
 * Missing numbers (NaN) replaced by a value of their column.
 *
 * @param indicator name of a field to add, 1 where a value was missing and 0 elsewhere; empty for
 *     none
 */
public record Filling(String field, double[] values, String indicator) implements Preparation {
  /** The mean of the training data. */
  public static Filling mean(Dataset train, String field) {
    ColumnStatistics s = ColumnStatistics.gather(train, field, -1, false).complete();
    double[] values = new double[s.columns()];
    Arrays.setAll(values, s::mean);
    return new Filling(field, values, "");
  }

  /** The median of the training data. */
  public static Filling median(Dataset train, String field) {
    ColumnStatistics s = ColumnStatistics.gather(train, field, -1, true).complete();
    double[] values = new double[s.columns()];
    Arrays.setAll(values, c -> s.quantile(c, 0.5));
    return new Filling(field, values, "");
  }

  /** The value that is most frequent in the training data. */
  public static Filling mostFrequent(Dataset train, String field) {
    ColumnStatistics s = ColumnStatistics.gather(train, field, -1, true).complete();
    double[] values = new double[s.columns()];
    Arrays.setAll(values, s::mode);
    return new Filling(field, values, "");
  }

  /** The same value for each of some columns. */
  public static Filling constant(String field, int columns, double value) {
    double[] values = new double[columns];
    Arrays.fill(values, value);
    return new Filling(field, values, "");
  }

  /** The same, and a field that says what was missing. */
  public Filling withIndicator(String name) {
    return new Filling(field, values, name);
  }

  /** True for samples of which nothing is missing in a field; for {@link Dataset#filter}. */
  public static boolean complete(Sample sample, String field) {
    for (double value : sample.get(field).toDoubles()) {
      if (Double.isNaN(value)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Sample apply(Sample sample) {
    Tensor before = sample.get(field);
    Sample filled = sample.with(field, apply(before));
    return indicator.isEmpty()
        ? filled
        : filled.with(
            indicator,
            new Axis(field, -1).map(before, values.length, c -> x -> Double.isNaN(x) ? 1 : 0));
  }

  /** The filled values of a sample or a batch. */
  public Tensor apply(Tensor before) {
    return new Axis(field, -1)
        .map(before, values.length, c -> x -> Double.isNaN(x) ? values[c] : x);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Filling that
        && field.equals(that.field)
        && indicator.equals(that.indicator)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * field.hashCode() + Arrays.hashCode(values);
  }
}
