package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Batch norm at inference, folded to dst = src * factor[c] + shift[c] for each channel c, with
 * channels last or planes of one channel.
 *
 * <p>One read and one write: memory bound. dst may be src.
 */
public final class BatchNormF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /**
   * factor = scale / sqrt(variance + epsilon), shift = bias - mean * factor; addresses of floats.
   */
  public static void fold(
      long scale,
      long bias,
      long mean,
      long variance,
      float epsilon,
      long factor,
      long shift,
      int channels) {
    for (int c = 0; c < channels; c++) {
      double f =
          Memory.ALL.get(Memory.F32, scale + 4L * c)
              / Math.sqrt((double) Memory.ALL.get(Memory.F32, variance + 4L * c) + epsilon);
      double s =
          Memory.ALL.get(Memory.F32, bias + 4L * c) - Memory.ALL.get(Memory.F32, mean + 4L * c) * f;
      Memory.ALL.set(Memory.F32, factor + 4L * c, (float) f);
      Memory.ALL.set(Memory.F32, shift + 4L * c, (float) s);
    }
  }

  /** Channels last: rows [firstRow, lastRow) of channels floats each. */
  public static void runRows(
      long src,
      long srcRowBytes,
      long factor,
      long shift,
      long dst,
      long dstRowBytes,
      long firstRow,
      long lastRow,
      int channels) {
    for (long row = firstRow; row < lastRow; row++) {
      row(src + row * srcRowBytes, factor, shift, dst + row * dstRowBytes, channels);
    }
  }

  /** Channels first: planes [firstPlane, lastPlane) of [batch, channels] planes, contiguous. */
  public static void runPlanes(
      long src,
      long factor,
      long shift,
      long dst,
      long firstPlane,
      long lastPlane,
      int channels,
      int spatial) {
    for (long plane = firstPlane; plane < lastPlane; plane++) {
      long c = plane % channels;
      plane(
          src + plane * spatial * 4,
          dst + plane * spatial * 4,
          spatial,
          Memory.ALL.get(Memory.F32, factor + 4 * c),
          Memory.ALL.get(Memory.F32, shift + 4 * c));
    }
  }

  private static void row(long src, long factor, long shift, long dst, int length) {
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector f = FloatVector.fromMemorySegment(S, Memory.ALL, factor + k * BYTES, Lanes.ORDER);
      FloatVector s = FloatVector.fromMemorySegment(S, Memory.ALL, shift + k * BYTES, Lanes.ORDER);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .fma(f, s)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector f =
          FloatVector.fromMemorySegment(S, Memory.ALL, factor + 4L * done, Lanes.ORDER, in);
      FloatVector s =
          FloatVector.fromMemorySegment(S, Memory.ALL, shift + 4L * done, Lanes.ORDER, in);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .fma(f, s)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  static void plane(long src, long dst, int length, float factor, float shift) {
    FloatVector f = FloatVector.broadcast(S, factor);
    FloatVector s = FloatVector.broadcast(S, shift);
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .fma(f, s)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .fma(f, s)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private BatchNormF32() {}
}
