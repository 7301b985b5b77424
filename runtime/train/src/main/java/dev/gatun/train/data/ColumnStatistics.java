package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;

/**
 * What the columns of a field are like, gathered in one pass; missing values (NaN) do not count.
 * Values themselves are kept only for quantiles.
 */
final class ColumnStatistics {
  private final String field;
  private final boolean keep;
  private final double[] means;
  private final double[] squares;
  private final double[] least;
  private final double[] largest;
  private final int[] counts;
  private final double[][] values;

  private ColumnStatistics(String field, int columns, boolean keep) {
    this.field = field;
    this.keep = keep;
    means = new double[columns];
    squares = new double[columns];
    least = new double[columns];
    largest = new double[columns];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    Arrays.fill(largest, Double.NEGATIVE_INFINITY);
    counts = new int[columns];
    values = new double[columns][keep ? 16 : 0];
  }

  static ColumnStatistics gather(Dataset train, String field, int axis, boolean keep) {
    Axis columns = new Axis(field, axis);
    try (SampleCursor samples = train.samples(0)) {
      if (!samples.hasNext()) {
        throw new DataException("field '" + field + "' cannot be fitted: there are no samples");
      }
      Sample sample = samples.next();
      if (sample.get(field).dtype() == DType.STRING) {
        throw new DataException(sample.origin() + ": field '" + field + "' is text, not numbers");
      }
      ColumnStatistics statistics =
          new ColumnStatistics(field, columns.columns(sample.get(field)), keep);
      statistics.add(sample, columns);
      while (samples.hasNext()) {
        statistics.add(samples.next(), columns);
      }
      return statistics;
    }
  }

  private void add(Sample sample, Axis axis) {
    Tensor value = sample.get(field);
    if (axis.columns(value) != means.length) {
      throw new DataException(
          sample.origin()
              + ": field '"
              + field
              + "' is "
              + value.type()
              + " where "
              + means.length
              + " columns were expected");
    }
    double[] numbers = value.toDoubles();
    for (int i = 0; i < numbers.length; i++) {
      if (Double.isInfinite(numbers[i])) {
        throw new DataException(
            sample.origin() + ": field '" + field + "' holds " + numbers[i] + " at " + i);
      }
      if (!Double.isNaN(numbers[i])) {
        add(axis.column(value, i), numbers[i]);
      }
    }
  }

  private void add(int c, double x) {
    if (keep) {
      if (counts[c] == values[c].length) {
        values[c] = Arrays.copyOf(values[c], 2 * values[c].length);
      }
      values[c][counts[c]] = x;
    }
    counts[c]++;
    double before = x - means[c];
    means[c] += before / counts[c];
    squares[c] += before * (x - means[c]);
    least[c] = Math.min(least[c], x);
    largest[c] = Math.max(largest[c], x);
  }

  int columns() {
    return means.length;
  }

  int count(int c) {
    return counts[c];
  }

  double mean(int c) {
    return means[c];
  }

  /** The standard deviation of the values themselves (divided by n). */
  double deviation(int c) {
    // A constant column has exactly 0, whatever rounding says.
    return least[c] == largest[c] ? 0 : Math.sqrt(squares[c] / counts[c]);
  }

  double least(int c) {
    return least[c];
  }

  double largest(int c) {
    return largest[c];
  }

  /** The quantile, interpolated between the two nearest values as NumPy does. */
  double quantile(int c, double q) {
    double[] sorted = sorted(c);
    double at = q * (sorted.length - 1);
    int below = (int) Math.floor(at);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /** The value that occurs most often, the least of equals. */
  double mode(int c) {
    double[] sorted = sorted(c);
    double best = sorted[0];
    int most = 0;
    for (int from = 0; from < sorted.length; ) {
      int to = from;
      while (to < sorted.length && sorted[to] == sorted[from]) {
        to++;
      }
      if (to - from > most) {
        most = to - from;
        best = sorted[from];
      }
      from = to;
    }
    return best;
  }

  private double[] sorted(int c) {
    double[] sorted = Arrays.copyOf(values[c], counts[c]);
    Arrays.sort(sorted);
    return sorted;
  }

  /** Fails for columns of which nothing is known. */
  ColumnStatistics complete() {
    for (int c = 0; c < counts.length; c++) {
      if (counts[c] == 0) {
        throw new DataException(
            "field '"
                + field
                + "': column "
                + c
                + " has no value in the training data; leave it out");
      }
    }
    return this;
  }
}
