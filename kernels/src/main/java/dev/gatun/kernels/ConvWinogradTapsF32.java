package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The taps of a weight gradient from the six products at the points of {@link ConvWinogradPoints},
 * lane by lane: the transpose of what {@link ConvWinogradWeightsF32} does to filters. Bound by
 * loads and stores.
 *
 * <p>Product i of lane l lies at {@code src + i * step + 4 * l}, tap j at {@code dst + j * dstStep
 * + 4 * l}. Addresses are cut to 56 bits for the reason given in {@link DepthwiseTilesF32}.
 */
final class ConvWinogradTapsF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final long VECTOR_BYTES = 4L * Lanes.F32_LENGTH;
  private static final long ADDRESS = (1L << 56) - 1;
  private static final long DISTANCE = (1L << 40) - 1;

  /** The gradients of 3 or 5 taps. */
  static void run(int taps, long src, long step, int vectors, long dst, long dstStep) {
    if (taps == 3) {
      three(src, step, vectors, dst, dstStep);
    } else {
      five(src, step, vectors, dst, dstStep);
    }
  }

  private static void three(long src, long srcStep, int vectors, long dst, long dstStep) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    long step = srcStep & DISTANCE;
    long row = dstStep & DISTANCE;
    for (int k = 0; k < vectors; k++) {
      long p = from + k * VECTOR_BYTES;
      FloatVector m0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      FloatVector m1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + step, Lanes.ORDER);
      FloatVector m2 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * step, Lanes.ORDER);
      FloatVector m3 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * step, Lanes.ORDER);
      FloatVector m4 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 4 * step, Lanes.ORDER);
      FloatVector m5 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 5 * step, Lanes.ORDER);
      FloatVector scale0 = FloatVector.broadcast(S, ConvWinogradPoints.SCALE_0);
      FloatVector scaleA = FloatVector.broadcast(S, ConvWinogradPoints.SCALE_A);
      FloatVector scaleB = FloatVector.broadcast(S, ConvWinogradPoints.SCALE_B);
      FloatVector sumA = m1.add(m2).mul(scaleA);
      FloatVector sumB = m3.add(m4).mul(scaleB);
      FloatVector differenceA = m1.sub(m2).mul(scaleA);
      FloatVector differenceB = m3.sub(m4).mul(scaleB);
      FloatVector a = FloatVector.broadcast(S, ConvWinogradPoints.A);
      FloatVector b = FloatVector.broadcast(S, ConvWinogradPoints.B);
      FloatVector a2 = FloatVector.broadcast(S, ConvWinogradPoints.A2);
      FloatVector b2 = FloatVector.broadcast(S, ConvWinogradPoints.B2);
      long q = to + k * VECTOR_BYTES;
      m0.fma(scale0, sumA.add(sumB)).intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      differenceA.fma(a, differenceB.mul(b)).intoMemorySegment(Memory.ALL, q + row, Lanes.ORDER);
      sumA.fma(a2, sumB.fma(b2, m5)).intoMemorySegment(Memory.ALL, q + 2 * row, Lanes.ORDER);
    }
  }

  private static void five(long src, long srcStep, int vectors, long dst, long dstStep) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    long step = srcStep & DISTANCE;
    long row = dstStep & DISTANCE;
    for (int k = 0; k < vectors; k++) {
      long p = from + k * VECTOR_BYTES;
      FloatVector m0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      FloatVector m1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + step, Lanes.ORDER);
      FloatVector m2 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * step, Lanes.ORDER);
      FloatVector m3 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * step, Lanes.ORDER);
      FloatVector m4 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 4 * step, Lanes.ORDER);
      FloatVector m5 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 5 * step, Lanes.ORDER);
      FloatVector scale0 = FloatVector.broadcast(S, ConvWinogradPoints.SCALE_0);
      FloatVector scaleA = FloatVector.broadcast(S, ConvWinogradPoints.SCALE_A);
      FloatVector scaleB = FloatVector.broadcast(S, ConvWinogradPoints.SCALE_B);
      FloatVector sumA = m1.add(m2).mul(scaleA);
      FloatVector sumB = m3.add(m4).mul(scaleB);
      FloatVector differenceA = m1.sub(m2).mul(scaleA);
      FloatVector differenceB = m3.sub(m4).mul(scaleB);
      FloatVector a = FloatVector.broadcast(S, ConvWinogradPoints.A);
      FloatVector b = FloatVector.broadcast(S, ConvWinogradPoints.B);
      FloatVector a2 = FloatVector.broadcast(S, ConvWinogradPoints.A2);
      FloatVector b2 = FloatVector.broadcast(S, ConvWinogradPoints.B2);
      FloatVector a3 = FloatVector.broadcast(S, ConvWinogradPoints.A3);
      FloatVector b3 = FloatVector.broadcast(S, ConvWinogradPoints.B3);
      FloatVector a4 = FloatVector.broadcast(S, ConvWinogradPoints.A4);
      FloatVector b4 = FloatVector.broadcast(S, ConvWinogradPoints.B4);
      long q = to + k * VECTOR_BYTES;
      m0.fma(scale0, sumA.add(sumB)).intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      differenceA.fma(a, differenceB.mul(b)).intoMemorySegment(Memory.ALL, q + row, Lanes.ORDER);
      sumA.fma(a2, sumB.mul(b2)).intoMemorySegment(Memory.ALL, q + 2 * row, Lanes.ORDER);
      differenceA
          .fma(a3, differenceB.mul(b3))
          .intoMemorySegment(Memory.ALL, q + 3 * row, Lanes.ORDER);
      sumA.fma(a4, sumB.fma(b4, m5)).intoMemorySegment(Memory.ALL, q + 4 * row, Lanes.ORDER);
    }
  }

  private ConvWinogradTapsF32() {}
}
