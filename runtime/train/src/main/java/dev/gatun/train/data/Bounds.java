package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;

/** What counts as an outlier, column by column: applied, values beyond are moved to the bound. */
public record Bounds(String field, double[] low, double[] high) implements Preparation {
  /** Beyond the quartiles by this many times their distance; 1.5 is usual. */
  public static Bounds quartiles(Dataset train, String field, double times) {
    ColumnStatistics s = ColumnStatistics.gather(train, field, -1, true).complete();
    double[] low = new double[s.columns()];
    double[] high = new double[s.columns()];
    for (int c = 0; c < low.length; c++) {
      double first = s.quantile(c, 0.25);
      double third = s.quantile(c, 0.75);
      low[c] = first - times * (third - first);
      high[c] = third + times * (third - first);
    }
    return new Bounds(field, low, high);
  }

  /** Further from the mean than this many deviations; 3 is usual. */
  public static Bounds deviations(Dataset train, String field, double times) {
    ColumnStatistics s = ColumnStatistics.gather(train, field, -1, false).complete();
    double[] low = new double[s.columns()];
    double[] high = new double[s.columns()];
    Arrays.setAll(low, c -> s.mean(c) - times * s.deviation(c));
    Arrays.setAll(high, c -> s.mean(c) + times * s.deviation(c));
    return new Bounds(field, low, high);
  }

  /** Outside two quantiles, say 0.01 and 0.99. */
  public static Bounds quantiles(Dataset train, String field, double from, double to) {
    if (!(from >= 0 && from < to && to <= 1)) {
      throw new DataException("quantiles " + from + " and " + to + " do not lie within 0 and 1");
    }
    ColumnStatistics s = ColumnStatistics.gather(train, field, -1, true).complete();
    double[] low = new double[s.columns()];
    double[] high = new double[s.columns()];
    Arrays.setAll(low, c -> s.quantile(c, from));
    Arrays.setAll(high, c -> s.quantile(c, to));
    return new Bounds(field, low, high);
  }

  /** True when no value lies beyond; for {@link Dataset#filter}. Missing ones do not. */
  public boolean holds(Sample sample) {
    Tensor value = sample.get(field);
    Axis axis = new Axis(field, -1);
    double[] numbers = value.toDoubles();
    for (int i = 0; i < numbers.length; i++) {
      int c = axis.column(value, i);
      if (numbers[i] < low[c] || numbers[i] > high[c]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Sample apply(Sample sample) {
    return sample.with(field, apply(sample.get(field)));
  }

  /** The bounded values of a sample or a batch. */
  public Tensor apply(Tensor values) {
    return new Axis(field, -1)
        .map(values, low.length, c -> x -> Math.min(Math.max(x, low[c]), high[c]));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bounds that
        && field.equals(that.field)
        && Arrays.equals(low, that.low)
        && Arrays.equals(high, that.high);
  }

  @Override
  public int hashCode() {
    return 31 * field.hashCode() + Arrays.hashCode(low);
  }
}
