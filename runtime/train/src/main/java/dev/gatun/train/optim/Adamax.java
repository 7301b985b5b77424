package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * Adamax (Kingma and Ba 2014, section 7.1): Adam with the largest gradient in the place of the root
 * mean square: u = max(beta2 u, |g| + epsilon), p -= rate / (1 - beta1^t) * m / u.
 */
public record Adamax(double rate, double beta1, double beta2, double epsilon, double weightDecay)
    implements Optimizer {
  public Adamax {
    Check.adam("adamax", rate, beta1, beta2, epsilon, weightDecay);
  }

  /** With other decays of the averages. */
  public Adamax betas(double first, double second) {
    return new Adamax(rate, first, second, epsilon, weightDecay);
  }

  /** With another epsilon. */
  public Adamax epsilon(double value) {
    return new Adamax(rate, beta1, beta2, value, weightDecay);
  }

  /** With weight decay added to the gradient. */
  public Adamax weightDecay(double value) {
    return new Adamax(rate, beta1, beta2, epsilon, value);
  }

  @Override
  public List<Slot> slots() {
    return List.of(Slot.each("first"), Slot.each("largest"));
  }

  @Override
  public Update step(Update now, Flow gradient, StepInputs in) {
    Flow p = now.parameter();
    Flow g = Decayed.gradient(gradient, p, in);
    Flow m = Update.average(now.slot(0), beta1, g);
    Flow u = now.slot(1).mul(beta2).max(g.abs().add(epsilon));
    Flow size = in.rate().div(StepInputs.as(in.correction(beta1), in.rate()));
    return Update.of(p.sub(m.div(u).mul(size)), m, u);
  }
}
