package dev.gatun.vision;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Resampling;

/**
 * A picture in another size, as Pillow resizes it.
 *
 * @param fromHeight of the pictures that come
 * @param fromWidth of the pictures that come
 */
public record Rescale(Resampling how, int fromHeight, int fromWidth, int height, int width)
    implements Move {
  @Override
  public Tensor picture(Tensor picture) {
    return how.resize(picture, height, width);
  }

  @Override
  public Tensor mask(Tensor mask, long fill) {
    Shape shape = mask.shape();
    if (shape.rank() != 2 || !mask.dtype().isInteger()) {
      throw new VisionException("masks are whole numbers [height, width], not " + mask.type());
    }
    long[] src = mask.toLongs();
    long[] dst = new long[height * width];
    int oldHeight = (int) shape.size(0);
    int oldWidth = (int) shape.size(1);
    for (int y = 0; y < height; y++) {
      int from = Math.min((int) ((y + 0.5) * oldHeight / height), oldHeight - 1) * oldWidth;
      for (int x = 0; x < width; x++) {
        dst[y * width + x] =
            src[from + Math.min((int) ((x + 0.5) * oldWidth / width), oldWidth - 1)];
      }
    }
    DType dtype = mask.dtype();
    return Tensor.whole(dtype, Shape.of(height, width), dst);
  }

  @Override
  public double[] point(double x, double y) {
    return new double[] {x * width / fromWidth, y * height / fromHeight};
  }
}
