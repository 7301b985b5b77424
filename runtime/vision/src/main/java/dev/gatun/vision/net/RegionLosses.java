package dev.gatun.vision.net;

import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/** The sum of the losses that a network computes itself from the things it is given. */
public record RegionLosses() implements Objective {
  /** Where the square of a difference becomes its size. */
  private static final double BEND = 1.0 / 9;

  @Override
  public List<Input> targets(List<Flow> outputs) {
    return List.of();
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    if (weights.isPresent()) {
      throw new IllegalArgumentException(
          "the losses of a network for regions are of whole batches: samples have no weights");
    }
    Flow sum = outputs.get(0);
    for (Flow loss : outputs.subList(1, outputs.size())) {
      sum = sum.add(loss);
    }
    return sum;
  }

  /** Smooth L1 of each difference (Girshick 2015). */
  static Flow smooth(Flow difference) {
    Flow size = difference.abs();
    Flow small = size.square().mul(0.5 / BEND);
    return small.where(size.less(BEND), size.sub(0.5 * BEND));
  }
}
