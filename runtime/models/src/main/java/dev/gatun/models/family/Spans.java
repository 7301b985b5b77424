package dev.gatun.models.family;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/** The loss of first and last positions: the mean of two cross entropies over positions. */
public record Spans() implements Objective {
  @Override
  public List<Input> targets(List<Flow> outputs) {
    return List.of(
        new Input("start_positions", DType.I64, Shape.SCALAR),
        new Input("end_positions", DType.I64, Shape.SCALAR));
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    return one(0, outputs, targets, weights).add(one(1, outputs, targets, weights)).mul(0.5);
  }

  private static Flow one(int i, List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    return Losses.softmaxCrossEntropy()
        .value(List.of(outputs.get(i)), List.of(targets.get(i)), weights);
  }
}
