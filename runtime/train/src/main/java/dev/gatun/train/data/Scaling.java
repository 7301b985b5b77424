package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;

/**
 * Numbers brought to a common scale, column by column: {@code (x - center) / scale}. A column that
 * is constant in the training data has scale 1 and becomes 0; missing values stay NaN.
 *
 * @param axis which axis counts the columns, the last as -1; for pictures [C, H, W] it is 0
 */
public record Scaling(String field, int axis, double[] center, double[] scale)
    implements Preparation {
  /** Checked. */
  public Scaling {
    if (center.length != scale.length) {
      throw new DataException("scaling needs as many centers as scales");
    }
  }

  /** Mean 0 and deviation 1 on the training data. */
  public static Scaling standard(Dataset train, String field) {
    return standard(train, field, -1);
  }

  /** Mean 0 and deviation 1 on the training data, columns along another axis. */
  public static Scaling standard(Dataset train, String field, int axis) {
    ColumnStatistics s = ColumnStatistics.gather(train, field, axis, false).complete();
    double[] center = new double[s.columns()];
    double[] scale = new double[s.columns()];
    Arrays.setAll(center, s::mean);
    Arrays.setAll(scale, c -> orOne(s.deviation(c)));
    return new Scaling(field, axis, center, scale);
  }

  /** From 0 to 1 on the training data. */
  public static Scaling minMax(Dataset train, String field) {
    return minMax(train, field, 0, 1);
  }

  /** From {@code low} to {@code high} on the training data; constant columns become 0. */
  public static Scaling minMax(Dataset train, String field, double low, double high) {
    if (!(low < high)) {
      throw new DataException("cannot scale to the range from " + low + " to " + high);
    }
    ColumnStatistics s = ColumnStatistics.gather(train, field, -1, false).complete();
    double[] center = new double[s.columns()];
    double[] scale = new double[s.columns()];
    for (int c = 0; c < center.length; c++) {
      double width = s.largest(c) - s.least(c);
      scale[c] = width == 0 ? 1 : width / (high - low);
      center[c] = width == 0 ? s.least(c) : s.least(c) - low * scale[c];
    }
    return new Scaling(field, -1, center, scale);
  }

  /** Median 0 and distance of the quartiles 1 on the training data; outliers hardly matter. */
  public static Scaling robust(Dataset train, String field) {
    ColumnStatistics s = ColumnStatistics.gather(train, field, -1, true).complete();
    double[] center = new double[s.columns()];
    double[] scale = new double[s.columns()];
    Arrays.setAll(center, c -> s.quantile(c, 0.5));
    Arrays.setAll(scale, c -> orOne(s.quantile(c, 0.75) - s.quantile(c, 0.25)));
    return new Scaling(field, -1, center, scale);
  }

  private static double orOne(double scale) {
    return scale == 0 ? 1 : scale;
  }

  @Override
  public Sample apply(Sample sample) {
    return sample.with(field, apply(sample.get(field)));
  }

  /** The scaled values of a sample or, with the columns counted from the end, a batch. */
  public Tensor apply(Tensor values) {
    return new Axis(field, axis).map(values, center.length, c -> x -> (x - center[c]) / scale[c]);
  }

  /** Scaled values as they were before, but for rounding. */
  public Tensor invert(Tensor values) {
    return new Axis(field, axis).map(values, center.length, c -> x -> x * scale[c] + center[c]);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Scaling that
        && field.equals(that.field)
        && axis == that.axis
        && Arrays.equals(center, that.center)
        && Arrays.equals(scale, that.scale);
  }

  @Override
  public int hashCode() {
    return 31 * field.hashCode() + Arrays.hashCode(center);
  }
}
