package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Root-mean-square norm and L2 norm over contiguous rows: dst = x * factor * scale with factor = 1
 * / sqrt(mean(x^2) + epsilon) or 1 / max(|x|, epsilon).
 *
 * <p>Two reads and one write a row, the second read from L1 up to about 8000 floats: memory bound.
 * dst may be src.
 */
public final class RmsNormF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** RMS norm of rows [firstRow, lastRow); a scale of 0 leaves it out. */
  public static void run(
      long src,
      long srcRowBytes,
      long scale,
      long dst,
      long dstRowBytes,
      long firstRow,
      long lastRow,
      int length,
      float epsilon) {
    for (long row = firstRow; row < lastRow; row++) {
      long from = src + row * srcRowBytes;
      float factor = (float) (1 / Math.sqrt(Sums.squares(from, length) / length + epsilon));
      write(from, scale, dst + row * dstRowBytes, length, factor);
    }
  }

  /** RMS norm of src + residual, which is also stored in sum. */
  public static void runResidual(
      long src,
      long srcRowBytes,
      long residual,
      long residualRowBytes,
      long sum,
      long sumRowBytes,
      long scale,
      long dst,
      long dstRowBytes,
      long firstRow,
      long lastRow,
      int length,
      float epsilon) {
    for (long row = firstRow; row < lastRow; row++) {
      LayerNormF32.add(
          src + row * srcRowBytes,
          residual + row * residualRowBytes,
          sum + row * sumRowBytes,
          length);
      run(sum, sumRowBytes, scale, dst, dstRowBytes, row, row + 1, length, epsilon);
    }
  }

  /** L2 norm of rows [firstRow, lastRow). */
  public static void runL2(
      long src,
      long srcRowBytes,
      long dst,
      long dstRowBytes,
      long firstRow,
      long lastRow,
      int length,
      float epsilon) {
    for (long row = firstRow; row < lastRow; row++) {
      long from = src + row * srcRowBytes;
      float factor = (float) (1 / Math.max(Math.sqrt(Sums.squares(from, length)), epsilon));
      write(from, 0, dst + row * dstRowBytes, length, factor);
    }
  }

  /** Number of columns of [outer, axis, inner] a caller may split between threads. */
  public static long columns(long outer, int inner) {
    return outer * ((inner + L - 1) / L);
  }

  /** L2 norm over the middle axis of [outer, axis, inner], columns [first, last). */
  public static void runL2Inner(
      long src,
      long dst,
      long outerBytes,
      long axisBytes,
      long first,
      long last,
      int axis,
      int inner,
      float epsilon) {
    int perRow = (inner + L - 1) / L;
    for (long column = first; column < last; column++) {
      int done = (int) (column % perRow) * L;
      long offset = column / perRow * outerBytes + 4L * done;
      l2Column(src + offset, dst + offset, axisBytes, axis, Math.min(L, inner - done), epsilon);
    }
  }

  private static void l2Column(
      long src, long dst, long axisBytes, int axis, int lanes, float epsilon) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector sum = FloatVector.zero(S);
    for (int a = 0; a < axis; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in);
      sum = x.fma(x, sum);
    }
    FloatVector factor = FloatVector.broadcast(S, 1f).div(sum.sqrt().max(epsilon));
    for (int a = 0; a < axis; a++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + a * axisBytes, Lanes.ORDER, in);
      x.mul(factor).intoMemorySegment(Memory.ALL, dst + a * axisBytes, Lanes.ORDER, in);
    }
  }

  private static void write(long src, long scale, long dst, int length, float factor) {
    if (scale == 0) {
      plain(src, dst, length, factor);
    } else {
      scaled(src, scale, dst, length, factor);
    }
  }

  private static void plain(long src, long dst, int length, float factor) {
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .mul(factor)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .mul(factor)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private static void scaled(long src, long scale, long dst, int length, float factor) {
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector g = FloatVector.fromMemorySegment(S, Memory.ALL, scale + k * BYTES, Lanes.ORDER);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .mul(factor)
          .mul(g)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector g =
          FloatVector.fromMemorySegment(S, Memory.ALL, scale + 4L * done, Lanes.ORDER, in);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .mul(factor)
          .mul(g)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private RmsNormF32() {}
}
