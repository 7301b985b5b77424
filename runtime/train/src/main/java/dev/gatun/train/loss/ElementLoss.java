package dev.gatun.train.loss;

import dev.gatun.core.tensor.Shape;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.Arrays;
import java.util.function.BinaryOperator;

/**
 * A loss whose target has the type of the prediction.
 *
 * @param formula of prediction and target; one loss an element, row or sample
 */
record ElementLoss(BinaryOperator<Flow> formula) implements Loss {
  @Override
  public Input target(Flow prediction) {
    return like(prediction);
  }

  /** A target of the type of a prediction. */
  static Input like(Flow prediction) {
    long[] sizes = prediction.shape().sizes();
    return new Input("y", prediction.dtype(), Shape.of(Arrays.copyOfRange(sizes, 1, sizes.length)));
  }

  @Override
  public Terms terms(Flow prediction, Flow target) {
    return Terms.of(formula.apply(prediction, target));
  }
}
