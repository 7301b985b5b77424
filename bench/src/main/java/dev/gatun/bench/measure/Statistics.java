package dev.gatun.bench.measure;

import java.util.Arrays;
import java.util.List;

/** What is made of several figures. */
public final class Statistics {
  /** The middle value, or the mean of the two in the middle. */
  public static double median(double[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("there is no median of nothing");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  public static double median(List<Double> values) {
    return median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** The mean for ratios: twice as fast and half as fast make 1. */
  public static double geometricMean(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("there is no mean of nothing");
    }
    double sum = 0;
    for (double value : values) {
      sum += Math.log(value);
    }
    return Math.exp(sum / values.size());
  }

  private Statistics() {}
}
