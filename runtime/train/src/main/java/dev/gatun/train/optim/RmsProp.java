package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSprop (Hinton 2012): s = decay * s + (1 - decay) g^2, p -= rate * g / (sqrt(s) + epsilon);
 * epsilon stands outside of the root, as in PyTorch.
 *
 * @param centered divides by an estimate of the deviation: sqrt(s - m^2), m the average gradient
 * @param momentum v = momentum * v + g / (...), p -= rate * v
 */
public record RmsProp(
    double rate,
    double decay,
    double epsilon,
    double weightDecay,
    double momentum,
    boolean centered)
    implements Optimizer {
  public RmsProp {
    Check.rate("rmsprop", rate);
    Check.decay("rmsprop", weightDecay);
    Check.epsilon("rmsprop", epsilon);
    Check.fraction("rmsprop", "decay", decay);
  }

  /** With another decay of the averages. */
  public RmsProp decay(double value) {
    return new RmsProp(rate, value, epsilon, weightDecay, momentum, centered);
  }

  /** With another epsilon. */
  public RmsProp epsilon(double value) {
    return new RmsProp(rate, decay, value, weightDecay, momentum, centered);
  }

  /** With weight decay added to the gradient. */
  public RmsProp weightDecay(double value) {
    return new RmsProp(rate, decay, epsilon, value, momentum, centered);
  }

  /** With momentum. */
  public RmsProp momentum(double value) {
    return new RmsProp(rate, decay, epsilon, weightDecay, value, centered);
  }

  /** Divides by the deviation instead of the root mean square. */
  public RmsProp centered(boolean value) {
    return new RmsProp(rate, decay, epsilon, weightDecay, momentum, value);
  }

  @Override
  public List<Slot> slots() {
    List<Slot> slots = new ArrayList<>(List.of(Slot.each("square")));
    if (centered) {
      slots.add(Slot.each("mean"));
    }
    if (momentum > 0) {
      slots.add(Slot.each("momentum"));
    }
    return slots;
  }

  @Override
  public Update step(Update now, Flow gradient, StepInputs in) {
    Flow p = now.parameter();
    Flow g = Decayed.gradient(gradient, p, in);
    List<Flow> next = new ArrayList<>();
    Flow square = Update.average(now.slot(0), decay, g.square());
    next.add(square);
    Flow root;
    if (centered) {
      Flow mean = Update.average(now.slot(1), decay, g);
      next.add(mean);
      // Rounding may leave a little less than nothing of a variance of 0.
      root = square.sub(mean.square()).max(0).sqrt();
    } else {
      root = square.sqrt();
    }
    Flow direction = g.div(root.add(epsilon));
    if (momentum > 0) {
      direction = now.slot(next.size()).mul(momentum).add(direction);
      next.add(direction);
    }
    return new Update(p.sub(direction.mul(in.rate())), next);
  }
}
