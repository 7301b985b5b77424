package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * NAdam (Dozat 2016), as PyTorch: Adam that looks one step ahead, with a momentum mu_t = beta1 (1 -
 * 0.96^(t momentumDecay) / 2) whose product is remembered.
 *
 * @param decoupled p -= rate * weightDecay * p instead of adding to the gradient
 */
public record NAdam(
    double rate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    double momentumDecay,
    boolean decoupled)
    implements Optimizer {
  public NAdam {
    Check.adam("nadam", rate, beta1, beta2, epsilon, weightDecay);
  }

  /** With other decays of the averages. */
  public NAdam betas(double first, double second) {
    return new NAdam(rate, first, second, epsilon, weightDecay, momentumDecay, decoupled);
  }

  /** With another epsilon. */
  public NAdam epsilon(double value) {
    return new NAdam(rate, beta1, beta2, value, weightDecay, momentumDecay, decoupled);
  }

  /** With weight decay. */
  public NAdam weightDecay(double value) {
    return new NAdam(rate, beta1, beta2, epsilon, value, momentumDecay, decoupled);
  }

  /** With another growth of the momentum. */
  public NAdam momentumDecay(double value) {
    return new NAdam(rate, beta1, beta2, epsilon, weightDecay, value, decoupled);
  }

  /** Weight decay apart from the gradient. */
  public NAdam decoupled(boolean value) {
    return new NAdam(rate, beta1, beta2, epsilon, weightDecay, momentumDecay, value);
  }

  @Override
  public List<Slot> slots() {
    return List.of(Slot.each("first"), Slot.each("second"), Slot.single("product", 1));
  }

  private Flow momentum(Flow step) {
    Flow growth = step.number(0.96).pow(step.mul(momentumDecay));
    return growth.mul(-0.5).add(1).mul(beta1);
  }

  @Override
  public Update step(Update now, Flow gradient, StepInputs in) {
    Decayed decayed = Decayed.of(now.parameter(), gradient, decoupled, in);
    Flow p = decayed.parameter();
    Flow g = decayed.gradient();
    Flow mu = momentum(in.step());
    Flow next = momentum(in.step().add(1));
    Flow product = now.slot(2).mul(mu);
    Flow m = Update.average(now.slot(0), beta1, g);
    Flow v = Update.average(now.slot(1), beta2, g.square());
    Flow corrected = v.div(StepInputs.as(in.correction(beta2), v));
    Flow ofGradient = mu.subFrom(1).div(product.subFrom(1));
    Flow ofMean = next.div(product.mul(next).subFrom(1));
    Flow direction = g.mul(StepInputs.as(ofGradient, g)).add(m.mul(StepInputs.as(ofMean, m)));
    Flow moved = direction.div(corrected.sqrt().add(epsilon)).mul(in.rate());
    return Update.of(p.sub(moved), m, v, product);
  }
}
