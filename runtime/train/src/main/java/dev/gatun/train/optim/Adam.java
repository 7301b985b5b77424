package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;
import java.util.ArrayList;
import java.util.List;

/**
 * Adam (Kingma and Ba 2014): m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, p -= rate
 * * m^ / (sqrt(v^) + epsilon) with m^ = m / (1 - beta1^t) and v^ = v / (1 - beta2^t).
 *
 * @param decoupled AdamW (Loshchilov and Hutter 2017): p -= rate * weightDecay * p first, instead
 *     of adding weightDecay * p to the gradient
 * @param amsgrad divides by the largest v so far (Reddi, Kale and Kumar 2018)
 */
public record Adam(
    double rate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    boolean decoupled,
    boolean amsgrad)
    implements Optimizer {
  public Adam {
    Check.adam("adam", rate, beta1, beta2, epsilon, weightDecay);
  }

  /** With other decays of the averages. */
  public Adam betas(double first, double second) {
    return new Adam(rate, first, second, epsilon, weightDecay, decoupled, amsgrad);
  }

  /** With another epsilon. */
  public Adam epsilon(double value) {
    return new Adam(rate, beta1, beta2, value, weightDecay, decoupled, amsgrad);
  }

  /** With weight decay. */
  public Adam weightDecay(double value) {
    return new Adam(rate, beta1, beta2, epsilon, value, decoupled, amsgrad);
  }

  /** Divides by the largest second moment so far. */
  public Adam amsgrad(boolean value) {
    return new Adam(rate, beta1, beta2, epsilon, weightDecay, decoupled, value);
  }

  @Override
  public List<Slot> slots() {
    List<Slot> slots = new ArrayList<>(List.of(Slot.each("first"), Slot.each("second")));
    if (amsgrad) {
      slots.add(Slot.each("largest"));
    }
    return slots;
  }

  @Override
  public Update step(Update now, Flow gradient, StepInputs in) {
    Decayed decayed = Decayed.of(now.parameter(), gradient, decoupled, in);
    Flow p = decayed.parameter();
    Flow g = decayed.gradient();
    Flow m = Update.average(now.slot(0), beta1, g);
    Flow v = Update.average(now.slot(1), beta2, g.square());
    List<Flow> next = new ArrayList<>(List.of(m, v));
    Flow second = v;
    if (amsgrad) {
      second = now.slot(2).max(v);
      next.add(second);
    }
    Flow size = in.rate().div(StepInputs.as(in.correction(beta1), in.rate()));
    Flow root = StepInputs.as(in.correction(beta2).sqrt(), g);
    Flow step = m.div(second.sqrt().div(root).add(epsilon)).mul(size);
    return new Update(p.sub(step), next);
  }
}
