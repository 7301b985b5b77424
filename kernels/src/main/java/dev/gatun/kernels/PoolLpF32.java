package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * One window of an Lp pool over all channels of a pixel; p = 1 and 2 are vectors, any other p goes
 * through {@code Math.pow}, which is what its time is spent on.
 */
final class PoolLpF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = S.length();

  static void run(
      long src,
      long dst,
      int channels,
      int tapsD,
      long stepD,
      int tapsH,
      long stepH,
      int tapsW,
      long stepW,
      double p) {
    if (p == 1) {
      for (int c = 0; c < channels; c += L) {
        VectorMask<Float> mask = S.indexInRange(c, channels);
        one(src + 4L * c, dst + 4L * c, mask, tapsD, stepD, tapsH, stepH, tapsW, stepW);
      }
    } else if (p == 2) {
      for (int c = 0; c < channels; c += L) {
        VectorMask<Float> mask = S.indexInRange(c, channels);
        two(src + 4L * c, dst + 4L * c, mask, tapsD, stepD, tapsH, stepH, tapsW, stepW);
      }
    } else {
      for (int c = 0; c < channels; c++) {
        any(src + 4L * c, dst + 4L * c, tapsD, stepD, tapsH, stepH, tapsW, stepW, p);
      }
    }
  }

  private static void one(
      long src,
      long dst,
      VectorMask<Float> mask,
      int tapsD,
      long stepD,
      int tapsH,
      long stepH,
      int tapsW,
      long stepW) {
    FloatVector s = FloatVector.zero(S);
    for (int d = 0; d < tapsD; d++) {
      for (int h = 0; h < tapsH; h++) {
        long line = src + d * stepD + h * stepH;
        for (int w = 0; w < tapsW; w++) {
          FloatVector x =
              FloatVector.fromMemorySegment(S, Memory.ALL, line + w * stepW, Lanes.ORDER, mask);
          s = s.add(x.abs());
        }
      }
    }
    s.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, mask);
  }

  private static void two(
      long src,
      long dst,
      VectorMask<Float> mask,
      int tapsD,
      long stepD,
      int tapsH,
      long stepH,
      int tapsW,
      long stepW) {
    FloatVector s = FloatVector.zero(S);
    for (int d = 0; d < tapsD; d++) {
      for (int h = 0; h < tapsH; h++) {
        long line = src + d * stepD + h * stepH;
        for (int w = 0; w < tapsW; w++) {
          FloatVector x =
              FloatVector.fromMemorySegment(S, Memory.ALL, line + w * stepW, Lanes.ORDER, mask);
          s = x.fma(x, s);
        }
      }
    }
    s.sqrt().intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, mask);
  }

  private static void any(
      long src,
      long dst,
      int tapsD,
      long stepD,
      int tapsH,
      long stepH,
      int tapsW,
      long stepW,
      double p) {
    double sum = 0;
    for (int d = 0; d < tapsD; d++) {
      for (int h = 0; h < tapsH; h++) {
        long line = src + d * stepD + h * stepH;
        for (int w = 0; w < tapsW; w++) {
          sum += Math.pow(Math.abs(Memory.ALL.get(Memory.F32, line + w * stepW)), p);
        }
      }
    }
    Memory.ALL.set(Memory.F32, dst, (float) Math.pow(sum, 1 / p));
  }

  private PoolLpF32() {}
}
