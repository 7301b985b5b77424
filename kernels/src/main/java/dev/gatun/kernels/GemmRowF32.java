package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * One left row times {@link #PANELS} packed panels side by side.
 *
 * <p>Bound by reading the weights, each used once: four places of memory that are read at a time
 * keep more of it busy than one (21 instead of 14 GB/s of one thread), and their eight sums hide
 * the latency of fma without a second set. 9 calls of the Vector API a term, within 16 registers.
 */
final class GemmRowF32 {
  /** Panels of a call. */
  static final int PANELS = 4;

  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final long V = 4L * Lanes.F32_LENGTH;
  private static final long LINE = 2 * V;

  /** Addresses cut to it are known to lie in memory, and need no bounds checks. */
  private static final long ADDRESS = (1L << 56) - 1;

  /**
   * dst[j] = init[j] + sum over k of left[at + k] * right[k, j] for the columns j of all panels.
   *
   * @param right the first panel at its first term
   * @param panelBytes distance between two panels
   */
  static void run(
      int terms, float[] left, int at, long right, long panelBytes, long init, long dst) {
    long p0 = right & ADDRESS;
    long p1 = (p0 + panelBytes) & ADDRESS;
    long p2 = (p1 + panelBytes) & ADDRESS;
    long p3 = (p2 + panelBytes) & ADDRESS;
    FloatVector a0 = load(init);
    FloatVector a1 = load(init + V);
    FloatVector b0 = load(init + LINE);
    FloatVector b1 = load(init + LINE + V);
    FloatVector c0 = load(init + 2 * LINE);
    FloatVector c1 = load(init + 2 * LINE + V);
    FloatVector d0 = load(init + 3 * LINE);
    FloatVector d1 = load(init + 3 * LINE + V);
    for (int k = 0; k < terms; k++) {
      FloatVector x = FloatVector.broadcast(S, left[at + k]);
      a0 = x.fma(load(p0), a0);
      a1 = x.fma(load(p0 + V), a1);
      b0 = x.fma(load(p1), b0);
      b1 = x.fma(load(p1 + V), b1);
      c0 = x.fma(load(p2), c0);
      c1 = x.fma(load(p2 + V), c1);
      d0 = x.fma(load(p3), d0);
      d1 = x.fma(load(p3 + V), d1);
      p0 = (p0 + LINE) & ADDRESS;
      p1 = (p1 + LINE) & ADDRESS;
      p2 = (p2 + LINE) & ADDRESS;
      p3 = (p3 + LINE) & ADDRESS;
    }
    store(a0, dst);
    store(a1, dst + V);
    store(b0, dst + LINE);
    store(b1, dst + LINE + V);
    store(c0, dst + 2 * LINE);
    store(c1, dst + 2 * LINE + V);
    store(d0, dst + 3 * LINE);
    store(d1, dst + 3 * LINE + V);
  }

  /** The same for a single panel: the last ones, whose sums must have the same order. */
  static void one(int terms, float[] left, int at, long right, long init, long dst) {
    long p = right & ADDRESS;
    FloatVector a0 = load(init);
    FloatVector a1 = load(init + V);
    for (int k = 0; k < terms; k++) {
      FloatVector x = FloatVector.broadcast(S, left[at + k]);
      a0 = x.fma(load(p), a0);
      a1 = x.fma(load(p + V), a1);
      p = (p + LINE) & ADDRESS;
    }
    store(a0, dst);
    store(a1, dst + V);
  }

  private static FloatVector load(long at) {
    return FloatVector.fromMemorySegment(S, Memory.ALL, at & ADDRESS, Lanes.ORDER);
  }

  private static void store(FloatVector x, long at) {
    x.intoMemorySegment(Memory.ALL, at & ADDRESS, Lanes.ORDER);
  }

  private GemmRowF32() {}
}
