package dev.gatun.train;

import java.util.Locale;

/**
 * What a training step needs.
 *
 * @param parameters elements of all parameters
 * @param stateBytes native memory of parameters, buffers and optimizer slots
 * @param arenaBytes native memory of intermediate values: activations that wait for the backward
 *     pass, gradients
 * @param weightBytes native memory of constants and of packed weights
 * @param stepSeconds the median of the latest steps; NaN before the first
 */
public record Resources(
    long parameters, long stateBytes, long arenaBytes, long weightBytes, double stepSeconds) {
  /** All native memory of the step; the data pipeline and the JVM's own come on top. */
  public long totalBytes() {
    return stateBytes + arenaBytes + weightBytes;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d parameters, state %.1f MB, arena %.1f MB, weights %.1f MB, %.3f ms a step",
        parameters,
        stateBytes / 1e6,
        arenaBytes / 1e6,
        weightBytes / 1e6,
        stepSeconds * 1e3);
  }
}
