package dev.gatun.train.optim;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.net.Flow;

/** Ranges of options that optimizers share, and the decay that most add to the gradient. */
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

  /** g + weightDecay * p. */
  static Flow decayed(Flow gradient, Flow parameter, StepInputs in) {
    return in.weightDecay() == 0 ? gradient : gradient.add(parameter.mul(in.weightDecay()));
  }

  /** An exponential average: decay * old + (1 - decay) * fresh. */
  static Flow average(Flow old, double decay, Flow fresh) {
    return old.mul(decay).add(fresh.mul(1 - decay));
  }

  private Check() {}
}
