package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The values of input tiles [6, 6] at the points, first down the columns, then across the rows.
 *
 * <p>Bound by loads and stores in L1: 12 of each for 12 fma. Pixels and channels of a row lie side
 * by side, so {@link #down} needs not know them; it works on columns shared by neighbouring tiles
 * once. Addresses are cut to 56 bits for the reason given in {@link DepthwiseTilesF32}.
 */
final class ConvWinogradInputF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long VECTOR_BYTES = 4L * L;
  private static final long ADDRESS = (1L << 56) - 1;
  private static final long DISTANCE = (1L << 32) - 1;

  /** Combines six rows of that many floats to six others, {@code rowBytes} apart. */
  static void down(
      long row0,
      long row1,
      long row2,
      long row3,
      long row4,
      long row5,
      int floats,
      long dst,
      long rowBytes) {
    long r0 = row0 & ADDRESS;
    long r1 = row1 & ADDRESS;
    long r2 = row2 & ADDRESS;
    long r3 = row3 & ADDRESS;
    long r4 = row4 & ADDRESS;
    long r5 = row5 & ADDRESS;
    long to = dst & ADDRESS;
    long step = rowBytes & DISTANCE;
    int vectors = floats / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector d0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, r0 + k * VECTOR_BYTES, Lanes.ORDER);
      FloatVector d1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, r1 + k * VECTOR_BYTES, Lanes.ORDER);
      FloatVector d2 =
          FloatVector.fromMemorySegment(S, Memory.ALL, r2 + k * VECTOR_BYTES, Lanes.ORDER);
      FloatVector d3 =
          FloatVector.fromMemorySegment(S, Memory.ALL, r3 + k * VECTOR_BYTES, Lanes.ORDER);
      FloatVector d4 =
          FloatVector.fromMemorySegment(S, Memory.ALL, r4 + k * VECTOR_BYTES, Lanes.ORDER);
      FloatVector d5 =
          FloatVector.fromMemorySegment(S, Memory.ALL, r5 + k * VECTOR_BYTES, Lanes.ORDER);
      FloatVector product = FloatVector.broadcast(S, ConvWinogradPoints.PRODUCT);
      FloatVector sum = FloatVector.broadcast(S, -ConvWinogradPoints.SUM);
      FloatVector a2 = FloatVector.broadcast(S, -ConvWinogradPoints.A2);
      FloatVector b2 = FloatVector.broadcast(S, -ConvWinogradPoints.B2);
      FloatVector a = FloatVector.broadcast(S, ConvWinogradPoints.A);
      FloatVector b = FloatVector.broadcast(S, ConvWinogradPoints.B);
      FloatVector minusA = FloatVector.broadcast(S, -ConvWinogradPoints.A);
      FloatVector minusB = FloatVector.broadcast(S, -ConvWinogradPoints.B);
      FloatVector evenA = d2.fma(b2, d4);
      FloatVector oddA = d1.fma(b2, d3);
      FloatVector evenB = d2.fma(a2, d4);
      FloatVector oddB = d1.fma(a2, d3);
      FloatVector zero = d0.fma(product, d2.fma(sum, d4));
      FloatVector infinity = d1.fma(product, d3.fma(sum, d5));
      long at = to + k * VECTOR_BYTES;
      zero.intoMemorySegment(Memory.ALL, at, Lanes.ORDER);
      oddA.fma(a, evenA).intoMemorySegment(Memory.ALL, at + step, Lanes.ORDER);
      oddA.fma(minusA, evenA).intoMemorySegment(Memory.ALL, at + 2 * step, Lanes.ORDER);
      oddB.fma(b, evenB).intoMemorySegment(Memory.ALL, at + 3 * step, Lanes.ORDER);
      oddB.fma(minusB, evenB).intoMemorySegment(Memory.ALL, at + 4 * step, Lanes.ORDER);
      infinity.intoMemorySegment(Memory.ALL, at + 5 * step, Lanes.ORDER);
    }
    if (vectors * L < floats) {
      long at = vectors * VECTOR_BYTES;
      downTail(
          r0 + at,
          r1 + at,
          r2 + at,
          r3 + at,
          r4 + at,
          r5 + at,
          floats - vectors * L,
          to + at,
          step);
    }
  }

  /** The same for less than a vector; writes a whole one, which dst has room for. */
  private static void downTail(
      long r0, long r1, long r2, long r3, long r4, long r5, int floats, long to, long step) {
    VectorMask<Float> in = S.indexInRange(0, floats);
    FloatVector d0 = FloatVector.fromMemorySegment(S, Memory.ALL, r0, Lanes.ORDER, in);
    FloatVector d1 = FloatVector.fromMemorySegment(S, Memory.ALL, r1, Lanes.ORDER, in);
    FloatVector d2 = FloatVector.fromMemorySegment(S, Memory.ALL, r2, Lanes.ORDER, in);
    FloatVector d3 = FloatVector.fromMemorySegment(S, Memory.ALL, r3, Lanes.ORDER, in);
    FloatVector d4 = FloatVector.fromMemorySegment(S, Memory.ALL, r4, Lanes.ORDER, in);
    FloatVector d5 = FloatVector.fromMemorySegment(S, Memory.ALL, r5, Lanes.ORDER, in);
    FloatVector product = FloatVector.broadcast(S, ConvWinogradPoints.PRODUCT);
    FloatVector sum = FloatVector.broadcast(S, -ConvWinogradPoints.SUM);
    FloatVector a2 = FloatVector.broadcast(S, -ConvWinogradPoints.A2);
    FloatVector b2 = FloatVector.broadcast(S, -ConvWinogradPoints.B2);
    FloatVector a = FloatVector.broadcast(S, ConvWinogradPoints.A);
    FloatVector b = FloatVector.broadcast(S, ConvWinogradPoints.B);
    FloatVector minusA = FloatVector.broadcast(S, -ConvWinogradPoints.A);
    FloatVector minusB = FloatVector.broadcast(S, -ConvWinogradPoints.B);
    FloatVector evenA = d2.fma(b2, d4);
    FloatVector oddA = d1.fma(b2, d3);
    FloatVector evenB = d2.fma(a2, d4);
    FloatVector oddB = d1.fma(a2, d3);
    FloatVector zero = d0.fma(product, d2.fma(sum, d4));
    FloatVector infinity = d1.fma(product, d3.fma(sum, d5));
    zero.intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
    oddA.fma(a, evenA).intoMemorySegment(Memory.ALL, to + step, Lanes.ORDER);
    oddA.fma(minusA, evenA).intoMemorySegment(Memory.ALL, to + 2 * step, Lanes.ORDER);
    oddB.fma(b, evenB).intoMemorySegment(Memory.ALL, to + 3 * step, Lanes.ORDER);
    oddB.fma(minusB, evenB).intoMemorySegment(Memory.ALL, to + 4 * step, Lanes.ORDER);
    infinity.intoMemorySegment(Memory.ALL, to + 5 * step, Lanes.ORDER);
  }

  /**
   * Combines the six columns of a row of a tile, for some vectors of channels.
   *
   * @param src address of the first channel of the first column
   * @param pixelBytes distance between columns
   * @param dst receives the values at the points, the first at {@code at}
   * @param point1 distance of the second from the first in dst, and so on
   */
  static void across(
      long src,
      long pixelBytes,
      int vectors,
      float[] dst,
      int at,
      int point1,
      int point2,
      int point3,
      int point4,
      int point5) {
    long from = src & ADDRESS;
    long pixel = pixelBytes & DISTANCE;
    for (int k = 0; k < vectors; k++) {
      long p = from + k * VECTOR_BYTES;
      FloatVector d0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      FloatVector d1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + pixel, Lanes.ORDER);
      FloatVector d2 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * pixel, Lanes.ORDER);
      FloatVector d3 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * pixel, Lanes.ORDER);
      FloatVector d4 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 4 * pixel, Lanes.ORDER);
      FloatVector d5 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 5 * pixel, Lanes.ORDER);
      FloatVector product = FloatVector.broadcast(S, ConvWinogradPoints.PRODUCT);
      FloatVector sum = FloatVector.broadcast(S, -ConvWinogradPoints.SUM);
      FloatVector a2 = FloatVector.broadcast(S, -ConvWinogradPoints.A2);
      FloatVector b2 = FloatVector.broadcast(S, -ConvWinogradPoints.B2);
      FloatVector a = FloatVector.broadcast(S, ConvWinogradPoints.A);
      FloatVector b = FloatVector.broadcast(S, ConvWinogradPoints.B);
      FloatVector minusA = FloatVector.broadcast(S, -ConvWinogradPoints.A);
      FloatVector minusB = FloatVector.broadcast(S, -ConvWinogradPoints.B);
      FloatVector evenA = d2.fma(b2, d4);
      FloatVector oddA = d1.fma(b2, d3);
      FloatVector evenB = d2.fma(a2, d4);
      FloatVector oddB = d1.fma(a2, d3);
      FloatVector zero = d0.fma(product, d2.fma(sum, d4));
      FloatVector infinity = d1.fma(product, d3.fma(sum, d5));
      int to = at + k * L;
      zero.intoArray(dst, to);
      oddA.fma(a, evenA).intoArray(dst, to + point1);
      oddA.fma(minusA, evenA).intoArray(dst, to + point2);
      oddB.fma(b, evenB).intoArray(dst, to + point3);
      oddB.fma(minusB, evenB).intoArray(dst, to + point4);
      infinity.intoArray(dst, to + point5);
    }
  }

  /**
   * The same to memory.
   *
   * @param pointBytes distance between the values at neighbouring points
   */
  static void across(long src, long pixelBytes, int vectors, long dst, long pointBytes) {
    long from = src & ADDRESS;
    long pixel = pixelBytes & DISTANCE;
    long point = pointBytes & DISTANCE;
    long to = dst & ADDRESS;
    for (int k = 0; k < vectors; k++) {
      long p = from + k * VECTOR_BYTES;
      FloatVector d0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      FloatVector d1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + pixel, Lanes.ORDER);
      FloatVector d2 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * pixel, Lanes.ORDER);
      FloatVector d3 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * pixel, Lanes.ORDER);
      FloatVector d4 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 4 * pixel, Lanes.ORDER);
      FloatVector d5 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 5 * pixel, Lanes.ORDER);
      FloatVector product = FloatVector.broadcast(S, ConvWinogradPoints.PRODUCT);
      FloatVector sum = FloatVector.broadcast(S, -ConvWinogradPoints.SUM);
      FloatVector a2 = FloatVector.broadcast(S, -ConvWinogradPoints.A2);
      FloatVector b2 = FloatVector.broadcast(S, -ConvWinogradPoints.B2);
      FloatVector a = FloatVector.broadcast(S, ConvWinogradPoints.A);
      FloatVector b = FloatVector.broadcast(S, ConvWinogradPoints.B);
      FloatVector minusA = FloatVector.broadcast(S, -ConvWinogradPoints.A);
      FloatVector minusB = FloatVector.broadcast(S, -ConvWinogradPoints.B);
      FloatVector evenA = d2.fma(b2, d4);
      FloatVector oddA = d1.fma(b2, d3);
      FloatVector evenB = d2.fma(a2, d4);
      FloatVector oddB = d1.fma(a2, d3);
      FloatVector zero = d0.fma(product, d2.fma(sum, d4));
      FloatVector infinity = d1.fma(product, d3.fma(sum, d5));
      long q = to + k * VECTOR_BYTES;
      zero.intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      oddA.fma(a, evenA).intoMemorySegment(Memory.ALL, q + point, Lanes.ORDER);
      oddA.fma(minusA, evenA).intoMemorySegment(Memory.ALL, q + 2 * point, Lanes.ORDER);
      oddB.fma(b, evenB).intoMemorySegment(Memory.ALL, q + 3 * point, Lanes.ORDER);
      oddB.fma(minusB, evenB).intoMemorySegment(Memory.ALL, q + 4 * point, Lanes.ORDER);
      infinity.intoMemorySegment(Memory.ALL, q + 5 * point, Lanes.ORDER);
    }
  }

  private ConvWinogradInputF32() {}
}
