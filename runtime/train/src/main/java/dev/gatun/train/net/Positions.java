package dev.gatun.train.net;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;

/**
 * Adds a table of positions to [N, T, C]: learned ({@code weight} [T, C]), or sin and cos of
 * position / 10000^(2 i / C) in the even and odd elements (Vaswani and others 2017, section 3.5).
 */
record Positions(boolean learned) implements Layer {
  @Override
  public Flow apply(Flow x) {
    if (x.rank() != 3 || x.size(1) < 0) {
      throw new GatunException("needs [batch, time, width] of a known time");
    }
    Shape shape = Shape.of(x.size(1), x.size(2));
    return x.add(
        learned
            ? x.parameter("weight", shape, Initializers.normal(0, 0.02))
            : x.constant(table(shape)));
  }

  /** The table of sines and cosines. */
  static Tensor table(Shape shape) {
    int width = Math.toIntExact(shape.size(1));
    float[] values = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      int column = i % width;
      int position = i / width;
      double angle = position / Math.pow(10000, (column - column % 2) / (double) width);
      values[i] = (float) (column % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
    }
    return Tensor.of(values, shape.sizes());
  }
}
