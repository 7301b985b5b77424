package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rotary positions of rows [batch, head, time, width] of float32: pairs (i, i + half) of the first
 * 2 half elements are turned, the others copied. dst may be src.
 *
 * @param heads rows of a batch and a time, which share angles
 * @param half pairs of a row
 * @param shared whether cos and sin are [time, half], the same for all batches, instead of [batch,
 *     time, half]
 */
public record RopeF32(int heads, int time, int width, int half, boolean shared) {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;

  /** Addresses cut to it are known to lie in memory, and need no bounds checks. */
  private static final long ADDRESS = (1L << 56) - 1;

  /** Turns rows [firstRow, lastRow). */
  public void run(long src, long cos, long sin, long dst, long firstRow, long lastRow) {
    for (long row = firstRow; row < lastRow; row++) {
      long t = row % time;
      long angles = 4L * half * (shared ? t : row / ((long) heads * time) * time + t);
      long at = 4L * width * row;
      turn(src + at, cos + angles, sin + angles, dst + at, half);
      int rest = width - 2 * half;
      if (rest > 0 && src != dst) {
        GemmEdgesF32.copy(src + at + 8L * half, 0, dst + at + 8L * half, 0, 1, rest);
      }
    }
  }

  /** (a cos - b sin, a sin + b cos), each product rounded as the operator defines it. */
  private static void turn(long src, long cos, long sin, long dst, int half) {
    int whole = half / L * L;
    for (int i = 0; i < whole; i += L) {
      FloatVector a = load(src + 4L * i);
      FloatVector b = load(src + 4L * (i + half));
      FloatVector c = load(cos + 4L * i);
      FloatVector s = load(sin + 4L * i);
      a.mul(c).sub(b.mul(s)).intoMemorySegment(Memory.ALL, (dst + 4L * i) & ADDRESS, Lanes.ORDER);
      a.mul(s)
          .add(b.mul(c))
          .intoMemorySegment(Memory.ALL, (dst + 4L * (i + half)) & ADDRESS, Lanes.ORDER);
    }
    if (whole < half) {
      VectorMask<Float> in = S.indexInRange(whole, half);
      long at = 4L * whole;
      long second = at + 4L * half;
      FloatVector a = FloatVector.fromMemorySegment(S, Memory.ALL, src + at, Lanes.ORDER, in);
      FloatVector b = FloatVector.fromMemorySegment(S, Memory.ALL, src + second, Lanes.ORDER, in);
      FloatVector c = FloatVector.fromMemorySegment(S, Memory.ALL, cos + at, Lanes.ORDER, in);
      FloatVector s = FloatVector.fromMemorySegment(S, Memory.ALL, sin + at, Lanes.ORDER, in);
      a.mul(c).sub(b.mul(s)).intoMemorySegment(Memory.ALL, dst + at, Lanes.ORDER, in);
      a.mul(s).add(b.mul(c)).intoMemorySegment(Memory.ALL, dst + second, Lanes.ORDER, in);
    }
  }

  private static FloatVector load(long at) {
    return FloatVector.fromMemorySegment(S, Memory.ALL, at & ADDRESS, Lanes.ORDER);
  }
}
