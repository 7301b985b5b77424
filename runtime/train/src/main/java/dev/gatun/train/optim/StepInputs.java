package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;

/**
 * What a step knows beside parameters and gradients.
 *
 * @param rate the learning rate in force, f32 []
 * @param step the number of the step from 1, f64 []
 * @param weightDecay the decay for this parameter
 */
public record StepInputs(Flow rate, Flow step, double weightDecay) {
  /** base^step in double precision. */
  Flow power(double base) {
    return step.number(base).pow(step);
  }

  /** 1 - base^step in double precision, what averages of the first steps are divided by. */
  Flow correction(double base) {
    return power(base).subFrom(1);
  }

  /** A number in double precision in the type of another value. */
  static Flow as(Flow number, Flow like) {
    return number.cast(like.dtype());
  }
}
