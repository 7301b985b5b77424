package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * One output pixel of a depthwise convolution with any list of taps: pixels at borders, and kernels
 * for which there is no tile.
 *
 * <p>The loop runs over the taps, for up to 8 vectors of channels at a time. Weights are
 * [vector][tap][lane]. Addresses are cut to 56 bits for the reason given in {@link
 * DepthwiseTilesF32}.
 */
final class DepthwisePixelF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long VECTOR_BYTES = 4L * L;
  private static final long ADDRESS = (1L << 56) - 1;

  /**
   * Computes some vectors of channels of a pixel.
   *
   * @param count number of taps inside the input
   * @param from addresses of channel 0 of their inputs
   * @param tap which tap of the weights each is
   * @param taps number of all taps of the weights
   * @param at distance of the first channel from channel 0, in bytes
   * @param vectors number of vectors
   * @param weights address of the weights of the first vector
   * @param init address of the first values of the sums, for the first channel
   * @param initBytes distance between their vectors: a vector, or 0 to use one for all
   * @param dst address of the first channel of the result
   */
  static void run(
      int count,
      long[] from,
      int[] tap,
      int taps,
      long at,
      int vectors,
      long weights,
      long init,
      long initBytes,
      long dst,
      float lo,
      float hi) {
    long weightBytes = taps * VECTOR_BYTES;
    int v = 0;
    for (; v + 8 <= vectors; v += 8) {
      long i = init + v * initBytes;
      long d = dst + v * VECTOR_BYTES;
      eight(
          count,
          from,
          tap,
          at + v * VECTOR_BYTES,
          weights + v * weightBytes,
          weightBytes,
          i,
          initBytes,
          d);
    }
    for (; v + 2 <= vectors; v += 2) {
      long i = init + v * initBytes;
      long d = dst + v * VECTOR_BYTES;
      two(
          count,
          from,
          tap,
          at + v * VECTOR_BYTES,
          weights + v * weightBytes,
          weightBytes,
          i,
          initBytes,
          d);
    }
    for (; v < vectors; v++) {
      long i = init + v * initBytes;
      long d = dst + v * VECTOR_BYTES;
      one(count, from, tap, at + v * VECTOR_BYTES, weights + v * weightBytes, i, d);
    }
    if (lo > Float.NEGATIVE_INFINITY || hi < Float.POSITIVE_INFINITY) {
      clamp(dst, vectors, lo, hi);
    }
  }

  private static void eight(
      int count,
      long[] from,
      int[] tap,
      long at,
      long weights,
      long weightBytes,
      long init,
      long initBytes,
      long dst) {
    FloatVector s0 = FloatVector.fromMemorySegment(S, Memory.ALL, init, Lanes.ORDER);
    FloatVector s1 = FloatVector.fromMemorySegment(S, Memory.ALL, init + initBytes, Lanes.ORDER);
    FloatVector s2 =
        FloatVector.fromMemorySegment(S, Memory.ALL, init + 2 * initBytes, Lanes.ORDER);
    FloatVector s3 =
        FloatVector.fromMemorySegment(S, Memory.ALL, init + 3 * initBytes, Lanes.ORDER);
    FloatVector s4 =
        FloatVector.fromMemorySegment(S, Memory.ALL, init + 4 * initBytes, Lanes.ORDER);
    FloatVector s5 =
        FloatVector.fromMemorySegment(S, Memory.ALL, init + 5 * initBytes, Lanes.ORDER);
    FloatVector s6 =
        FloatVector.fromMemorySegment(S, Memory.ALL, init + 6 * initBytes, Lanes.ORDER);
    FloatVector s7 =
        FloatVector.fromMemorySegment(S, Memory.ALL, init + 7 * initBytes, Lanes.ORDER);
    long wb = weightBytes & 0xffff_ffffL;
    for (int t = 0; t < count; t++) {
      long a = (from[t] + at) & ADDRESS;
      long w = (weights + tap[t] * VECTOR_BYTES) & ADDRESS;
      FloatVector w0 = FloatVector.fromMemorySegment(S, Memory.ALL, w, Lanes.ORDER);
      FloatVector w1 = FloatVector.fromMemorySegment(S, Memory.ALL, w + wb, Lanes.ORDER);
      FloatVector w2 = FloatVector.fromMemorySegment(S, Memory.ALL, w + 2 * wb, Lanes.ORDER);
      FloatVector w3 = FloatVector.fromMemorySegment(S, Memory.ALL, w + 3 * wb, Lanes.ORDER);
      FloatVector w4 = FloatVector.fromMemorySegment(S, Memory.ALL, w + 4 * wb, Lanes.ORDER);
      FloatVector w5 = FloatVector.fromMemorySegment(S, Memory.ALL, w + 5 * wb, Lanes.ORDER);
      FloatVector w6 = FloatVector.fromMemorySegment(S, Memory.ALL, w + 6 * wb, Lanes.ORDER);
      FloatVector w7 = FloatVector.fromMemorySegment(S, Memory.ALL, w + 7 * wb, Lanes.ORDER);
      s0 = FloatVector.fromMemorySegment(S, Memory.ALL, a, Lanes.ORDER).fma(w0, s0);
      s1 = FloatVector.fromMemorySegment(S, Memory.ALL, a + VECTOR_BYTES, Lanes.ORDER).fma(w1, s1);
      s2 =
          FloatVector.fromMemorySegment(S, Memory.ALL, a + 2 * VECTOR_BYTES, Lanes.ORDER)
              .fma(w2, s2);
      s3 =
          FloatVector.fromMemorySegment(S, Memory.ALL, a + 3 * VECTOR_BYTES, Lanes.ORDER)
              .fma(w3, s3);
      s4 =
          FloatVector.fromMemorySegment(S, Memory.ALL, a + 4 * VECTOR_BYTES, Lanes.ORDER)
              .fma(w4, s4);
      s5 =
          FloatVector.fromMemorySegment(S, Memory.ALL, a + 5 * VECTOR_BYTES, Lanes.ORDER)
              .fma(w5, s5);
      s6 =
          FloatVector.fromMemorySegment(S, Memory.ALL, a + 6 * VECTOR_BYTES, Lanes.ORDER)
              .fma(w6, s6);
      s7 =
          FloatVector.fromMemorySegment(S, Memory.ALL, a + 7 * VECTOR_BYTES, Lanes.ORDER)
              .fma(w7, s7);
    }
    s0.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER);
    s1.intoMemorySegment(Memory.ALL, dst + VECTOR_BYTES, Lanes.ORDER);
    s2.intoMemorySegment(Memory.ALL, dst + 2 * VECTOR_BYTES, Lanes.ORDER);
    s3.intoMemorySegment(Memory.ALL, dst + 3 * VECTOR_BYTES, Lanes.ORDER);
    s4.intoMemorySegment(Memory.ALL, dst + 4 * VECTOR_BYTES, Lanes.ORDER);
    s5.intoMemorySegment(Memory.ALL, dst + 5 * VECTOR_BYTES, Lanes.ORDER);
    s6.intoMemorySegment(Memory.ALL, dst + 6 * VECTOR_BYTES, Lanes.ORDER);
    s7.intoMemorySegment(Memory.ALL, dst + 7 * VECTOR_BYTES, Lanes.ORDER);
  }

  private static void two(
      int count,
      long[] from,
      int[] tap,
      long at,
      long weights,
      long weightBytes,
      long init,
      long initBytes,
      long dst) {
    FloatVector s0 = FloatVector.fromMemorySegment(S, Memory.ALL, init, Lanes.ORDER);
    FloatVector s1 = FloatVector.fromMemorySegment(S, Memory.ALL, init + initBytes, Lanes.ORDER);
    long wb = weightBytes & 0xffff_ffffL;
    for (int t = 0; t < count; t++) {
      long a = (from[t] + at) & ADDRESS;
      long w = (weights + tap[t] * VECTOR_BYTES) & ADDRESS;
      FloatVector w0 = FloatVector.fromMemorySegment(S, Memory.ALL, w, Lanes.ORDER);
      FloatVector w1 = FloatVector.fromMemorySegment(S, Memory.ALL, w + wb, Lanes.ORDER);
      s0 = FloatVector.fromMemorySegment(S, Memory.ALL, a, Lanes.ORDER).fma(w0, s0);
      s1 = FloatVector.fromMemorySegment(S, Memory.ALL, a + VECTOR_BYTES, Lanes.ORDER).fma(w1, s1);
    }
    s0.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER);
    s1.intoMemorySegment(Memory.ALL, dst + VECTOR_BYTES, Lanes.ORDER);
  }

  private static void one(
      int count, long[] from, int[] tap, long at, long weights, long init, long dst) {
    FloatVector s0 = FloatVector.fromMemorySegment(S, Memory.ALL, init, Lanes.ORDER);
    for (int t = 0; t < count; t++) {
      long a = (from[t] + at) & ADDRESS;
      long w = (weights + tap[t] * VECTOR_BYTES) & ADDRESS;
      FloatVector w0 = FloatVector.fromMemorySegment(S, Memory.ALL, w, Lanes.ORDER);
      s0 = FloatVector.fromMemorySegment(S, Memory.ALL, a, Lanes.ORDER).fma(w0, s0);
    }
    s0.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER);
  }

  private static void clamp(long dst, int vectors, float lo, float hi) {
    FloatVector low = FloatVector.broadcast(S, lo);
    FloatVector high = FloatVector.broadcast(S, hi);
    for (int v = 0; v < vectors; v++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, dst + v * VECTOR_BYTES, Lanes.ORDER);
      x = x.blend(low, x.lt(low));
      x = x.blend(high, high.lt(x));
      x.intoMemorySegment(Memory.ALL, dst + v * VECTOR_BYTES, Lanes.ORDER);
    }
  }

  /** All channels of a pixel that has fewer than a vector. Weights are padded, init is not. */
  static void runFew(
      int count,
      long[] from,
      int[] tap,
      int channels,
      long weights,
      long init,
      boolean hasInit,
      long dst,
      float lo,
      float hi) {
    VectorMask<Float> mask = S.indexInRange(0, channels);
    FloatVector s =
        hasInit
            ? FloatVector.fromMemorySegment(S, Memory.ALL, init, Lanes.ORDER, mask)
            : FloatVector.zero(S);
    for (int t = 0; t < count; t++) {
      FloatVector w =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, weights + tap[t] * VECTOR_BYTES, Lanes.ORDER);
      s = FloatVector.fromMemorySegment(S, Memory.ALL, from[t], Lanes.ORDER, mask).fma(w, s);
    }
    FloatVector low = FloatVector.broadcast(S, lo);
    FloatVector high = FloatVector.broadcast(S, hi);
    s = s.blend(low, s.lt(low));
    s = s.blend(high, high.lt(s));
    s.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, mask);
  }

  private DepthwisePixelF32() {}
}
