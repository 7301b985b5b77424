package dev.gatun.train.net;

import dev.gatun.core.tensor.Shape;

/** The first values of a parameter; {@link Initializers} has the usual ones. */
@FunctionalInterface
public interface Initializer {
  /**
   * The values, row-major.
   *
   * @param shape [out, in, kernel...] for weights
   * @param random where randomness comes from: fixed by the net's seed and the parameter's name
   */
  double[] values(Shape shape, Draws random);
}
