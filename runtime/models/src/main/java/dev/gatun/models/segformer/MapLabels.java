package dev.gatun.models.segformer;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.Images;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/** A class for each pixel of a larger picture, to whose size the result is resized. */
record MapLabels(Labels labels) implements Objective {
  @Override
  public List<Input> targets(List<Flow> outputs) {
    return List.of(new Input("labels", DType.I64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN)));
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    Flow resized = Images.resized(outputs.get(0), targets.get(0));
    return labels.value(List.of(resized), targets, weights);
  }
}
