package dev.gatun.kernels;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Scaled values of filters at the six points of {@link ConvWinogradPoints}, lane by lane, in double
 * between floats. A filter of 3 or 5 taps is a polynomial; {@code step} is the distance of its
 * coefficients, {@code dstStep} that of its values, and lanes lie side by side.
 *
 * <p>Bound by loads and stores in L1. Addresses are cut to 56 bits for the reason given in {@link
 * DepthwiseTilesF32}.
 */
final class ConvWinogradFactorsF32 {
  private static final VectorSpecies<Double> D =
      VectorSpecies.of(double.class, Lanes.F32.vectorShape());

  /** As many floats as {@link #D} has lanes. */
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(
          float.class, VectorShape.forBitSize(Lanes.F32.vectorShape().vectorBitSize() / 2));

  private static final int L = D.length();
  private static final long DOUBLES = 8L * L;
  private static final long FLOATS = 4L * L;
  private static final long ADDRESS = (1L << 56) - 1;
  private static final long DISTANCE = (1L << 40) - 1;

  private static final double A = ConvWinogradPoints.A;
  private static final double B = ConvWinogradPoints.B;
  private static final double A2 = A * A;
  private static final double B2 = B * B;
  private static final double SCALE_0 = 1 / (A2 * B2);
  private static final double SCALE_A = 1 / (2 * A2 * (A2 - B2));
  private static final double SCALE_B = 1 / (2 * B2 * (B2 - A2));

  /** Floats to doubles; their number is a multiple of the lanes of a float vector. */
  static void widen(long src, int count, long dst) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      ((DoubleVector)
              FloatVector.fromMemorySegment(HALF, Memory.ALL, from + k * FLOATS, Lanes.ORDER)
                  .convertShape(VectorOperators.F2D, D, 0))
          .intoMemorySegment(Memory.ALL, to + k * DOUBLES, Lanes.ORDER);
    }
  }

  /** Doubles to rows of floats that lie apart. */
  static void narrow(long src, int rows, int columns, long dst, long dstStep) {
    for (int row = 0; row < rows; row++) {
      narrow(src + row * 8L * columns, columns, dst + row * dstStep);
    }
  }

  private static void narrow(long src, int count, long dst) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      ((FloatVector)
              DoubleVector.fromMemorySegment(D, Memory.ALL, from + k * DOUBLES, Lanes.ORDER)
                  .convertShape(VectorOperators.D2F, HALF, 0))
          .intoMemorySegment(Memory.ALL, to + k * FLOATS, Lanes.ORDER);
    }
  }

  /** Values of filters of 3 or 5 taps. */
  static void values(int taps, long src, long step, int columns, long dst, long dstStep) {
    if (taps == 3) {
      three(src, step, columns / L, dst, dstStep);
    } else {
      five(src, step, columns / L, dst, dstStep);
    }
  }

  private static void three(long src, long srcStep, int vectors, long dst, long dstStep) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    long step = srcStep & DISTANCE;
    long row = dstStep & DISTANCE;
    for (int k = 0; k < vectors; k++) {
      long p = from + k * DOUBLES;
      DoubleVector g0 = DoubleVector.fromMemorySegment(D, Memory.ALL, p, Lanes.ORDER);
      DoubleVector g1 = DoubleVector.fromMemorySegment(D, Memory.ALL, p + step, Lanes.ORDER);
      DoubleVector g2 = DoubleVector.fromMemorySegment(D, Memory.ALL, p + 2 * step, Lanes.ORDER);
      DoubleVector scaleA = DoubleVector.broadcast(D, SCALE_A);
      DoubleVector scaleB = DoubleVector.broadcast(D, SCALE_B);
      DoubleVector evenA = g2.fma(DoubleVector.broadcast(D, A2), g0).mul(scaleA);
      DoubleVector evenB = g2.fma(DoubleVector.broadcast(D, B2), g0).mul(scaleB);
      DoubleVector oddA = g1.mul(DoubleVector.broadcast(D, A * SCALE_A));
      DoubleVector oddB = g1.mul(DoubleVector.broadcast(D, B * SCALE_B));
      long q = to + k * DOUBLES;
      g0.mul(DoubleVector.broadcast(D, SCALE_0)).intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      evenA.add(oddA).intoMemorySegment(Memory.ALL, q + row, Lanes.ORDER);
      evenA.sub(oddA).intoMemorySegment(Memory.ALL, q + 2 * row, Lanes.ORDER);
      evenB.add(oddB).intoMemorySegment(Memory.ALL, q + 3 * row, Lanes.ORDER);
      evenB.sub(oddB).intoMemorySegment(Memory.ALL, q + 4 * row, Lanes.ORDER);
      g2.intoMemorySegment(Memory.ALL, q + 5 * row, Lanes.ORDER);
    }
  }

  private static void five(long src, long srcStep, int vectors, long dst, long dstStep) {
    long from = src & ADDRESS;
    long to = dst & ADDRESS;
    long step = srcStep & DISTANCE;
    long row = dstStep & DISTANCE;
    for (int k = 0; k < vectors; k++) {
      long p = from + k * DOUBLES;
      DoubleVector g0 = DoubleVector.fromMemorySegment(D, Memory.ALL, p, Lanes.ORDER);
      DoubleVector g1 = DoubleVector.fromMemorySegment(D, Memory.ALL, p + step, Lanes.ORDER);
      DoubleVector g2 = DoubleVector.fromMemorySegment(D, Memory.ALL, p + 2 * step, Lanes.ORDER);
      DoubleVector g3 = DoubleVector.fromMemorySegment(D, Memory.ALL, p + 3 * step, Lanes.ORDER);
      DoubleVector g4 = DoubleVector.fromMemorySegment(D, Memory.ALL, p + 4 * step, Lanes.ORDER);
      DoubleVector a2 = DoubleVector.broadcast(D, A2);
      DoubleVector b2 = DoubleVector.broadcast(D, B2);
      DoubleVector scaleA = DoubleVector.broadcast(D, SCALE_A);
      DoubleVector scaleB = DoubleVector.broadcast(D, SCALE_B);
      DoubleVector evenA = g4.fma(a2, g2).fma(a2, g0).mul(scaleA);
      DoubleVector evenB = g4.fma(b2, g2).fma(b2, g0).mul(scaleB);
      DoubleVector oddA = g3.fma(a2, g1).mul(DoubleVector.broadcast(D, A * SCALE_A));
      DoubleVector oddB = g3.fma(b2, g1).mul(DoubleVector.broadcast(D, B * SCALE_B));
      long q = to + k * DOUBLES;
      g0.mul(DoubleVector.broadcast(D, SCALE_0)).intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      evenA.add(oddA).intoMemorySegment(Memory.ALL, q + row, Lanes.ORDER);
      evenA.sub(oddA).intoMemorySegment(Memory.ALL, q + 2 * row, Lanes.ORDER);
      evenB.add(oddB).intoMemorySegment(Memory.ALL, q + 3 * row, Lanes.ORDER);
      evenB.sub(oddB).intoMemorySegment(Memory.ALL, q + 4 * row, Lanes.ORDER);
      g4.intoMemorySegment(Memory.ALL, q + 5 * row, Lanes.ORDER);
    }
  }

  private ConvWinogradFactorsF32() {}
}
