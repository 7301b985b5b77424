package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Resizes pictures [channels, height, width] of uint8 or float32. When a picture shrinks the filter
 * is widened by the same factor (antialiasing), as Pillow does it.
 */
public enum Resampling {
  /** A triangle over two pixels. */
  BILINEAR(1) {
    @Override
    double weight(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  /** Keys' cubic over four pixels with a = -0.5. */
  BICUBIC(2) {
    @Override
    double weight(double x) {
      double d = Math.abs(x);
      return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    }
  };

  private final double support;

  Resampling(double support) {
    this.support = support;
  }

  abstract double weight(double x);

  /** The picture in another size. */
  public Tensor resize(Tensor picture, int height, int width) {
    return resize(picture, height, width, true);
  }

  /** The picture in another size, with or without antialiasing when it shrinks. */
  public Tensor resize(Tensor picture, int height, int width, boolean antialias) {
    Shape shape = picture.shape();
    boolean bytes = picture.dtype() == DType.U8;
    if (shape.rank() != 3 || !bytes && picture.dtype() != DType.F32) {
      throw new DataException(
          "pictures are uint8 or float32 [channels, height, width], not " + picture.type());
    }
    if (height < 1 || width < 1 || shape.elements() == 0) {
      throw new DataException("cannot resize " + shape + " to " + height + " x " + width);
    }
    int channels = (int) shape.size(0);
    int oldHeight = (int) shape.size(1);
    int oldWidth = (int) shape.size(2);
    float[] from = bytes ? Pixels.toFloats(picture, 1, 0).toFloats() : picture.toFloats();
    float[] rows = across(from, channels * oldHeight, oldWidth, width, antialias, bytes);
    float[] turned = turn(rows, channels, oldHeight, width);
    float[] columns = across(turned, channels * width, oldHeight, height, antialias, bytes);
    float[] to = turn(columns, channels, width, height);
    Shape result = Shape.of(channels, height, width);
    if (!bytes) {
      return Pixels.wrap(to, result);
    }
    MemorySegment out = MemorySegment.ofArray(new byte[to.length]);
    for (int i = 0; i < to.length; i++) {
      out.set(ValueLayout.JAVA_BYTE, i, (byte) (int) to[i]);
    }
    return Tensor.wrap(DType.U8, result, out);
  }

  /** Every row in another length; bytes are rounded after each direction, as Pillow does. */
  private float[] across(
      float[] src, int rows, int from, int to, boolean antialias, boolean round) {
    if (from == to) {
      return src;
    }
    double scale = from / (double) to;
    double stretch = antialias ? Math.max(scale, 1) : 1;
    double reach = support * stretch;
    int taps = (int) Math.ceil(reach) * 2 + 2;
    int[] firsts = new int[to];
    double[] weights = new double[to * taps]; // 0 beyond the last one
    for (int x = 0; x < to; x++) {
      double center = (x + 0.5) * scale;
      int first = Math.max(0, (int) Math.floor(center - reach + 0.5));
      int last = Math.min(from, (int) Math.floor(center + reach + 0.5));
      double sum = 0;
      for (int k = first; k < last; k++) {
        weights[x * taps + k - first] = weight((k + 0.5 - center) / stretch);
        sum += weights[x * taps + k - first];
      }
      for (int k = 0; k < last - first; k++) {
        weights[x * taps + k] /= sum;
      }
      firsts[x] = first;
    }
    float[] dst = new float[rows * to];
    for (int r = 0; r < rows; r++) {
      for (int x = 0; x < to; x++) {
        int at = r * from + firsts[x];
        int used = Math.min(taps, from - firsts[x]);
        double value = 0;
        for (int k = 0; k < used; k++) {
          value += src[at + k] * weights[x * taps + k];
        }
        dst[r * to + x] =
            (float) (round ? Math.min(Math.max(Math.floor(value + 0.5), 0), 255) : value);
      }
    }
    return dst;
  }

  /** Exchanges rows and columns of every channel. */
  private static float[] turn(float[] src, int channels, int rows, int columns) {
    float[] dst = new float[src.length];
    for (int c = 0; c < channels; c++) {
      int base = c * rows * columns;
      for (int r = 0; r < rows; r++) {
        for (int x = 0; x < columns; x++) {
          dst[base + x * rows + r] = src[base + r * columns + x];
        }
      }
    }
    return dst;
  }
}
