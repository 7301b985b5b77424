package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layer norm over contiguous rows: dst = (x - mean) / sqrt(variance + epsilon) * scale + bias, x =
 * src + residual.
 *
 * <p>The variance is taken about the mean in a pass of its own (a one-pass sum of squares cancels
 * when the mean is large); passes after the first find the row in L1, so this is memory bound up to
 * about 8000 floats a row. dst may be src or residual.
 */
public final class LayerNormF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /**
   * Rows [firstRow, lastRow). An address of 0 leaves the operand out: no scale and bias, no mean
   * and inverse standard deviation ([rows] each, contiguous). Bias needs scale.
   */
  public static void run(
      long src,
      long srcRowBytes,
      long scale,
      long bias,
      long dst,
      long dstRowBytes,
      long mean,
      long inverse,
      long firstRow,
      long lastRow,
      int length,
      float epsilon) {
    for (long row = firstRow; row < lastRow; row++) {
      long from = src + row * srcRowBytes;
      float average = (float) (Sums.sum(from, length) / length);
      double variance = Sums.centredSquares(from, length, average) / length;
      float factor = (float) (1 / Math.sqrt(variance + epsilon));
      write(from, scale, bias, dst + row * dstRowBytes, length, average, factor);
      if (mean != 0) {
        Memory.ALL.set(Memory.F32, mean + 4 * row, average);
      }
      if (inverse != 0) {
        Memory.ALL.set(Memory.F32, inverse + 4 * row, factor);
      }
    }
  }

  /**
   * The same of src + residual, which is also stored in sum; sum may be any of the others but dst.
   */
  public static void runResidual(
      long src,
      long srcRowBytes,
      long residual,
      long residualRowBytes,
      long sum,
      long sumRowBytes,
      long scale,
      long bias,
      long dst,
      long dstRowBytes,
      long mean,
      long inverse,
      long firstRow,
      long lastRow,
      int length,
      float epsilon) {
    for (long row = firstRow; row < lastRow; row++) {
      add(
          src + row * srcRowBytes,
          residual + row * residualRowBytes,
          sum + row * sumRowBytes,
          length);
      run(
          sum,
          sumRowBytes,
          scale,
          bias,
          dst,
          dstRowBytes,
          mean,
          inverse,
          row,
          row + 1,
          length,
          epsilon);
    }
  }

  private static void write(
      long src, long scale, long bias, long dst, int length, float mean, float factor) {
    if (scale == 0) {
      plain(src, dst, length, mean, factor);
    } else if (bias == 0) {
      scaled(src, scale, dst, length, mean, factor);
    } else {
      affine(src, scale, bias, dst, length, mean, factor);
    }
  }

  static void add(long a, long b, long dst, int length) {
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, a + k * BYTES, Lanes.ORDER)
          .add(FloatVector.fromMemorySegment(S, Memory.ALL, b + k * BYTES, Lanes.ORDER))
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector.fromMemorySegment(S, Memory.ALL, a + 4L * done, Lanes.ORDER, in)
          .add(FloatVector.fromMemorySegment(S, Memory.ALL, b + 4L * done, Lanes.ORDER, in))
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  /** dst = (src - mean) * factor. */
  static void plain(long src, long dst, int length, float mean, float factor) {
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .sub(mean)
          .mul(factor)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .sub(mean)
          .mul(factor)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private static void scaled(long src, long scale, long dst, int length, float mean, float factor) {
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector g =
          FloatVector.fromMemorySegment(S, Memory.ALL, scale + k * BYTES, Lanes.ORDER).mul(factor);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .sub(mean)
          .mul(g)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector g =
          FloatVector.fromMemorySegment(S, Memory.ALL, scale + 4L * done, Lanes.ORDER, in)
              .mul(factor);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .sub(mean)
          .mul(g)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private static void affine(
      long src, long scale, long bias, long dst, int length, float mean, float factor) {
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector g =
          FloatVector.fromMemorySegment(S, Memory.ALL, scale + k * BYTES, Lanes.ORDER).mul(factor);
      FloatVector b = FloatVector.fromMemorySegment(S, Memory.ALL, bias + k * BYTES, Lanes.ORDER);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .sub(mean)
          .fma(g, b)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector g =
          FloatVector.fromMemorySegment(S, Memory.ALL, scale + 4L * done, Lanes.ORDER, in)
              .mul(factor);
      FloatVector b =
          FloatVector.fromMemorySegment(S, Memory.ALL, bias + 4L * done, Lanes.ORDER, in);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .sub(mean)
          .fma(g, b)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private LayerNormF32() {}
}
