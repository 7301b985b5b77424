package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The pointwise parts of LSTM, GRU and RNN cells on the way back, one loop each over the hidden
 * units of a slice, from values and slopes of the activations. Counts are whole vectors.
 */
final class RecurrentGradientCellF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /**
   * A step of an LSTM: dz, and dc of the cell before instead of that after.
   *
   * @param gates i, o, f, c, {@code gateBytes} apart
   * @param slopes their slopes, {@code slopeBytes} apart, then the activation of the cell and its
   *     slope
   * @param old the cell before
   * @param dh gradient of the state from later steps, to which that from outside, dy, is added
   * @param peepI peepholes of i, of o and of f
   */
  static void lstm(
      long gates,
      long gateBytes,
      long slopes,
      long slopeBytes,
      long old,
      long dh,
      long dy,
      long dc,
      long peepI,
      long peepO,
      long peepF,
      long dz,
      long dzBytes,
      int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      long at = k * BYTES;
      FloatVector h =
          FloatVector.fromMemorySegment(S, Memory.ALL, dh + at, Lanes.ORDER)
              .add(FloatVector.fromMemorySegment(S, Memory.ALL, dy + at, Lanes.ORDER));
      FloatVector zo =
          h.mul(
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, slopes + 4 * slopeBytes + at, Lanes.ORDER))
              .mul(
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, slopes + slopeBytes + at, Lanes.ORDER));
      zo.intoMemorySegment(Memory.ALL, dz + dzBytes + at, Lanes.ORDER);
      FloatVector c =
          h.mul(FloatVector.fromMemorySegment(S, Memory.ALL, gates + gateBytes + at, Lanes.ORDER))
              .fma(
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, slopes + 5 * slopeBytes + at, Lanes.ORDER),
                  FloatVector.fromMemorySegment(S, Memory.ALL, dc + at, Lanes.ORDER));
      c = zo.fma(FloatVector.fromMemorySegment(S, Memory.ALL, peepO + at, Lanes.ORDER), c);
      FloatVector zi =
          c.mul(
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, gates + 3 * gateBytes + at, Lanes.ORDER))
              .mul(FloatVector.fromMemorySegment(S, Memory.ALL, slopes + at, Lanes.ORDER));
      FloatVector zf =
          c.mul(FloatVector.fromMemorySegment(S, Memory.ALL, old + at, Lanes.ORDER))
              .mul(
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, slopes + 2 * slopeBytes + at, Lanes.ORDER));
      c.mul(FloatVector.fromMemorySegment(S, Memory.ALL, gates + at, Lanes.ORDER))
          .mul(
              FloatVector.fromMemorySegment(
                  S, Memory.ALL, slopes + 3 * slopeBytes + at, Lanes.ORDER))
          .intoMemorySegment(Memory.ALL, dz + 3 * dzBytes + at, Lanes.ORDER);
      zi.intoMemorySegment(Memory.ALL, dz + at, Lanes.ORDER);
      zf.intoMemorySegment(Memory.ALL, dz + 2 * dzBytes + at, Lanes.ORDER);
      FloatVector before =
          c.mul(
              FloatVector.fromMemorySegment(
                  S, Memory.ALL, gates + 2 * gateBytes + at, Lanes.ORDER));
      before =
          zi.fma(FloatVector.fromMemorySegment(S, Memory.ALL, peepI + at, Lanes.ORDER), before);
      zf.fma(FloatVector.fromMemorySegment(S, Memory.ALL, peepF + at, Lanes.ORDER), before)
          .intoMemorySegment(Memory.ALL, dc + at, Lanes.ORDER);
    }
  }

  /**
   * A step of a GRU whose reset multiplies the product: dz of z, r, n, du, which differs from it in
   * n, and {@code carry}, the part of the gradient of the state before that goes past the product.
   *
   * @param saved z, r, n and the product, {@code savedBytes} apart
   * @param slopes those of z, r and n
   * @param old the state before
   */
  static void gru(
      long saved,
      long savedBytes,
      long slopes,
      long slopeBytes,
      long old,
      long dh,
      long dy,
      long carry,
      long dz,
      long du,
      long dzBytes,
      int count) {
    FloatVector one = FloatVector.broadcast(S, 1f);
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      long at = k * BYTES;
      FloatVector h =
          FloatVector.fromMemorySegment(S, Memory.ALL, dh + at, Lanes.ORDER)
              .add(FloatVector.fromMemorySegment(S, Memory.ALL, dy + at, Lanes.ORDER));
      FloatVector z = FloatVector.fromMemorySegment(S, Memory.ALL, saved + at, Lanes.ORDER);
      FloatVector zz =
          FloatVector.fromMemorySegment(S, Memory.ALL, old + at, Lanes.ORDER)
              .sub(
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, saved + 2 * savedBytes + at, Lanes.ORDER))
              .mul(h)
              .mul(FloatVector.fromMemorySegment(S, Memory.ALL, slopes + at, Lanes.ORDER));
      FloatVector zn =
          one.sub(z)
              .mul(h)
              .mul(
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, slopes + 2 * slopeBytes + at, Lanes.ORDER));
      FloatVector zr =
          FloatVector.fromMemorySegment(S, Memory.ALL, saved + 3 * savedBytes + at, Lanes.ORDER)
              .mul(zn)
              .mul(
                  FloatVector.fromMemorySegment(
                      S, Memory.ALL, slopes + slopeBytes + at, Lanes.ORDER));
      zz.intoMemorySegment(Memory.ALL, dz + at, Lanes.ORDER);
      zr.intoMemorySegment(Memory.ALL, dz + dzBytes + at, Lanes.ORDER);
      zn.intoMemorySegment(Memory.ALL, dz + 2 * dzBytes + at, Lanes.ORDER);
      zz.intoMemorySegment(Memory.ALL, du + at, Lanes.ORDER);
      zr.intoMemorySegment(Memory.ALL, du + dzBytes + at, Lanes.ORDER);
      zn.mul(FloatVector.fromMemorySegment(S, Memory.ALL, saved + savedBytes + at, Lanes.ORDER))
          .intoMemorySegment(Memory.ALL, du + 2 * dzBytes + at, Lanes.ORDER);
      z.mul(h).intoMemorySegment(Memory.ALL, carry + at, Lanes.ORDER);
    }
  }

  /** A step of an RNN: dz = (dh + dy) * slope. */
  static void rnn(long slope, long dh, long dy, long dz, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      long at = k * BYTES;
      FloatVector.fromMemorySegment(S, Memory.ALL, dh + at, Lanes.ORDER)
          .add(FloatVector.fromMemorySegment(S, Memory.ALL, dy + at, Lanes.ORDER))
          .mul(FloatVector.fromMemorySegment(S, Memory.ALL, slope + at, Lanes.ORDER))
          .intoMemorySegment(Memory.ALL, dz + at, Lanes.ORDER);
    }
  }

  private RecurrentGradientCellF32() {}
}
