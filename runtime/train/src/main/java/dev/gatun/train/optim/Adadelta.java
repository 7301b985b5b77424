package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * Adadelta (Zeiler 2012): s = decay * s + (1 - decay) g^2, d = g * sqrt(u + epsilon) / sqrt(s +
 * epsilon), u = decay * u + (1 - decay) d^2, p -= rate * d.
 */
public record Adadelta(double rate, double decay, double epsilon, double weightDecay)
    implements Optimizer {
  public Adadelta {
    Check.rate("adadelta", rate);
    Check.decay("adadelta", weightDecay);
    Check.epsilon("adadelta", epsilon);
    Check.fraction("adadelta", "decay", decay);
  }

  /** With another decay of the averages. */
  public Adadelta decay(double value) {
    return new Adadelta(rate, value, epsilon, weightDecay);
  }

  /** With another epsilon. */
  public Adadelta epsilon(double value) {
    return new Adadelta(rate, decay, value, weightDecay);
  }

  /** With weight decay added to the gradient. */
  public Adadelta weightDecay(double value) {
    return new Adadelta(rate, decay, epsilon, value);
  }

  @Override
  public List<Slot> slots() {
    return List.of(Slot.each("square"), Slot.each("moved"));
  }

  @Override
  public Update step(Update now, Flow gradient, StepInputs in) {
    Flow p = now.parameter();
    Flow g = Decayed.gradient(gradient, p, in);
    Flow square = Update.average(now.slot(0), decay, g.square());
    Flow moved = now.slot(1);
    Flow d = moved.add(epsilon).sqrt().div(square.add(epsilon).sqrt()).mul(g);
    return Update.of(p.sub(d.mul(in.rate())), square, Update.average(moved, decay, d.square()));
  }
}
