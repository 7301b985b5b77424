package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums over contiguous floats that stay accurate however long: blocks of {@link #BLOCK} floats in
 * four vector chains, their totals in double. The order depends on the length only.
 */
final class Sums {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** A lane of a chain adds 64 floats before the double takes over. */
  static final int BLOCK = 64 * 4 * L;

  static double sum(long at, long count) {
    if (count <= BLOCK) {
      return block(at, (int) count);
    }
    double total = 0;
    for (long done = 0; done < count; done += BLOCK) {
      total += block(at + 4 * done, (int) Math.min(BLOCK, count - done));
    }
    return total;
  }

  static double squares(long at, long count) {
    if (count <= BLOCK) {
      return squaresBlock(at, (int) count);
    }
    double total = 0;
    for (long done = 0; done < count; done += BLOCK) {
      total += squaresBlock(at + 4 * done, (int) Math.min(BLOCK, count - done));
    }
    return total;
  }

  static double absolutes(long at, long count) {
    if (count <= BLOCK) {
      return absolutesBlock(at, (int) count);
    }
    double total = 0;
    for (long done = 0; done < count; done += BLOCK) {
      total += absolutesBlock(at + 4 * done, (int) Math.min(BLOCK, count - done));
    }
    return total;
  }

  /** Sum of (x - mean)^2. */
  static double centredSquares(long at, long count, float mean) {
    if (count <= BLOCK) {
      return centredBlock(at, (int) count, mean);
    }
    double total = 0;
    for (long done = 0; done < count; done += BLOCK) {
      total += centredBlock(at + 4 * done, (int) Math.min(BLOCK, count - done), mean);
    }
    return total;
  }

  /** Sum of at most {@link #BLOCK} floats. */
  static float block(long at, int count) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int blocks = count / (4 * L);
    for (int b = 0; b < blocks; b++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + b * 4L * BYTES, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 3 * BYTES, Lanes.ORDER);
      a0 = a0.add(x0);
      a1 = a1.add(x1);
      a2 = a2.add(x2);
      a3 = a3.add(x3);
    }
    int done = blocks * 4 * L;
    if (done + 2 * L <= count) {
      FloatVector x0 = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done + BYTES, Lanes.ORDER);
      a0 = a0.add(x0);
      a1 = a1.add(x1);
      done += 2 * L;
    }
    if (done + L <= count) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      a2 = a2.add(x);
      done += L;
    }
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER, in);
      a3 = a3.add(x);
    }
    a0 = a0.add(a1).add(a2.add(a3));
    a0 = a0.add(a0.rearrange(Lanes.HALF));
    a0 = a0.add(a0.rearrange(Lanes.QUARTER));
    a0 = L >= 8 ? a0.add(a0.rearrange(Lanes.EIGHTH)) : a0;
    a0 = L >= 16 ? a0.add(a0.rearrange(Lanes.SIXTEENTH)) : a0;
    return a0.lane(0);
  }

  /** {@link #squares} of at most {@link #BLOCK} floats. */
  static float squaresBlock(long at, int count) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int blocks = count / (4 * L);
    for (int b = 0; b < blocks; b++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + b * 4L * BYTES, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 3 * BYTES, Lanes.ORDER);
      a0 = x0.fma(x0, a0);
      a1 = x1.fma(x1, a1);
      a2 = x2.fma(x2, a2);
      a3 = x3.fma(x3, a3);
    }
    int done = blocks * 4 * L;
    if (done + 2 * L <= count) {
      FloatVector x0 = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done + BYTES, Lanes.ORDER);
      a0 = x0.fma(x0, a0);
      a1 = x1.fma(x1, a1);
      done += 2 * L;
    }
    if (done + L <= count) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      a2 = x.fma(x, a2);
      done += L;
    }
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER, in);
      a3 = x.fma(x, a3);
    }
    a0 = a0.add(a1).add(a2.add(a3));
    a0 = a0.add(a0.rearrange(Lanes.HALF));
    a0 = a0.add(a0.rearrange(Lanes.QUARTER));
    a0 = L >= 8 ? a0.add(a0.rearrange(Lanes.EIGHTH)) : a0;
    a0 = L >= 16 ? a0.add(a0.rearrange(Lanes.SIXTEENTH)) : a0;
    return a0.lane(0);
  }

  private static float absolutesBlock(long at, int count) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int blocks = count / (4 * L);
    for (int b = 0; b < blocks; b++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + b * 4L * BYTES, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 1 * BYTES, Lanes.ORDER);
      FloatVector x2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 2 * BYTES, Lanes.ORDER);
      FloatVector x3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, at + b * 4L * BYTES + 3 * BYTES, Lanes.ORDER);
      a0 = a0.add(x0.abs());
      a1 = a1.add(x1.abs());
      a2 = a2.add(x2.abs());
      a3 = a3.add(x3.abs());
    }
    int done = blocks * 4 * L;
    if (done + 2 * L <= count) {
      FloatVector x0 = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done + BYTES, Lanes.ORDER);
      a0 = a0.add(x0.abs());
      a1 = a1.add(x1.abs());
      done += 2 * L;
    }
    if (done + L <= count) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER);
      a2 = a2.add(x.abs());
      done += L;
    }
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER, in);
      a3 = a3.add(x.abs());
    }
    a0 = a0.add(a1).add(a2.add(a3));
    a0 = a0.add(a0.rearrange(Lanes.HALF));
    a0 = a0.add(a0.rearrange(Lanes.QUARTER));
    a0 = L >= 8 ? a0.add(a0.rearrange(Lanes.EIGHTH)) : a0;
    a0 = L >= 16 ? a0.add(a0.rearrange(Lanes.SIXTEENTH)) : a0;
    return a0.lane(0);
  }

  /** {@link #centredSquares} of at most {@link #BLOCK} floats. */
  static float centredBlock(long at, int count, float mean) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int blocks = count / (4 * L);
    for (int b = 0; b < blocks; b++) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + b * 4L * BYTES, Lanes.ORDER).sub(mean);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + b * 4L * BYTES + 1 * BYTES, Lanes.ORDER)
              .sub(mean);
      FloatVector x2 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + b * 4L * BYTES + 2 * BYTES, Lanes.ORDER)
              .sub(mean);
      FloatVector x3 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + b * 4L * BYTES + 3 * BYTES, Lanes.ORDER)
              .sub(mean);
      a0 = x0.fma(x0, a0);
      a1 = x1.fma(x1, a1);
      a2 = x2.fma(x2, a2);
      a3 = x3.fma(x3, a3);
    }
    int done = blocks * 4 * L;
    if (done + 2 * L <= count) {
      FloatVector x0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER).sub(mean);
      FloatVector x1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done + BYTES, Lanes.ORDER)
              .sub(mean);
      a0 = x0.fma(x0, a0);
      a1 = x1.fma(x1, a1);
      done += 2 * L;
    }
    if (done + L <= count) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER).sub(mean);
      a2 = x.fma(x, a2);
      done += L;
    }
    if (done < count) {
      VectorMask<Float> in = S.indexInRange(done, count);
      FloatVector x =
          FloatVector.zero(S)
              .blend(
                  FloatVector.fromMemorySegment(S, Memory.ALL, at + 4L * done, Lanes.ORDER, in)
                      .sub(mean),
                  in);
      a3 = x.fma(x, a3);
    }
    a0 = a0.add(a1).add(a2.add(a3));
    a0 = a0.add(a0.rearrange(Lanes.HALF));
    a0 = a0.add(a0.rearrange(Lanes.QUARTER));
    a0 = L >= 8 ? a0.add(a0.rearrange(Lanes.EIGHTH)) : a0;
    a0 = L >= 16 ? a0.add(a0.rearrange(Lanes.SIXTEENTH)) : a0;
    return a0.lane(0);
  }

  private Sums() {}
}
