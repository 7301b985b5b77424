package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Output tiles [4, 4] or [2, 2] from the products [6, 6] at the points, first down the columns,
 * then across the rows with bias and clamp. Bound by loads and stores in L1 and L2.
 *
 * <p>Addresses are cut to 56 bits for the reason given in {@link DepthwiseTilesF32}.
 */
final class ConvWinogradOutputF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long VECTOR_BYTES = 4L * L;
  private static final long ADDRESS = (1L << 56) - 1;
  private static final long DISTANCE = (1L << 32) - 1;

  /**
   * Combines the six products of a column to four, for some vectors of tiles and channels.
   *
   * @param rowBytes distance between the products
   * @param dstRowBytes distance between the results
   */
  static void down(long src, long rowBytes, int vectors, long dst, long dstRowBytes) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    long row = rowBytes & DISTANCE;
    long dstRow = dstRowBytes & DISTANCE;
    for (int k = 0; k < vectors; k++) {
      long p = from + k * VECTOR_BYTES;
      FloatVector m0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      FloatVector m1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + row, Lanes.ORDER);
      FloatVector m2 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * row, Lanes.ORDER);
      FloatVector m3 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * row, Lanes.ORDER);
      FloatVector m4 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 4 * row, Lanes.ORDER);
      FloatVector m5 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 5 * row, Lanes.ORDER);
      FloatVector sumA = m1.add(m2);
      FloatVector differenceA = m1.sub(m2);
      FloatVector sumB = m3.add(m4);
      FloatVector differenceB = m3.sub(m4);
      FloatVector a = FloatVector.broadcast(S, ConvWinogradPoints.A);
      FloatVector b = FloatVector.broadcast(S, ConvWinogradPoints.B);
      FloatVector a2 = FloatVector.broadcast(S, ConvWinogradPoints.A2);
      FloatVector b2 = FloatVector.broadcast(S, ConvWinogradPoints.B2);
      FloatVector a3 = FloatVector.broadcast(S, ConvWinogradPoints.A3);
      FloatVector b3 = FloatVector.broadcast(S, ConvWinogradPoints.B3);
      long t = to + k * VECTOR_BYTES;
      m0.add(sumA).add(sumB).intoMemorySegment(Memory.ALL, t, Lanes.ORDER);
      differenceA.fma(a, differenceB.mul(b)).intoMemorySegment(Memory.ALL, t + dstRow, Lanes.ORDER);
      sumA.fma(a2, sumB.mul(b2)).intoMemorySegment(Memory.ALL, t + 2 * dstRow, Lanes.ORDER);
      differenceA
          .fma(a3, differenceB.fma(b3, m5))
          .intoMemorySegment(Memory.ALL, t + 3 * dstRow, Lanes.ORDER);
    }
  }

  /**
   * Combines the six columns of the four rows of a tile to four pixels each, for {@link
   * PackedWeightsF32#COLUMNS} channels.
   *
   * @param columnBytes distance between columns; rows are six of them apart
   * @param bias a value for each channel
   * @param dst address of the first pixel
   */
  static void across(
      long src,
      long columnBytes,
      long bias,
      float lo,
      float hi,
      long dst,
      long dstRowBytes,
      long pixelBytes) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    long init = bias & ADDRESS;
    long column = columnBytes & DISTANCE;
    long dstRow = dstRowBytes & DISTANCE;
    long pixel = pixelBytes & DISTANCE;
    for (int k = 0; k < 4 * PackedWeightsF32.VECTORS; k++) {
      long row = k / PackedWeightsF32.VECTORS;
      long inPanel = k % PackedWeightsF32.VECTORS * VECTOR_BYTES;
      long p = from + row * (6 * column) + inPanel;
      FloatVector m0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      FloatVector m1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + column, Lanes.ORDER);
      FloatVector m2 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * column, Lanes.ORDER);
      FloatVector m3 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * column, Lanes.ORDER);
      FloatVector m4 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 4 * column, Lanes.ORDER);
      FloatVector m5 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 5 * column, Lanes.ORDER);
      FloatVector start = FloatVector.fromMemorySegment(S, Memory.ALL, init + inPanel, Lanes.ORDER);
      FloatVector low = FloatVector.broadcast(S, lo);
      FloatVector high = FloatVector.broadcast(S, hi);
      FloatVector a = FloatVector.broadcast(S, ConvWinogradPoints.A);
      FloatVector b = FloatVector.broadcast(S, ConvWinogradPoints.B);
      FloatVector a2 = FloatVector.broadcast(S, ConvWinogradPoints.A2);
      FloatVector b2 = FloatVector.broadcast(S, ConvWinogradPoints.B2);
      FloatVector a3 = FloatVector.broadcast(S, ConvWinogradPoints.A3);
      FloatVector b3 = FloatVector.broadcast(S, ConvWinogradPoints.B3);
      FloatVector sumA = m1.add(m2);
      FloatVector differenceA = m1.sub(m2);
      FloatVector sumB = m3.add(m4);
      FloatVector differenceB = m3.sub(m4);
      FloatVector y0 = m0.add(start).add(sumA).add(sumB);
      FloatVector y1 = differenceA.fma(a, differenceB.fma(b, start));
      FloatVector y2 = sumA.fma(a2, sumB.fma(b2, start));
      FloatVector y3 = differenceA.fma(a3, differenceB.fma(b3, m5.add(start)));
      y0 = y0.blend(low, y0.lt(low));
      y1 = y1.blend(low, y1.lt(low));
      y2 = y2.blend(low, y2.lt(low));
      y3 = y3.blend(low, y3.lt(low));
      y0 = y0.blend(high, high.lt(y0));
      y1 = y1.blend(high, high.lt(y1));
      y2 = y2.blend(high, high.lt(y2));
      y3 = y3.blend(high, high.lt(y3));
      long t = to + row * dstRow + inPanel;
      y0.intoMemorySegment(Memory.ALL, t, Lanes.ORDER);
      y1.intoMemorySegment(Memory.ALL, t + pixel, Lanes.ORDER);
      y2.intoMemorySegment(Memory.ALL, t + 2 * pixel, Lanes.ORDER);
      y3.intoMemorySegment(Memory.ALL, t + 3 * pixel, Lanes.ORDER);
    }
  }

  /** Like {@link #down}, to two results. */
  static void downTwo(long src, long rowBytes, int vectors, long dst, long dstRowBytes) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    long row = rowBytes & DISTANCE;
    long dstRow = dstRowBytes & DISTANCE;
    for (int k = 0; k < vectors; k++) {
      long p = from + k * VECTOR_BYTES;
      FloatVector m0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      FloatVector m1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + row, Lanes.ORDER);
      FloatVector m2 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * row, Lanes.ORDER);
      FloatVector m3 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * row, Lanes.ORDER);
      FloatVector m4 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 4 * row, Lanes.ORDER);
      FloatVector m5 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 5 * row, Lanes.ORDER);
      FloatVector a = FloatVector.broadcast(S, ConvWinogradPoints.A);
      FloatVector b = FloatVector.broadcast(S, ConvWinogradPoints.B);
      long t = to + k * VECTOR_BYTES;
      m0.add(m1.add(m2)).add(m3.add(m4)).intoMemorySegment(Memory.ALL, t, Lanes.ORDER);
      m1.sub(m2)
          .fma(a, m3.sub(m4).fma(b, m5))
          .intoMemorySegment(Memory.ALL, t + dstRow, Lanes.ORDER);
    }
  }

  /** Like {@link #across}, for the two rows of a tile of two pixels each. */
  static void acrossTwo(
      long src,
      long columnBytes,
      long bias,
      float lo,
      float hi,
      long dst,
      long dstRowBytes,
      long pixelBytes) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    long init = bias & ADDRESS;
    long column = columnBytes & DISTANCE;
    long dstRow = dstRowBytes & DISTANCE;
    long pixel = pixelBytes & DISTANCE;
    for (int k = 0; k < 2 * PackedWeightsF32.VECTORS; k++) {
      long row = k / PackedWeightsF32.VECTORS;
      long inPanel = k % PackedWeightsF32.VECTORS * VECTOR_BYTES;
      long p = from + row * (6 * column) + inPanel;
      FloatVector m0 = FloatVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      FloatVector m1 = FloatVector.fromMemorySegment(S, Memory.ALL, p + column, Lanes.ORDER);
      FloatVector m2 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 2 * column, Lanes.ORDER);
      FloatVector m3 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 3 * column, Lanes.ORDER);
      FloatVector m4 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 4 * column, Lanes.ORDER);
      FloatVector m5 = FloatVector.fromMemorySegment(S, Memory.ALL, p + 5 * column, Lanes.ORDER);
      FloatVector start = FloatVector.fromMemorySegment(S, Memory.ALL, init + inPanel, Lanes.ORDER);
      FloatVector low = FloatVector.broadcast(S, lo);
      FloatVector high = FloatVector.broadcast(S, hi);
      FloatVector a = FloatVector.broadcast(S, ConvWinogradPoints.A);
      FloatVector b = FloatVector.broadcast(S, ConvWinogradPoints.B);
      FloatVector y0 = m0.add(start).add(m1.add(m2)).add(m3.add(m4));
      FloatVector y1 = m1.sub(m2).fma(a, m3.sub(m4).fma(b, m5.add(start)));
      y0 = y0.blend(low, y0.lt(low));
      y1 = y1.blend(low, y1.lt(low));
      y0 = y0.blend(high, high.lt(y0));
      y1 = y1.blend(high, high.lt(y1));
      long t = to + row * dstRow + inPanel;
      y0.intoMemorySegment(Memory.ALL, t, Lanes.ORDER);
      y1.intoMemorySegment(Memory.ALL, t + pixel, Lanes.ORDER);
    }
  }

  private ConvWinogradOutputF32() {}
}
