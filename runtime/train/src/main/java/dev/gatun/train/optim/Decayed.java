package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;

/** A parameter and its gradient after weight decay, which goes to one of the two. */
record Decayed(Flow parameter, Flow gradient) {
  /**
   * Applies the weight decay of the step.
   *
   * @param decoupled p -= rate * weightDecay * p (Loshchilov and Hutter 2017), instead of adding
   *     weightDecay * p to the gradient
   */
  static Decayed of(Flow parameter, Flow gradient, boolean decoupled, StepInputs in) {
    if (decoupled && in.weightDecay() != 0) {
      Flow less = parameter.mul(in.rate().mul(in.weightDecay()));
      return new Decayed(parameter.sub(less), gradient);
    }
    return new Decayed(parameter, gradient(gradient, parameter, in));
  }

  /** g + weightDecay * p. */
  static Flow gradient(Flow gradient, Flow parameter, StepInputs in) {
    return in.weightDecay() == 0 ? gradient : gradient.add(parameter.mul(in.weightDecay()));
  }
}
