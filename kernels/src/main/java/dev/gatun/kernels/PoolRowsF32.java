package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A row of equal windows of a maximum or average pool: the taps of the window at pixel x lie at
 * {@code src + x srcStep + offsets[t]}, channels are contiguous.
 *
 * <p>Small windows are bound by loads from L2 when this is done well: one flat loop over the taps
 * (three nested ones of three rounds each take twice as long), pixel after pixel, so that the taps
 * windows share are still in L1. Register budget: 8 accumulators and 4 loads.
 */
final class PoolRowsF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = S.length();
  private static final long BYTES = 4L * L;
  private static final int BLOCK = 4 * L;

  static void max(
      long src,
      long dst,
      int channels,
      int pixels,
      long srcStep,
      long dstStep,
      long[] offsets,
      int taps) {
    int blocks = channels / BLOCK;
    if (blocks > 0 && !maxBlocks(src, dst, blocks, pixels, srcStep, dstStep, offsets, taps)) {
      for (int c = 0; c < blocks * 4; c++) {
        VectorMask<Float> all = S.maskAll(true);
        maxVectors(src + c * BYTES, dst + c * BYTES, all, pixels, srcStep, dstStep, offsets, taps);
      }
    }
    for (int c = blocks * BLOCK; c < channels; c += L) {
      VectorMask<Float> mask = S.indexInRange(c, channels);
      maxVectors(src + 4L * c, dst + 4L * c, mask, pixels, srcStep, dstStep, offsets, taps);
    }
  }

  // Java's max of floats is six instructions because of NaN and -0, a comparison and a blend are
  // two
  // (890 against 520 us for 3 x 3 windows of 56 x 56 x 256). They overlook NaN: the sum of the taps
  // does not. Returns false when that is NaN somewhere; infinities of both signs may be the reason.
  private static boolean maxBlocks(
      long src,
      long dst,
      int blocks,
      int pixels,
      long srcStep,
      long dstStep,
      long[] offsets,
      int taps) {
    boolean numbers = true;
    for (int x = 0; x < pixels; x++) {
      for (int b = 0; b < blocks; b++) {
        long at = src + x * srcStep + b * (4 * BYTES);
        FloatVector m0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        FloatVector m1 = m0;
        FloatVector m2 = m0;
        FloatVector m3 = m0;
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int t = 0; t < taps; t++) {
          long p = at + offsets[t];
          FloatVector v0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
          FloatVector v1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + BYTES, Lanes.ORDER);
          FloatVector v2 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * BYTES, Lanes.ORDER);
          FloatVector v3 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * BYTES, Lanes.ORDER);
          m0 = m0.blend(v0, m0.compare(VectorOperators.LT, v0));
          m1 = m1.blend(v1, m1.compare(VectorOperators.LT, v1));
          m2 = m2.blend(v2, m2.compare(VectorOperators.LT, v2));
          m3 = m3.blend(v3, m3.compare(VectorOperators.LT, v3));
          s0 = s0.add(v0);
          s1 = s1.add(v1);
          s2 = s2.add(v2);
          s3 = s3.add(v3);
        }
        long to = dst + x * dstStep + b * (4 * BYTES);
        m0.intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
        m1.intoMemorySegment(Memory.ALL, to + BYTES, Lanes.ORDER);
        m2.intoMemorySegment(Memory.ALL, to + 2 * BYTES, Lanes.ORDER);
        m3.intoMemorySegment(Memory.ALL, to + 3 * BYTES, Lanes.ORDER);
        FloatVector sum = s0.add(s1).add(s2.add(s3));
        if (!sum.compare(VectorOperators.EQ, sum).allTrue()) {
          numbers = false;
        }
      }
    }
    return numbers;
  }

  private static void maxVectors(
      long src,
      long dst,
      VectorMask<Float> mask,
      int pixels,
      long srcStep,
      long dstStep,
      long[] offsets,
      int taps) {
    for (int x = 0; x < pixels; x++) {
      long at = src + x * srcStep;
      FloatVector m = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
      for (int t = 0; t < taps; t++) {
        m = m.max(FloatVector.fromMemorySegment(S, Memory.ALL, at + offsets[t], Lanes.ORDER, mask));
      }
      m.intoMemorySegment(Memory.ALL, dst + x * dstStep, Lanes.ORDER, mask);
    }
  }

  static void mean(
      long src,
      long dst,
      int channels,
      int pixels,
      long srcStep,
      long dstStep,
      long[] offsets,
      int taps,
      float divisor) {
    int blocks = channels / BLOCK;
    if (blocks > 0) {
      meanBlocks(src, dst, blocks, pixels, srcStep, dstStep, offsets, taps, divisor);
    }
    for (int c = blocks * BLOCK; c < channels; c += L) {
      VectorMask<Float> mask = S.indexInRange(c, channels);
      meanVectors(
          src + 4L * c, dst + 4L * c, mask, pixels, srcStep, dstStep, offsets, taps, divisor);
    }
  }

  private static void meanBlocks(
      long src,
      long dst,
      int blocks,
      int pixels,
      long srcStep,
      long dstStep,
      long[] offsets,
      int taps,
      float divisor) {
    for (int x = 0; x < pixels; x++) {
      for (int b = 0; b < blocks; b++) {
        long at = src + x * srcStep + b * (4 * BYTES);
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int t = 0; t < taps; t++) {
          long p = at + offsets[t];
          s0 = s0.add(FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER));
          s1 = s1.add(FloatVector.fromMemorySegment(S, Memory.ALL, p + BYTES, Lanes.ORDER));
          s2 = s2.add(FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * BYTES, Lanes.ORDER));
          s3 = s3.add(FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * BYTES, Lanes.ORDER));
        }
        long to = dst + x * dstStep + b * (4 * BYTES);
        s0.div(divisor).intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
        s1.div(divisor).intoMemorySegment(Memory.ALL, to + BYTES, Lanes.ORDER);
        s2.div(divisor).intoMemorySegment(Memory.ALL, to + 2 * BYTES, Lanes.ORDER);
        s3.div(divisor).intoMemorySegment(Memory.ALL, to + 3 * BYTES, Lanes.ORDER);
      }
    }
  }

  private static void meanVectors(
      long src,
      long dst,
      VectorMask<Float> mask,
      int pixels,
      long srcStep,
      long dstStep,
      long[] offsets,
      int taps,
      float divisor) {
    for (int x = 0; x < pixels; x++) {
      long at = src + x * srcStep;
      FloatVector s = FloatVector.zero(S);
      for (int t = 0; t < taps; t++) {
        s = s.add(FloatVector.fromMemorySegment(S, Memory.ALL, at + offsets[t], Lanes.ORDER, mask));
      }
      s.div(divisor).intoMemorySegment(Memory.ALL, dst + x * dstStep, Lanes.ORDER, mask);
    }
  }

  private PoolRowsF32() {}
}
