package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import java.util.OptionalDouble;

/**
 * Parameters that are trained otherwise than the rest.
 *
 * @param prefix name or beginning of names up to a dot; empty for all
 * @param rateFactor times the learning rate in force
 * @param weightDecay instead of the optimizer's
 * @param l1 proximal L1 penalty: weights shrink by rate * l1 after each step and stop at 0
 * @param l2 adds l2 * sum(w^2) to the loss, whose gradient is 2 l2 w (weight decay l2 would be
 *     half)
 * @param maxNorm bound of the length of each unit's weights, row of axis 0; 0 for none
 */
public record ParameterGroup(
    String prefix,
    double rateFactor,
    OptionalDouble weightDecay,
    double l1,
    double l2,
    double maxNorm) {
  public ParameterGroup {
    if (!(rateFactor >= 0 && l1 >= 0 && l2 >= 0 && maxNorm >= 0)) {
      throw new GatunException(
          "parameter group '" + prefix + "': factors, penalties and bounds must be 0 or more");
    }
  }

  /** Parameters of this name or beginning; empty for all. */
  public static ParameterGroup of(String prefix) {
    return new ParameterGroup(prefix, 1, OptionalDouble.empty(), 0, 0, 0);
  }

  /** With a learning rate of its own, as a multiple of that in force. */
  public ParameterGroup rate(double factor) {
    return new ParameterGroup(prefix, factor, weightDecay, l1, l2, maxNorm);
  }

  /** With a weight decay of its own. */
  public ParameterGroup weightDecay(double decay) {
    return new ParameterGroup(prefix, rateFactor, OptionalDouble.of(decay), l1, l2, maxNorm);
  }

  /** With a penalty that makes weights exactly 0. */
  public ParameterGroup l1(double penalty) {
    return new ParameterGroup(prefix, rateFactor, weightDecay, penalty, l2, maxNorm);
  }

  /** With a penalty of the sum of squares. */
  public ParameterGroup l2(double penalty) {
    return new ParameterGroup(prefix, rateFactor, weightDecay, l1, penalty, maxNorm);
  }

  /** With a bound of the length of each unit's weights. */
  public ParameterGroup maxNorm(double bound) {
    return new ParameterGroup(prefix, rateFactor, weightDecay, l1, l2, bound);
  }

  boolean holds(String name) {
    return prefix.isEmpty() || name.equals(prefix) || name.startsWith(prefix + ".");
  }
}
