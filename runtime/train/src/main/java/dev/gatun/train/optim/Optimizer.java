package dev.gatun.train.optim;

import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * A rule that changes a parameter by its gradient, written into the graph of a training step, so
 * that it is compiled and fused with the rest. {@link Optimizers} has the usual ones.
 */
public interface Optimizer {
  /** The learning rate that schedules start from. */
  double rate();

  /** What is remembered of each parameter. */
  List<Slot> slots();

  /**
   * The parameter after the step.
   *
   * @param now the parameter and its slots before the step
   * @param gradient of the parameter's shape, clipped already
   * @param in what else the step knows
   */
  Update step(Update now, Flow gradient, StepInputs in);

  /** The weight decay of the rule, which a parameter group may replace; 0 if it has none. */
  default double weightDecay() {
    return 0;
  }
}
