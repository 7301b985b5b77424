package dev.gatun.models.clip;

import dev.gatun.models.part.Masks;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/** Each picture of a batch belongs to the text of the same place, and the other way round. */
record Contrast() implements Objective {
  @Override
  public List<Input> targets(List<Flow> outputs) {
    return List.of();
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    Flow logits = outputs.get(0);
    return one(logits, weights).add(one(logits.transpose(1, 0), weights)).mul(0.5);
  }

  private static Flow one(Flow logits, Optional<Flow> weights) {
    Flow same = Masks.positions(logits, 0);
    return Losses.softmaxCrossEntropy().value(List.of(logits), List.of(same), weights);
  }
}
