package dev.gatun.train.optim;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * Gradient descent: p -= rate * g; with momentum v = momentum * v + (1 - dampening) * g (v = g in
 * the first step) and p -= rate * v, or rate * (g + momentum * v) with Nesterov's form, as PyTorch.
 *
 * @param weightDecay times p is added to the gradient: the gradient of weightDecay / 2 * |p|^2
 */
public record Sgd(
    double rate, double momentum, double dampening, double weightDecay, boolean nesterov)
    implements Optimizer {
  public Sgd {
    Check.rate("sgd", rate);
    Check.decay("sgd", weightDecay);
    if (!(momentum >= 0)) {
      throw new GatunException("sgd: momentum must be 0 or more, got " + momentum);
    }
    if (nesterov && (momentum == 0 || dampening != 0)) {
      throw new GatunException("sgd: Nesterov's form needs a momentum and no dampening");
    }
  }

  /** With momentum. */
  public Sgd momentum(double value) {
    return new Sgd(rate, value, dampening, weightDecay, nesterov);
  }

  /** With dampening of the gradient in the momentum. */
  public Sgd dampening(double value) {
    return new Sgd(rate, momentum, value, weightDecay, nesterov);
  }

  /** With weight decay. */
  public Sgd weightDecay(double value) {
    return new Sgd(rate, momentum, dampening, value, nesterov);
  }

  /** Nesterov's form of momentum. */
  public Sgd nesterov(boolean value) {
    return new Sgd(rate, momentum, dampening, weightDecay, value);
  }

  @Override
  public List<Slot> slots() {
    return momentum == 0 ? List.of() : List.of(Slot.each("momentum"));
  }

  @Override
  public Update step(Update now, Flow gradient, StepInputs in) {
    Flow p = now.parameter();
    Flow g = Decayed.gradient(gradient, p, in);
    if (momentum == 0) {
      return Update.of(p.sub(g.mul(in.rate())));
    }
    Flow v = now.slot(0).mul(momentum);
    if (dampening == 0) {
      v = v.add(g); // as the slot begins with 0, the first step needs no case of its own
    } else {
      Flow first = in.step().equal(1.0);
      v = v.add(g.where(first, g.mul(1 - dampening)));
    }
    Flow direction = nesterov ? g.add(v.mul(momentum)) : v;
    return Update.of(p.sub(direction.mul(in.rate())), v);
  }
}
