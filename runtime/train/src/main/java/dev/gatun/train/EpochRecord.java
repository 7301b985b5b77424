package dev.gatun.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an epoch came to.
 *
 * @param epoch from 1
 * @param steps steps of all epochs so far
 * @param rate the learning rate of the last step
 * @param seconds that it took
 * @param values {@code loss}, each metric's name, and {@code val_} and the same of the validation
 *     data, in this order
 */
public record EpochRecord(
    long epoch, long steps, double rate, double seconds, Map<String, Double> values) {
  public EpochRecord {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** A value by name; NaN if there is none. */
  public double get(String name) {
    return values.getOrDefault(name, Double.NaN);
  }
}
