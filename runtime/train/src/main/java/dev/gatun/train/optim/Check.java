package dev.gatun.train.optim;

import dev.gatun.core.tensor.GatunException;

/** Ranges of options that optimizers share. */
final class Check {
  static void rate(String name, double rate) {
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw new GatunException(name + ": the learning rate must be 0 or more, got " + rate);
    }
  }

  static void decay(String name, double decay) {
    if (!(decay >= 0) || Double.isInfinite(decay)) {
      throw new GatunException(name + ": the weight decay must be 0 or more, got " + decay);
    }
  }

  static void fraction(String name, String what, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new GatunException(name + ": " + what + " must be in [0, 1), got " + value);
    }
  }

  static void epsilon(String name, double value) {
    if (!(value >= 0)) {
      throw new GatunException(name + ": epsilon must be 0 or more, got " + value);
    }
  }

  /** The options of Adam and its kin. */
  static void adam(
      String name, double rate, double beta1, double beta2, double epsilon, double weightDecay) {
    rate(name, rate);
    decay(name, weightDecay);
    epsilon(name, epsilon);
    fraction(name, "beta1", beta1);
    fraction(name, "beta2", beta2);
  }

  private Check() {}
}
