package dev.gatun.models.vision;

import dev.gatun.models.family.Labels;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/** The loss of the first results, and of those of heads on the way there, which count less. */
record SideLosses() implements Objective {
  private static final double FACTOR = 0.3;

  @Override
  public List<Input> targets(List<Flow> outputs) {
    return Labels.oneClass().targets(outputs);
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    Flow loss = Labels.oneClass().value(outputs, targets, weights);
    for (Flow side : outputs.subList(1, outputs.size())) {
      Flow other = Labels.oneClass().value(List.of(side), targets, weights);
      loss = loss.add(other.mul(FACTOR));
    }
    return loss;
  }
}
