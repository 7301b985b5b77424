package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * One window of a maximum or average pool over all channels of a pixel.
 *
 * <p>The taps lie at {@code src + d stepD + h stepH + w stepW}; channels are contiguous. Blocks of
 * four vectors keep four independent chains: the latency of max and add is 4 cycles.
 */
final class PoolKernelsF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = S.length();
  private static final long BYTES = 4L * L;

  /** Channels of a block. */
  static final int BLOCK = 4 * L;

  static void max(
      long src,
      long dst,
      int channels,
      int tapsD,
      long stepD,
      int tapsH,
      long stepH,
      int tapsW,
      long stepW) {
    int c = 0;
    for (; c <= channels - BLOCK; c += BLOCK) {
      maxBlock(src + 4L * c, dst + 4L * c, tapsD, stepD, tapsH, stepH, tapsW, stepW);
    }
    for (; c < channels; c += L) {
      VectorMask<Float> mask = S.indexInRange(c, channels);
      maxVector(src + 4L * c, dst + 4L * c, mask, tapsD, stepD, tapsH, stepH, tapsW, stepW);
    }
  }

  private static void maxBlock(
      long src, long dst, int tapsD, long stepD, int tapsH, long stepH, int tapsW, long stepW) {
    FloatVector m0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector m1 = m0;
    FloatVector m2 = m0;
    FloatVector m3 = m0;
    for (int d = 0; d < tapsD; d++) {
      for (int h = 0; h < tapsH; h++) {
        long line = src + d * stepD + h * stepH;
        for (int w = 0; w < tapsW; w++) {
          long p = line + w * stepW;
          m0 = m0.max(FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER));
          m1 = m1.max(FloatVector.fromMemorySegment(S, Memory.ALL, p + BYTES, Lanes.ORDER));
          m2 = m2.max(FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * BYTES, Lanes.ORDER));
          m3 = m3.max(FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * BYTES, Lanes.ORDER));
        }
      }
    }
    m0.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER);
    m1.intoMemorySegment(Memory.ALL, dst + BYTES, Lanes.ORDER);
    m2.intoMemorySegment(Memory.ALL, dst + 2 * BYTES, Lanes.ORDER);
    m3.intoMemorySegment(Memory.ALL, dst + 3 * BYTES, Lanes.ORDER);
  }

  private static void maxVector(
      long src,
      long dst,
      VectorMask<Float> mask,
      int tapsD,
      long stepD,
      int tapsH,
      long stepH,
      int tapsW,
      long stepW) {
    FloatVector m = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    for (int d = 0; d < tapsD; d++) {
      for (int h = 0; h < tapsH; h++) {
        long line = src + d * stepD + h * stepH;
        for (int w = 0; w < tapsW; w++) {
          m =
              m.max(
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, line + w * stepW, Lanes.ORDER, mask));
        }
      }
    }
    m.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, mask);
  }

  /** The sum of the taps divided by {@code divisor}. */
  static void mean(
      long src,
      long dst,
      int channels,
      int tapsD,
      long stepD,
      int tapsH,
      long stepH,
      int tapsW,
      long stepW,
      float divisor) {
    int c = 0;
    for (; c <= channels - BLOCK; c += BLOCK) {
      meanBlock(src + 4L * c, dst + 4L * c, tapsD, stepD, tapsH, stepH, tapsW, stepW, divisor);
    }
    for (; c < channels; c += L) {
      VectorMask<Float> mask = S.indexInRange(c, channels);
      meanVector(
          src + 4L * c, dst + 4L * c, mask, tapsD, stepD, tapsH, stepH, tapsW, stepW, divisor);
    }
  }

  // Lines are summed by themselves first: the error of a global average then grows with the width
  // and the height of the image, not with their product.
  private static void meanBlock(
      long src,
      long dst,
      int tapsD,
      long stepD,
      int tapsH,
      long stepH,
      int tapsW,
      long stepW,
      float divisor) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int d = 0; d < tapsD; d++) {
      for (int h = 0; h < tapsH; h++) {
        long line = src + d * stepD + h * stepH;
        FloatVector l0 = FloatVector.zero(S);
        FloatVector l1 = l0;
        FloatVector l2 = l0;
        FloatVector l3 = l0;
        for (int w = 0; w < tapsW; w++) {
          long p = line + w * stepW;
          l0 = l0.add(FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER));
          l1 = l1.add(FloatVector.fromMemorySegment(S, Memory.ALL, p + BYTES, Lanes.ORDER));
          l2 = l2.add(FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * BYTES, Lanes.ORDER));
          l3 = l3.add(FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * BYTES, Lanes.ORDER));
        }
        s0 = s0.add(l0);
        s1 = s1.add(l1);
        s2 = s2.add(l2);
        s3 = s3.add(l3);
      }
    }
    s0.div(divisor).intoMemorySegment(Memory.ALL, dst, Lanes.ORDER);
    s1.div(divisor).intoMemorySegment(Memory.ALL, dst + BYTES, Lanes.ORDER);
    s2.div(divisor).intoMemorySegment(Memory.ALL, dst + 2 * BYTES, Lanes.ORDER);
    s3.div(divisor).intoMemorySegment(Memory.ALL, dst + 3 * BYTES, Lanes.ORDER);
  }

  private static void meanVector(
      long src,
      long dst,
      VectorMask<Float> mask,
      int tapsD,
      long stepD,
      int tapsH,
      long stepH,
      int tapsW,
      long stepW,
      float divisor) {
    FloatVector s = FloatVector.zero(S);
    for (int d = 0; d < tapsD; d++) {
      for (int h = 0; h < tapsH; h++) {
        long line = src + d * stepD + h * stepH;
        FloatVector l = FloatVector.zero(S);
        for (int w = 0; w < tapsW; w++) {
          l =
              l.add(
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, line + w * stepW, Lanes.ORDER, mask));
        }
        s = s.add(l);
      }
    }
    s.div(divisor).intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, mask);
  }

  private PoolKernelsF32() {}
}
