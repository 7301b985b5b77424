package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * Lion (Chen and others 2023): p -= rate * (sign(beta1 m + (1 - beta1) g) + weightDecay * p), m =
 * beta2 m + (1 - beta2) g.
 */
public record Lion(double rate, double beta1, double beta2, double weightDecay)
    implements Optimizer {
  public Lion {
    Check.rate("lion", rate);
    Check.decay("lion", weightDecay);
    Check.fraction("lion", "beta1", beta1);
    Check.fraction("lion", "beta2", beta2);
  }

  /** With other decays. */
  public Lion betas(double first, double second) {
    return new Lion(rate, first, second, weightDecay);
  }

  /** With weight decay, apart from the gradient. */
  public Lion weightDecay(double value) {
    return new Lion(rate, beta1, beta2, value);
  }

  @Override
  public List<Slot> slots() {
    return List.of(Slot.each("momentum"));
  }

  @Override
  public Update step(Update now, Flow gradient, StepInputs in) {
    Flow p = now.parameter();
    Flow direction = Update.average(now.slot(0), beta1, gradient).sign();
    Flow moved = Decayed.gradient(direction, p, in).mul(in.rate());
    return Update.of(p.sub(moved), Update.average(now.slot(0), beta2, gradient));
  }
}
