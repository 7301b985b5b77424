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
    long row = firstRow;
    if (length <= Sums.BLOCK) {
      for (; row + 4 <= lastRow; row += 4) {
        fourRows(
            src + row * srcRowBytes,
            srcRowBytes,
            scale,
            bias,
            dst + row * dstRowBytes,
            dstRowBytes,
            mean == 0 ? 0 : mean + 4 * row,
            inverse == 0 ? 0 : inverse + 4 * row,
            length,
            epsilon);
      }
    }
    for (; row < lastRow; row++) {
      long from = src + row * srcRowBytes;
      float average = (float) (Sums.sum(from, length) / length);
      float variance = (float) (Sums.centredSquares(from, length, average) / length);
      float factor = 1f / (float) Math.sqrt(variance + epsilon);
      write(from, scale, bias, dst + row * dstRowBytes, length, average, factor);
      keep(mean == 0 ? 0 : mean + 4 * row, average, inverse == 0 ? 0 : inverse + 4 * row, factor);
    }
  }

  /**
   * Four rows side by side: the reductions of one row are a chain of latencies (sum, lanes, divide,
   * squares, lanes, root, divide) that the processor can overlap with the next row's.
   */
  private static void fourRows(
      long row0,
      long srcRowBytes,
      long scale,
      long bias,
      long dst,
      long dstRowBytes,
      long mean,
      long inverse,
      int length,
      float epsilon) {
    long row1 = row0 + srcRowBytes;
    long row2 = row1 + srcRowBytes;
    long row3 = row2 + srcRowBytes;
    float part = 1f / length;
    float mean0 = Sums.block(row0, length) * part;
    float mean1 = Sums.block(row1, length) * part;
    float mean2 = Sums.block(row2, length) * part;
    float mean3 = Sums.block(row3, length) * part;
    float variance0 = Sums.centredBlock(row0, length, mean0) * part;
    float variance1 = Sums.centredBlock(row1, length, mean1) * part;
    float variance2 = Sums.centredBlock(row2, length, mean2) * part;
    float variance3 = Sums.centredBlock(row3, length, mean3) * part;
    float factor0 = 1f / (float) Math.sqrt(variance0 + epsilon);
    float factor1 = 1f / (float) Math.sqrt(variance1 + epsilon);
    float factor2 = 1f / (float) Math.sqrt(variance2 + epsilon);
    float factor3 = 1f / (float) Math.sqrt(variance3 + epsilon);
    write(row0, scale, bias, dst, length, mean0, factor0);
    write(row1, scale, bias, dst + dstRowBytes, length, mean1, factor1);
    write(row2, scale, bias, dst + 2 * dstRowBytes, length, mean2, factor2);
    write(row3, scale, bias, dst + 3 * dstRowBytes, length, mean3, factor3);
    keep(mean, mean0, inverse, factor0);
    keep(mean == 0 ? 0 : mean + 4, mean1, inverse == 0 ? 0 : inverse + 4, factor1);
    keep(mean == 0 ? 0 : mean + 8, mean2, inverse == 0 ? 0 : inverse + 8, factor2);
    keep(mean == 0 ? 0 : mean + 12, mean3, inverse == 0 ? 0 : inverse + 12, factor3);
  }

  private static void keep(long mean, float average, long inverse, float factor) {
    if (mean != 0) {
      Memory.ALL.set(Memory.F32, mean, average);
    }
    if (inverse != 0) {
      Memory.ALL.set(Memory.F32, inverse, factor);
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
