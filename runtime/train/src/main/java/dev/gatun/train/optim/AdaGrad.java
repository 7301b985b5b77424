package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * AdaGrad (Duchi, Hazan and Singer 2011): G += g^2, p -= rate / (1 + (t - 1) rateDecay) * g /
 * (sqrt(G) + epsilon).
 */
public record AdaGrad(
    double rate, double rateDecay, double weightDecay, double first, double epsilon)
    implements Optimizer {
  public AdaGrad {
    Check.rate("adagrad", rate);
    Check.decay("adagrad", weightDecay);
    Check.epsilon("adagrad", epsilon);
  }

  /** With a rate that falls with the steps. */
  public AdaGrad rateDecay(double value) {
    return new AdaGrad(rate, value, weightDecay, first, epsilon);
  }

  /** With weight decay added to the gradient. */
  public AdaGrad weightDecay(double value) {
    return new AdaGrad(rate, rateDecay, value, first, epsilon);
  }

  /** With sums that begin with a value. */
  public AdaGrad first(double value) {
    return new AdaGrad(rate, rateDecay, weightDecay, value, epsilon);
  }

  @Override
  public List<Slot> slots() {
    return List.of(Slot.each("sum", first));
  }

  @Override
  public Update step(Update now, Flow gradient, StepInputs in) {
    Flow p = now.parameter();
    Flow g = Decayed.gradient(gradient, p, in);
    Flow sum = now.slot(0).add(g.square());
    Flow rate = in.rate();
    if (rateDecay != 0) {
      rate = rate.div(StepInputs.as(in.step().sub(1).mul(rateDecay).add(1), rate));
    }
    return Update.of(p.sub(g.div(sum.sqrt().add(epsilon)).mul(rate)), sum);
  }
}
