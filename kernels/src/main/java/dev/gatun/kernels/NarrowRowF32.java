package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One row times a panel of {@link NarrowWeights}, which become floats in registers.
 *
 * <p>Bound by reading weights, each used once, as long as unpacking keeps up: a vector of weights
 * takes 2 vector instructions for bfloat16, 4 for int8 and 3 for int4. An int4 is masked and
 * converted where it stands in its word, so it is 16, 256 ... times too large; the row comes with
 * the reciprocals of these powers in it ({@link NarrowLeftF32}), which is exact. Zero points do not
 * meet each weight: a group's sum is corrected by zero times the sum of the row's terms, so an
 * infinite term gives NaN.
 *
 * <p>Two vectors of columns at a time, within 16 registers and 75 calls of the Vector API.
 */
final class NarrowRowF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final VectorSpecies<Integer> I = Lanes.I32;
  private static final long V = 4L * Lanes.F32_LENGTH;
  private static final long ROW = 2 * V;

  /** Addresses cut to it are known to lie in memory, and need no bounds checks. */
  private static final long ADDRESS = (1L << 56) - 1;

  /** sums[j] += sum over k of x[k] * w[k, j] for the columns of a panel. */
  static void bf16(float[] x, int words, long weights, long sums) {
    FloatVector a0 = FloatVector.fromMemorySegment(S, Memory.ALL, sums, Lanes.ORDER);
    FloatVector a1 = FloatVector.fromMemorySegment(S, Memory.ALL, sums + V, Lanes.ORDER);
    FloatVector b0 = FloatVector.zero(S);
    FloatVector b1 = b0;
    for (int word = 0; word < words; word++) {
      long at = (weights + word * ROW) & ADDRESS;
      IntVector v0 = IntVector.fromMemorySegment(I, Memory.ALL, at, Lanes.ORDER);
      IntVector v1 = IntVector.fromMemorySegment(I, Memory.ALL, at + V, Lanes.ORDER);
      FloatVector x0 = FloatVector.broadcast(S, x[2 * word]);
      FloatVector x1 = FloatVector.broadcast(S, x[2 * word + 1]);
      a0 = x0.fma(v0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
      a1 = x0.fma(v1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a1);
      b0 = x1.fma(v0.and(0xffff0000).reinterpretAsFloats(), b0);
      b1 = x1.fma(v1.and(0xffff0000).reinterpretAsFloats(), b1);
    }
    a0.add(b0).intoMemorySegment(Memory.ALL, sums, Lanes.ORDER);
    a1.add(b1).intoMemorySegment(Memory.ALL, sums + V, Lanes.ORDER);
  }

  /**
   * The same for int8.
   *
   * @param zeros for each group zero times the sum of its x
   * @param words of a group
   * @param scales in float32
   */
  static void i8(
      float[] x, float[] zeros, int groups, int words, long scales, long weights, long sums) {
    FloatVector t0 = FloatVector.fromMemorySegment(S, Memory.ALL, sums, Lanes.ORDER);
    FloatVector t1 = FloatVector.fromMemorySegment(S, Memory.ALL, sums + V, Lanes.ORDER);
    for (int g = 0; g < groups; g++) {
      FloatVector a0 = FloatVector.zero(S);
      FloatVector a1 = a0;
      FloatVector b0 = a0;
      FloatVector b1 = a0;
      int end = (g + 1) * words;
      for (int word = g * words; word < end; word++) {
        long at = (weights + word * ROW) & ADDRESS;
        IntVector v0 = IntVector.fromMemorySegment(I, Memory.ALL, at, Lanes.ORDER);
        IntVector v1 = IntVector.fromMemorySegment(I, Memory.ALL, at + V, Lanes.ORDER);
        FloatVector x0 = FloatVector.broadcast(S, x[4 * word + 0]);
        FloatVector x1 = FloatVector.broadcast(S, x[4 * word + 1]);
        FloatVector x2 = FloatVector.broadcast(S, x[4 * word + 2]);
        FloatVector x3 = FloatVector.broadcast(S, x[4 * word + 3]);
        a0 =
            x0.fma(
                (FloatVector)
                    v0.lanewise(VectorOperators.LSHL, 24)
                        .lanewise(VectorOperators.ASHR, 24)
                        .convert(VectorOperators.I2F, 0),
                a0);
        a1 =
            x0.fma(
                (FloatVector)
                    v1.lanewise(VectorOperators.LSHL, 24)
                        .lanewise(VectorOperators.ASHR, 24)
                        .convert(VectorOperators.I2F, 0),
                a1);
        b0 =
            x1.fma(
                (FloatVector)
                    v0.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 24)
                        .convert(VectorOperators.I2F, 0),
                b0);
        b1 =
            x1.fma(
                (FloatVector)
                    v1.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 24)
                        .convert(VectorOperators.I2F, 0),
                b1);
        a0 =
            x2.fma(
                (FloatVector)
                    v0.lanewise(VectorOperators.LSHL, 8)
                        .lanewise(VectorOperators.ASHR, 24)
                        .convert(VectorOperators.I2F, 0),
                a0);
        a1 =
            x2.fma(
                (FloatVector)
                    v1.lanewise(VectorOperators.LSHL, 8)
                        .lanewise(VectorOperators.ASHR, 24)
                        .convert(VectorOperators.I2F, 0),
                a1);
        b0 =
            x3.fma(
                (FloatVector) v0.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0),
                b0);
        b1 =
            x3.fma(
                (FloatVector) v1.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0),
                b1);
      }
      long scale = (scales + g * ROW) & ADDRESS;
      FloatVector zero = FloatVector.broadcast(S, zeros[g]);
      t0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, scale, Lanes.ORDER)
              .fma(a0.add(b0).sub(zero), t0);
      t1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, scale + V, Lanes.ORDER)
              .fma(a1.add(b1).sub(zero), t1);
    }
    t0.intoMemorySegment(Memory.ALL, sums, Lanes.ORDER);
    t1.intoMemorySegment(Memory.ALL, sums + V, Lanes.ORDER);
  }

  /** The same for int4; the row has powers of 1/16 in it. */
  static void i4(
      float[] row, float[] zeros, int groups, int words, long scales, long weights, long sums) {
    FloatVector t0 = FloatVector.fromMemorySegment(S, Memory.ALL, sums, Lanes.ORDER);
    FloatVector t1 = FloatVector.fromMemorySegment(S, Memory.ALL, sums + V, Lanes.ORDER);
    for (int g = 0; g < groups; g++) {
      FloatVector a0 = FloatVector.zero(S);
      FloatVector a1 = a0;
      FloatVector b0 = a0;
      FloatVector b1 = a0;
      int end = (g + 1) * words;
      for (int word = g * words; word < end; word++) {
        long at = (weights + word * ROW) & ADDRESS;
        IntVector v0 = IntVector.fromMemorySegment(I, Memory.ALL, at, Lanes.ORDER);
        IntVector v1 = IntVector.fromMemorySegment(I, Memory.ALL, at + V, Lanes.ORDER);
        FloatVector x = FloatVector.broadcast(S, row[8 * word + 0]);
        a0 = x.fma((FloatVector) v0.and(0xf).convert(VectorOperators.I2F, 0), a0);
        a1 = x.fma((FloatVector) v1.and(0xf).convert(VectorOperators.I2F, 0), a1);
        x = FloatVector.broadcast(S, row[8 * word + 1]);
        b0 = x.fma((FloatVector) v0.and(0xf0).convert(VectorOperators.I2F, 0), b0);
        b1 = x.fma((FloatVector) v1.and(0xf0).convert(VectorOperators.I2F, 0), b1);
        x = FloatVector.broadcast(S, row[8 * word + 2]);
        a0 = x.fma((FloatVector) v0.and(0xf00).convert(VectorOperators.I2F, 0), a0);
        a1 = x.fma((FloatVector) v1.and(0xf00).convert(VectorOperators.I2F, 0), a1);
        x = FloatVector.broadcast(S, row[8 * word + 3]);
        b0 = x.fma((FloatVector) v0.and(0xf000).convert(VectorOperators.I2F, 0), b0);
        b1 = x.fma((FloatVector) v1.and(0xf000).convert(VectorOperators.I2F, 0), b1);
        x = FloatVector.broadcast(S, row[8 * word + 4]);
        a0 = x.fma((FloatVector) v0.and(0xf0000).convert(VectorOperators.I2F, 0), a0);
        a1 = x.fma((FloatVector) v1.and(0xf0000).convert(VectorOperators.I2F, 0), a1);
        x = FloatVector.broadcast(S, row[8 * word + 5]);
        b0 = x.fma((FloatVector) v0.and(0xf00000).convert(VectorOperators.I2F, 0), b0);
        b1 = x.fma((FloatVector) v1.and(0xf00000).convert(VectorOperators.I2F, 0), b1);
        x = FloatVector.broadcast(S, row[8 * word + 6]);
        a0 = x.fma((FloatVector) v0.and(0xf000000).convert(VectorOperators.I2F, 0), a0);
        a1 = x.fma((FloatVector) v1.and(0xf000000).convert(VectorOperators.I2F, 0), a1);
        x = FloatVector.broadcast(S, row[8 * word + 7]);
        b0 =
            x.fma(
                (FloatVector) v0.lanewise(VectorOperators.LSHR, 28).convert(VectorOperators.I2F, 0),
                b0);
        b1 =
            x.fma(
                (FloatVector) v1.lanewise(VectorOperators.LSHR, 28).convert(VectorOperators.I2F, 0),
                b1);
      }
      long scale = (scales + g * ROW) & ADDRESS;
      FloatVector zero = FloatVector.broadcast(S, zeros[g]);
      t0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, scale, Lanes.ORDER)
              .fma(a0.add(b0).sub(zero), t0);
      t1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, scale + V, Lanes.ORDER)
              .fma(a1.add(b1).sub(zero), t1);
    }
    t0.intoMemorySegment(Memory.ALL, sums, Lanes.ORDER);
    t1.intoMemorySegment(Memory.ALL, sums + V, Lanes.ORDER);
  }

  /** sums[j] += sum over groups of the offset times the sum of the group's x. */
  static void offsets(float[] groupSums, int groups, long offsets, long sums) {
    FloatVector t0 = FloatVector.fromMemorySegment(S, Memory.ALL, sums, Lanes.ORDER);
    FloatVector t1 = FloatVector.fromMemorySegment(S, Memory.ALL, sums + V, Lanes.ORDER);
    for (int g = 0; g < groups; g++) {
      long at = (offsets + g * ROW) & ADDRESS;
      FloatVector x = FloatVector.broadcast(S, groupSums[g]);
      t0 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, at, Lanes.ORDER), t0);
      t1 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, at + V, Lanes.ORDER), t1);
    }
    t0.intoMemorySegment(Memory.ALL, sums, Lanes.ORDER);
    t1.intoMemorySegment(Memory.ALL, sums + V, Lanes.ORDER);
  }

  private NarrowRowF32() {}
}
