package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Recurrent weights [columns, hidden] (ONNX's rows of gates) packed for the product with a state:
 * panels [columns / 4 L][hidden][4 L], the last one filled up with zeros.
 *
 * <p>One state reads every weight once: bound by the cache the weights fit into. Two states share
 * each load. Four vectors by two rows, or by two steps of the depth, are the eight accumulators
 * that hide the latency of multiply-add.
 */
public final class RecurrentWeightsF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  private static final int PANEL = 4 * L;

  /** The columns rounded up to whole panels: the length of a row of products. */
  public static int padded(int columns) {
    return (columns + PANEL - 1) / PANEL * PANEL;
  }

  /** Size of the packed weights. */
  public static long bytes(int columns, int hidden) {
    return 4L * padded(columns) * hidden;
  }

  /** Packs [columns, hidden]; rowBytes is the distance between rows of src. */
  public static void pack(long src, long rowBytes, long dst, int columns, int hidden) {
    for (int c = 0; c < padded(columns); c++) {
      long to = dst + 4L * (c / PANEL * (long) PANEL * hidden + c % PANEL);
      for (int k = 0; k < hidden; k++) {
        float x = c < columns ? Memory.ALL.get(Memory.F32, src + c * rowBytes + 4L * k) : 0f;
        Memory.ALL.set(Memory.F32, to + 4L * k * PANEL, x);
      }
    }
  }

  /** products[r] = weights states[r] for rows of hidden and padded(columns) floats. */
  static void multiply(
      long packed, float[] states, float[] products, int rows, int columns, int hidden) {
    int padded = padded(columns);
    for (int c = 0; c < padded; c += PANEL) {
      long panel = packed + 4L * c * hidden;
      int r = 0;
      for (; r + 2 <= rows; r += 2) {
        two(panel, states, r * hidden, hidden, products, r * padded + c, padded);
      }
      if (r < rows) {
        one(panel, states, r * hidden, hidden, products, r * padded + c);
      }
    }
  }

  private static void two(
      long panel, float[] h, int at, int hidden, float[] products, int to, int stride) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector b0 = a0;
    FloatVector a1 = FloatVector.zero(S);
    FloatVector b1 = a1;
    FloatVector a2 = FloatVector.zero(S);
    FloatVector b2 = a2;
    FloatVector a3 = FloatVector.zero(S);
    FloatVector b3 = a3;
    int other = at + hidden;
    for (int k = 0; k < hidden; k++) {
      FloatVector w0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, panel + k * (4 * BYTES), Lanes.ORDER);
      FloatVector w1 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, panel + k * (4 * BYTES) + 1 * BYTES, Lanes.ORDER);
      FloatVector w2 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, panel + k * (4 * BYTES) + 2 * BYTES, Lanes.ORDER);
      FloatVector w3 =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, panel + k * (4 * BYTES) + 3 * BYTES, Lanes.ORDER);
      FloatVector x = FloatVector.broadcast(S, h[at + k]);
      FloatVector y = FloatVector.broadcast(S, h[other + k]);
      a0 = x.fma(w0, a0);
      b0 = y.fma(w0, b0);
      a1 = x.fma(w1, a1);
      b1 = y.fma(w1, b1);
      a2 = x.fma(w2, a2);
      b2 = y.fma(w2, b2);
      a3 = x.fma(w3, a3);
      b3 = y.fma(w3, b3);
    }
    a0.intoArray(products, to);
    b0.intoArray(products, to + stride);
    a1.intoArray(products, to + 1 * L);
    b1.intoArray(products, to + stride + 1 * L);
    a2.intoArray(products, to + 2 * L);
    b2.intoArray(products, to + stride + 2 * L);
    a3.intoArray(products, to + 3 * L);
    b3.intoArray(products, to + stride + 3 * L);
  }

  private static void one(long panel, float[] h, int at, int hidden, float[] products, int to) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector b0 = a0;
    FloatVector a1 = FloatVector.zero(S);
    FloatVector b1 = a1;
    FloatVector a2 = FloatVector.zero(S);
    FloatVector b2 = a2;
    FloatVector a3 = FloatVector.zero(S);
    FloatVector b3 = a3;
    int pairs = hidden / 2;
    for (int k = 0; k < pairs; k++) {
      FloatVector x = FloatVector.broadcast(S, h[at + 2 * k]);
      FloatVector y = FloatVector.broadcast(S, h[at + 2 * k + 1]);
      a0 =
          x.fma(
              FloatVector.fromMemorySegment(S, Memory.ALL, panel + k * (8 * BYTES), Lanes.ORDER),
              a0);
      a1 =
          x.fma(
              FloatVector.fromMemorySegment(
                  S, Memory.ALL, panel + k * (8 * BYTES) + 1 * BYTES, Lanes.ORDER),
              a1);
      a2 =
          x.fma(
              FloatVector.fromMemorySegment(
                  S, Memory.ALL, panel + k * (8 * BYTES) + 2 * BYTES, Lanes.ORDER),
              a2);
      a3 =
          x.fma(
              FloatVector.fromMemorySegment(
                  S, Memory.ALL, panel + k * (8 * BYTES) + 3 * BYTES, Lanes.ORDER),
              a3);
      b0 =
          y.fma(
              FloatVector.fromMemorySegment(
                  S, Memory.ALL, panel + k * (8 * BYTES) + 4 * BYTES, Lanes.ORDER),
              b0);
      b1 =
          y.fma(
              FloatVector.fromMemorySegment(
                  S, Memory.ALL, panel + k * (8 * BYTES) + 5 * BYTES, Lanes.ORDER),
              b1);
      b2 =
          y.fma(
              FloatVector.fromMemorySegment(
                  S, Memory.ALL, panel + k * (8 * BYTES) + 6 * BYTES, Lanes.ORDER),
              b2);
      b3 =
          y.fma(
              FloatVector.fromMemorySegment(
                  S, Memory.ALL, panel + k * (8 * BYTES) + 7 * BYTES, Lanes.ORDER),
              b3);
    }
    if ((hidden & 1) != 0) {
      long last = panel + (hidden - 1) * (4 * BYTES);
      FloatVector x = FloatVector.broadcast(S, h[at + hidden - 1]);
      a0 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, last, Lanes.ORDER), a0);
      a1 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, last + 1 * BYTES, Lanes.ORDER), a1);
      a2 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, last + 2 * BYTES, Lanes.ORDER), a2);
      a3 = x.fma(FloatVector.fromMemorySegment(S, Memory.ALL, last + 3 * BYTES, Lanes.ORDER), a3);
    }
    a0.add(b0).intoArray(products, to);
    a1.add(b1).intoArray(products, to + 1 * L);
    a2.add(b2).intoArray(products, to + 2 * L);
    a3.add(b3).intoArray(products, to + 3 * L);
  }

  private RecurrentWeightsF32() {}
}
