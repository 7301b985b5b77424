package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * A parameter and what is remembered of it, before or after a step.
 *
 * @param slots in the order of {@link Optimizer#slots}
 */
public record Update(Flow parameter, List<Flow> slots) {
  public Update {
    slots = List.copyOf(slots);
  }

  /** The result of a step. */
  public static Update of(Flow parameter, Flow... slots) {
    return new Update(parameter, List.of(slots));
  }

  /** A slot. */
  public Flow slot(int index) {
    return slots.get(index);
  }

  /** An exponential average: decay * old + (1 - decay) * fresh. */
  static Flow average(Flow old, double decay, Flow fresh) {
    return old.mul(decay).add(fresh.mul(1 - decay));
  }
}
