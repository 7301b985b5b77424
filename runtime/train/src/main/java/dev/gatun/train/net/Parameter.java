package dev.gatun.train.net;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;

/**
 * A tensor that a network owns.
 *
 * @param name path of the layer and the name there: {@code dense1.weight}
 * @param buffer true for what follows from the data without a gradient, as running averages
 * @param frozen true when training leaves it as it is
 * @param decays true when weight decay applies: weights, but neither biases nor scales of norms
 */
public record Parameter(
    String name,
    DType dtype,
    Shape shape,
    Initializer initializer,
    boolean buffer,
    boolean frozen,
    boolean decays) {
  /** Number of elements. */
  public long elements() {
    return shape.elements();
  }
}
