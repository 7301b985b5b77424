package dev.gatun.core.quant;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;

/** What calibration sees of an activation: its extremes, then how often values are where. */
final class Histogram {
  private static final int BINS = 4096;

  private final String name;
  private final long[] counts = new long[BINS];
  private double low = Double.POSITIVE_INFINITY;
  private double high = Double.NEGATIVE_INFINITY;

  Histogram(String name) {
    this.name = name;
  }

  /** Extremes, in a first pass over the data. */
  void see(Tensor values) {
    for (float v : values.toFloats()) {
      if (!Float.isFinite(v)) {
        throw new GatunException(
            "calibration: '" + name + "' has values that are not finite; it cannot be integers");
      }
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
  }

  /** How often values are where, in a second pass. */
  void count(Tensor values) {
    double width = (high - low) / BINS;
    for (float v : values.toFloats()) {
      counts[width > 0 ? Math.clamp((long) ((v - low) / width), 0, BINS - 1) : 0]++;
    }
  }

  /** Scale and zero point of uint8: 0 is one of its values, so that padding and relu are exact. */
  Activation activation(Range range) {
    double from = Math.min(edge(range.tail(), true), 0);
    double to = Math.max(edge(range.tail(), false), 0);
    double most = DType.U8.highest();
    float scale = (float) Math.max((to - from) / most, Float.MIN_NORMAL);
    return new Activation(scale, (int) Math.clamp(Math.round(-from / scale), 0, (long) most));
  }

  private double edge(double tail, boolean lower) {
    if (tail == 0) {
      return lower ? low : high;
    }
    long all = 0;
    for (long count : counts) {
      all += count;
    }
    long beyond = (long) (tail * all);
    double width = (high - low) / BINS;
    int bin = lower ? 0 : BINS - 1;
    int step = lower ? 1 : -1;
    while (bin >= 0 && bin < BINS && beyond >= counts[bin]) {
      beyond -= counts[bin];
      bin += step;
    }
    return low + width * (lower ? bin : bin + 1);
  }
}
