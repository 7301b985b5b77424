package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * One row of states times four panels of packed weights.
 *
 * <p>Bound by reading the weights, each used once: the panels are four streams side by side, which
 * fetch ahead of one another, and their eight sums hide the latency of fma without a second set. 9
 * calls of the Vector API a term, within 16 registers.
 */
final class RecurrentRowF32 {
  /** Panels of a call. */
  static final int PANELS = 4;

  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final long V = 4L * Lanes.F32_LENGTH;
  private static final long P = 4L * PackedWeightsF32.COLUMNS;

  /**
   * to[j] = from[j] + sum over k of x[at + k] * weights[k, j] for the columns j of four panels.
   *
   * @param weights the first panel at its first term
   * @param panelBytes distance between panels
   */
  static void run(float[] x, int at, int terms, long weights, long panelBytes, long from, long to) {
    long w1 = weights + panelBytes;
    long w2 = weights + 2 * panelBytes;
    long w3 = weights + 3 * panelBytes;
    FloatVector s00 = FloatVector.fromMemorySegment(S, Memory.ALL, from, Lanes.ORDER);
    FloatVector s01 = FloatVector.fromMemorySegment(S, Memory.ALL, from + V, Lanes.ORDER);
    FloatVector s10 = FloatVector.fromMemorySegment(S, Memory.ALL, from + P, Lanes.ORDER);
    FloatVector s11 = FloatVector.fromMemorySegment(S, Memory.ALL, from + P + V, Lanes.ORDER);
    FloatVector s20 = FloatVector.fromMemorySegment(S, Memory.ALL, from + 2 * P, Lanes.ORDER);
    FloatVector s21 = FloatVector.fromMemorySegment(S, Memory.ALL, from + 2 * P + V, Lanes.ORDER);
    FloatVector s30 = FloatVector.fromMemorySegment(S, Memory.ALL, from + 3 * P, Lanes.ORDER);
    FloatVector s31 = FloatVector.fromMemorySegment(S, Memory.ALL, from + 3 * P + V, Lanes.ORDER);
    for (int k = 0; k < terms; k++) {
      long row = k * P;
      FloatVector f = FloatVector.broadcast(S, x[at + k]);
      s00 = f.fma(FloatVector.fromMemorySegment(S, Memory.ALL, weights + row, Lanes.ORDER), s00);
      s01 =
          f.fma(FloatVector.fromMemorySegment(S, Memory.ALL, weights + row + V, Lanes.ORDER), s01);
      s10 = f.fma(FloatVector.fromMemorySegment(S, Memory.ALL, w1 + row, Lanes.ORDER), s10);
      s11 = f.fma(FloatVector.fromMemorySegment(S, Memory.ALL, w1 + row + V, Lanes.ORDER), s11);
      s20 = f.fma(FloatVector.fromMemorySegment(S, Memory.ALL, w2 + row, Lanes.ORDER), s20);
      s21 = f.fma(FloatVector.fromMemorySegment(S, Memory.ALL, w2 + row + V, Lanes.ORDER), s21);
      s30 = f.fma(FloatVector.fromMemorySegment(S, Memory.ALL, w3 + row, Lanes.ORDER), s30);
      s31 = f.fma(FloatVector.fromMemorySegment(S, Memory.ALL, w3 + row + V, Lanes.ORDER), s31);
    }
    s00.intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
    s01.intoMemorySegment(Memory.ALL, to + V, Lanes.ORDER);
    s10.intoMemorySegment(Memory.ALL, to + P, Lanes.ORDER);
    s11.intoMemorySegment(Memory.ALL, to + P + V, Lanes.ORDER);
    s20.intoMemorySegment(Memory.ALL, to + 2 * P, Lanes.ORDER);
    s21.intoMemorySegment(Memory.ALL, to + 2 * P + V, Lanes.ORDER);
    s30.intoMemorySegment(Memory.ALL, to + 3 * P, Lanes.ORDER);
    s31.intoMemorySegment(Memory.ALL, to + 3 * P + V, Lanes.ORDER);
  }

  /** The same for a single panel: the last ones, whose sums must have the same order. */
  static void one(float[] x, int at, int terms, long weights, long from, long to) {
    FloatVector s0 = FloatVector.fromMemorySegment(S, Memory.ALL, from, Lanes.ORDER);
    FloatVector s1 = FloatVector.fromMemorySegment(S, Memory.ALL, from + V, Lanes.ORDER);
    for (int k = 0; k < terms; k++) {
      long row = k * P;
      FloatVector f = FloatVector.broadcast(S, x[at + k]);
      s0 = f.fma(FloatVector.fromMemorySegment(S, Memory.ALL, weights + row, Lanes.ORDER), s0);
      s1 = f.fma(FloatVector.fromMemorySegment(S, Memory.ALL, weights + row + V, Lanes.ORDER), s1);
    }
    s0.intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
    s1.intoMemorySegment(Memory.ALL, to + V, Lanes.ORDER);
  }

  private RecurrentRowF32() {}
}
