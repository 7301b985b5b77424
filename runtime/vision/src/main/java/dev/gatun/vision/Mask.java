package dev.gatun.vision;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;

/**
 * Which pixels are a thing's, row by row.
 *
 * @param is one for each pixel
 */
@SuppressWarnings("ArrayRecordComponent") // read right where it is made
record Mask(boolean[] is, int height, int width) {
  /** Elements of [height, width] that are not 0. */
  static Mask of(Tensor mask) {
    Shape shape = mask.shape();
    if (shape.rank() != 2 || mask.dtype().isFloat() || mask.dtype() == DType.STRING) {
      throw new VisionException(
          "masks are whole numbers or booleans [height, width], not " + mask.type());
    }
    boolean[] is = new boolean[Math.toIntExact(shape.elements())];
    for (int i = 0; i < is.length; i++) {
      is[i] = mask.dtype() == DType.BOOL ? mask.getBoolean(i) : mask.getLong(i) != 0;
    }
    return new Mask(is, (int) shape.size(0), (int) shape.size(1));
  }
}
