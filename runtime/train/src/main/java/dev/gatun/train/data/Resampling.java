package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Resizes pictures [channels, height, width] of uint8 or float32 as Pillow does: when a picture
 * shrinks the filter is widened by the same factor (antialiasing), and bytes are weighed in whole
 * numbers and rounded after each direction, so that every byte is the one that Pillow finds.
 */
public enum Resampling {
  /** The pixel in which the middle of the new one lies. */
  NEAREST(0) {
    @Override
    double weight(double x) {
      return 1;
    }
  },
  /** The mean of what a pixel covers. */
  BOX(0.5) {
    @Override
    double weight(double x) {
      return x > -0.5 && x <= 0.5 ? 1 : 0;
    }
  },
  /** A triangle over two pixels. */
  BILINEAR(1) {
    @Override
    double weight(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  /** A sine under Hamming's window, over two pixels. */
  HAMMING(1) {
    @Override
    double weight(double x) {
      double d = Math.abs(x) * Math.PI;
      return d == 0 ? 1 : d >= Math.PI ? 0 : Math.sin(d) / d * (0.54 + 0.46 * Math.cos(d));
    }
  },
  /** Keys' cubic over four pixels with a = -0.5. */
  BICUBIC(2) {
    @Override
    double weight(double x) {
      double d = Math.abs(x);
      return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    }
  },
  /** Lanczos' window of a sine over six pixels. */
  LANCZOS(3) {
    @Override
    double weight(double x) {
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
    }
  };

  /** Bits of a weight of bytes: 32 less 8 for the byte and 2 for sums beyond it. */
  private static final int BITS = 22;

  private final double support;

  Resampling(double support) {
    this.support = support;
  }

  abstract double weight(double x);

  private static double sinc(double x) {
    double angle = x * Math.PI;
    return x == 0 ? 1 : Math.sin(angle) / angle;
  }

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
    Taps across = taps(oldWidth, width, antialias);
    Taps down = taps(oldHeight, height, antialias);
    Shape result = Shape.of(channels, height, width);
    if (bytes) {
      byte[] src = picture.data().toArray(ValueLayout.JAVA_BYTE);
      byte[] rows = across.isIdentity() ? src : across.bytes(src, channels * oldHeight, 1);
      byte[] dst = down.isIdentity() ? rows : down.bytes(rows, channels, width);
      return Tensor.wrap(DType.U8, result, MemorySegment.ofArray(dst));
    }
    float[] src = picture.toFloats();
    float[] rows = across.isIdentity() ? src : across.floats(src, channels * oldHeight, 1);
    return Pixels.wrap(down.isIdentity() ? rows : down.floats(rows, channels, width), result);
  }

  private Taps taps(int from, int to, boolean antialias) {
    if (from == to) {
      return new Taps(from, new int[to], 0, new double[0]);
    }
    double scale = from / (double) to;
    int[] firsts = new int[to];
    if (this == NEAREST) {
      double at = 0.5 * scale;
      for (int x = 0; x < to; x++, at += scale) {
        firsts[x] = Math.min((int) at, from - 1);
      }
      double[] ones = new double[to];
      java.util.Arrays.fill(ones, 1);
      return new Taps(from, firsts, 1, ones);
    }
    double stretch = antialias ? Math.max(scale, 1) : 1;
    double reach = support * stretch;
    int taps = Math.min((int) Math.ceil(reach) * 2 + 1, from);
    double[] weights = new double[to * taps]; // 0 beyond the last one
    for (int x = 0; x < to; x++) {
      double center = (x + 0.5) * scale;
      int first = Math.max(0, (int) (center - reach + 0.5));
      int last = Math.min(from, (int) (center + reach + 0.5));
      // Without antialiasing a narrow filter may lie between two middles.
      first = Math.min(first, from - 1);
      last = Math.max(last, first + 1);
      double sum = 0;
      for (int k = first; k < last; k++) {
        weights[x * taps + k - first] = weight((k - center + 0.5) * (1 / stretch));
        sum += weights[x * taps + k - first];
      }
      for (int k = 0; k < last - first; k++) {
        weights[x * taps + k] = sum == 0 ? 1.0 / (last - first) : weights[x * taps + k] / sum;
      }
      // All taps of a row lie within it: the ones beyond the last weigh nothing.
      int shift = Math.max(0, first + taps - from);
      if (shift > 0) {
        System.arraycopy(weights, x * taps, weights, x * taps + shift, taps - shift);
        java.util.Arrays.fill(weights, x * taps, x * taps + shift, 0);
      }
      firsts[x] = first - shift;
    }
    return new Taps(from, firsts, taps, weights);
  }

  /** What each element of a resized line is made of; no weights when it stays as it is. */
  private record Taps(int from, int[] firsts, int count, double[] weights) {
    boolean isIdentity() {
      return count == 0;
    }

    /**
     * Lines in another length.
     *
     * @param inner elements that lie side by side at each position of a line
     */
    byte[] bytes(byte[] src, int lines, int inner) {
      int[] fixed = new int[weights.length];
      for (int i = 0; i < fixed.length; i++) {
        double value = weights[i] * (1 << BITS);
        fixed[i] = (int) (value < 0 ? value - 0.5 : value + 0.5);
      }
      int to = firsts.length;
      byte[] dst = new byte[lines * to * inner];
      for (int line = 0; line < lines; line++) {
        for (int x = 0; x < to; x++) {
          int base = (line * from + firsts[x]) * inner;
          int at = (line * to + x) * inner;
          for (int j = 0; j < inner; j++) {
            int sum = 1 << BITS - 1;
            for (int k = 0; k < count; k++) {
              sum += (src[base + k * inner + j] & 0xff) * fixed[x * count + k];
            }
            dst[at + j] = (byte) Math.clamp(sum >> BITS, 0, 255);
          }
        }
      }
      return dst;
    }

    float[] floats(float[] src, int lines, int inner) {
      int to = firsts.length;
      float[] dst = new float[lines * to * inner];
      for (int line = 0; line < lines; line++) {
        for (int x = 0; x < to; x++) {
          int base = (line * from + firsts[x]) * inner;
          int at = (line * to + x) * inner;
          for (int j = 0; j < inner; j++) {
            double sum = 0;
            for (int k = 0; k < count; k++) {
              sum += src[base + k * inner + j] * weights[x * count + k];
            }
            dst[at + j] = (float) sum;
          }
        }
      }
      return dst;
    }
  }
}
