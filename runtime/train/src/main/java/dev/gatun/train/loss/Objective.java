package dev.gatun.train.loss;

import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/**
 * What training minimizes: a number that follows from a network's outputs and from targets. A
 * {@link Loss} is the form for one output and one target; write one of these for everything else.
 */
public interface Objective {
  /** The targets, fields of each batch. */
  List<Input> targets(List<Flow> outputs);

  /**
   * The number to be minimized.
   *
   * @param targets in the order of {@link #targets}
   * @param weights how much each sample counts [N], if the batches say so
   */
  Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights);
}
