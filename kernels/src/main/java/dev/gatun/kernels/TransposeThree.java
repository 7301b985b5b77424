package dev.gatun.kernels;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes between three planes and pixels of three 4-byte elements: the layout change of colour
 * images.
 *
 * <p>Memory bound. Three vectors in, three out; each result takes two shuffles that choose from two
 * vectors. Register budget: 6 tables and 9 vectors.
 */
final class TransposeThree {
  private static final VectorSpecies<Integer> S = Lanes.I32;
  private static final int L = S.length();
  private static final long BYTES = 4L * L;

  // First shuffle: from the concatenation of vectors 0 and 1. Second: from that and vector 2.
  private static final IntVector JOIN_0 = table(false, 0, false);
  private static final IntVector JOIN_1 = table(false, 1, false);
  private static final IntVector JOIN_2 = table(false, 2, false);
  private static final IntVector JOIN_0_LAST = table(false, 0, true);
  private static final IntVector JOIN_1_LAST = table(false, 1, true);
  private static final IntVector JOIN_2_LAST = table(false, 2, true);
  private static final IntVector PART_0 = table(true, 0, false);
  private static final IntVector PART_1 = table(true, 1, false);
  private static final IntVector PART_2 = table(true, 2, false);
  private static final IntVector PART_0_LAST = table(true, 0, true);
  private static final IntVector PART_1_LAST = table(true, 1, true);
  private static final IntVector PART_2_LAST = table(true, 2, true);

  /** dst[i][p] = plane p [i]; the pixels lie close together. */
  static void join(long src, long planeBytes, long dst, long pixels) {
    long vectors = pixels / L;
    for (long k = 0; k < vectors; k++) {
      long p = src + k * BYTES;
      long q = dst + k * (3 * BYTES);
      IntVector a = IntVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      IntVector b = IntVector.fromMemorySegment(S, Memory.ALL, p + planeBytes, Lanes.ORDER);
      IntVector c = IntVector.fromMemorySegment(S, Memory.ALL, p + 2 * planeBytes, Lanes.ORDER);
      JOIN_0_LAST
          .selectFrom(JOIN_0.selectFrom(a, b), c)
          .intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      JOIN_1_LAST
          .selectFrom(JOIN_1.selectFrom(a, b), c)
          .intoMemorySegment(Memory.ALL, q + BYTES, Lanes.ORDER);
      JOIN_2_LAST
          .selectFrom(JOIN_2.selectFrom(a, b), c)
          .intoMemorySegment(Memory.ALL, q + 2 * BYTES, Lanes.ORDER);
    }
    long done = vectors * L;
    CopyElements.run(
        4, src + 4 * done, 4, planeBytes, dst + 12 * done, 12, 4, pixels - done, 3, true);
  }

  /** Plane p [i] of dst = src[i][p]; the pixels lie close together. */
  static void part(long src, long dst, long planeBytes, long pixels) {
    long vectors = pixels / L;
    for (long k = 0; k < vectors; k++) {
      long p = src + k * (3 * BYTES);
      long q = dst + k * BYTES;
      IntVector a = IntVector.fromMemorySegment(S, Memory.ALL, p, Lanes.ORDER);
      IntVector b = IntVector.fromMemorySegment(S, Memory.ALL, p + BYTES, Lanes.ORDER);
      IntVector c = IntVector.fromMemorySegment(S, Memory.ALL, p + 2 * BYTES, Lanes.ORDER);
      PART_0_LAST
          .selectFrom(PART_0.selectFrom(a, b), c)
          .intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      PART_1_LAST
          .selectFrom(PART_1.selectFrom(a, b), c)
          .intoMemorySegment(Memory.ALL, q + planeBytes, Lanes.ORDER);
      PART_2_LAST
          .selectFrom(PART_2.selectFrom(a, b), c)
          .intoMemorySegment(Memory.ALL, q + 2 * planeBytes, Lanes.ORDER);
    }
    long done = vectors * L;
    CopyElements.run(
        4, src + 12 * done, 12, 4, dst + 4 * done, 4, planeBytes, pixels - done, 3, true);
  }

  // Where each lane of result vector j comes from: vector v, lane n.
  private static IntVector table(boolean part, int j, boolean last) {
    int[] lanes = new int[L];
    for (int i = 0; i < L; i++) {
      int at = part ? 3 * i + j : j * L + i; // in the pixels
      int v = part ? at / L : at % 3;
      int n = part ? at % L : at / 3;
      if (last) {
        lanes[i] = v < 2 ? i : L + n;
      } else {
        lanes[i] = v < 2 ? v * L + n : 0;
      }
    }
    return IntVector.fromArray(S, lanes, 0);
  }

  private TransposeThree() {}
}
