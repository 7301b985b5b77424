package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * RAdam (Liu and others 2019), as PyTorch: Adam whose adaptive rate is rectified by the variance
 * that it has, and left out in the first steps, while that is not tractable.
 *
 * @param decoupled p -= rate * weightDecay * p instead of adding to the gradient
 */
public record RAdam(
    double rate, double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
    implements Optimizer {
  public RAdam {
    Check.adam("radam", rate, beta1, beta2, epsilon, weightDecay);
  }

  /** With other decays of the averages. */
  public RAdam betas(double first, double second) {
    return new RAdam(rate, first, second, epsilon, weightDecay, decoupled);
  }

  /** With another epsilon. */
  public RAdam epsilon(double value) {
    return new RAdam(rate, beta1, beta2, value, weightDecay, decoupled);
  }

  /** With weight decay. */
  public RAdam weightDecay(double value) {
    return new RAdam(rate, beta1, beta2, epsilon, value, decoupled);
  }

  /** Weight decay apart from the gradient. */
  public RAdam decoupled(boolean value) {
    return new RAdam(rate, beta1, beta2, epsilon, weightDecay, value);
  }

  @Override
  public List<Slot> slots() {
    return List.of(Slot.each("first"), Slot.each("second"));
  }

  @Override
  public Update step(Update now, Flow gradient, StepInputs in) {
    Decayed decayed = Decayed.of(now.parameter(), gradient, decoupled, in);
    Flow p = decayed.parameter();
    Flow g = decayed.gradient();
    Flow m = Update.average(now.slot(0), beta1, g);
    Flow v = Update.average(now.slot(1), beta2, g.square());
    double limit = 2 / (1 - beta2) - 1;
    Flow power = in.power(beta2);
    // rho_t = limit - 2 t beta2^t / (1 - beta2^t), the length of the average so far.
    Flow length = in.step().mul(power).mul(2).div(power.subFrom(1)).subFrom(limit);
    Flow tractable = length.greater(5);
    Flow safe = length.max(5);
    Flow rectified =
        safe.sub(4)
            .mul(safe.sub(2))
            .mul(limit)
            .div(safe.mul((limit - 4) * (limit - 2)))
            .sqrt()
            .mul(power.subFrom(1).sqrt());
    Flow factor = StepInputs.as(rectified, v).div(v.sqrt().add(epsilon));
    Flow mean = m.div(StepInputs.as(in.correction(beta1), m));
    Flow direction = mean.mul(factor.where(tractable, factor.number(1)));
    return Update.of(p.sub(direction.mul(in.rate())), m, v);
  }
}
