package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Values of polynomials at the six points of {@link ConvWinogradPoints}, lane by lane: what
 * gradients of output tiles become before they are multiplied.
 *
 * <p>Bound by loads and stores in L1. Coefficient i of the polynomial in lane l lies at {@code src
 * + i * step + 4 * l}, value j at {@code dst + j * dstStep + 4 * l}. Addresses are cut to 56 bits
 * for the reason given in {@link DepthwiseTilesF32}.
 */
final class ConvWinogradValuesF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final long VECTOR_BYTES = 4L * Lanes.F32_LENGTH;
  private static final long ADDRESS = (1L << 56) - 1;
  private static final long DISTANCE = (1L << 40) - 1;

  /** Values of 4 or 2 pixels of a gradient: the transpose of how products become pixels. */
  static void ofPixels(int pixels, long src, long step, int vectors, long dst, long dstStep) {
    if (pixels == 4) {
      four(src, step, vectors, dst, dstStep);
    } else {
      two(src, step, vectors, dst, dstStep);
    }
  }

  private static void four(long src, long srcStep, int vectors, long dst, long dstStep) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    long step = srcStep & DISTANCE;
    long row = dstStep & DISTANCE;
    for (int k = 0; k < vectors; k++) {
      long p = from + k * VECTOR_BYTES;
      FloatVector d0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      FloatVector d1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + step, Lanes.ORDER);
      FloatVector d2 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * step, Lanes.ORDER);
      FloatVector d3 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * step, Lanes.ORDER);
      FloatVector a2 = FloatVector.broadcast(S, ConvWinogradPoints.A2);
      FloatVector b2 = FloatVector.broadcast(S, ConvWinogradPoints.B2);
      FloatVector evenA = d2.fma(a2, d0);
      FloatVector evenB = d2.fma(b2, d0);
      FloatVector oddA = d3.fma(a2, d1).mul(FloatVector.broadcast(S, ConvWinogradPoints.A));
      FloatVector oddB = d3.fma(b2, d1).mul(FloatVector.broadcast(S, ConvWinogradPoints.B));
      long q = to + k * VECTOR_BYTES;
      d0.intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      evenA.add(oddA).intoMemorySegment(Memory.ALL, q + row, Lanes.ORDER);
      evenA.sub(oddA).intoMemorySegment(Memory.ALL, q + 2 * row, Lanes.ORDER);
      evenB.add(oddB).intoMemorySegment(Memory.ALL, q + 3 * row, Lanes.ORDER);
      evenB.sub(oddB).intoMemorySegment(Memory.ALL, q + 4 * row, Lanes.ORDER);
      d3.intoMemorySegment(Memory.ALL, q + 5 * row, Lanes.ORDER);
    }
  }

  private static void two(long src, long srcStep, int vectors, long dst, long dstStep) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    long step = srcStep & DISTANCE;
    long row = dstStep & DISTANCE;
    for (int k = 0; k < vectors; k++) {
      long p = from + k * VECTOR_BYTES;
      FloatVector d0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      FloatVector d1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + step, Lanes.ORDER);
      FloatVector a = FloatVector.broadcast(S, ConvWinogradPoints.A);
      FloatVector b = FloatVector.broadcast(S, ConvWinogradPoints.B);
      FloatVector minusA = FloatVector.broadcast(S, -ConvWinogradPoints.A);
      FloatVector minusB = FloatVector.broadcast(S, -ConvWinogradPoints.B);
      long q = to + k * VECTOR_BYTES;
      d0.intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      d1.fma(a, d0).intoMemorySegment(Memory.ALL, q + row, Lanes.ORDER);
      d1.fma(minusA, d0).intoMemorySegment(Memory.ALL, q + 2 * row, Lanes.ORDER);
      d1.fma(b, d0).intoMemorySegment(Memory.ALL, q + 3 * row, Lanes.ORDER);
      d1.fma(minusB, d0).intoMemorySegment(Memory.ALL, q + 4 * row, Lanes.ORDER);
      d1.intoMemorySegment(Memory.ALL, q + 5 * row, Lanes.ORDER);
    }
  }

  private ConvWinogradValuesF32() {}
}
