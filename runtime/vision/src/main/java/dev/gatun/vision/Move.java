package dev.gatun.vision;

import dev.gatun.core.tensor.Tensor;

/** A change of where things are in a picture; masks and boxes follow. */
public interface Move {
  /** The picture [C, H, W] moved. */
  Tensor picture(Tensor picture);

  /** A mask [H, W] of whole numbers moved: each element is one of the old ones, or {@code fill}. */
  Tensor mask(Tensor mask, long fill);

  /** Where a point comes to lie; pixel (0, 0) reaches from (0, 0) to (1, 1). */
  double[] point(double x, double y);

  /** Height of the moved picture. */
  int height();

  /** Width of the moved picture. */
  int width();
}
