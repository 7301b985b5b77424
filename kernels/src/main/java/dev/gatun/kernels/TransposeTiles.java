package dev.gatun.kernels;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes matrices of 4-byte elements by square tiles that live in registers.
 *
 * <p>Memory bound. Every load and store is a whole vector, so a tile of 16 x 16 moves whole cache
 * lines; the width of the stores decides the speed once the matrix leaves L1 (4 x 4 tiles reach a
 * third of 16 x 16). Rows and columns that do not fill a tile are covered by a tile that overlaps
 * its neighbour. Register budget of the largest tile: 16 + 2 vectors.
 */
final class TransposeTiles {
  private static final VectorSpecies<Integer> S4 = IntVector.SPECIES_128;
  private static final VectorSpecies<Integer> S8 = IntVector.SPECIES_256;
  private static final VectorSpecies<Integer> S16 = IntVector.SPECIES_512;
  private static final IntVector LOW4 = zip(S4, 0);
  private static final IntVector HIGH4 = zip(S4, 2);
  private static final IntVector LOW8 = zip(S8, 0);
  private static final IntVector HIGH8 = zip(S8, 4);
  private static final IntVector LOW16 = zip(S16, 0);
  private static final IntVector HIGH16 = zip(S16, 8);

  // Columns of the source a strip of tiles walks before the next rows are taken. Long strips keep
  // the
  // 16 streams of the source running (32 columns: half the speed), and in tiles of 16 x 16 each
  // line
  // of the destination is written at once. Longer than this gains nothing.
  private static final int BLOCK = 512;

  /** The largest tile that fits into a matrix; 0 when none does. */
  static int tile(long rows, long columns) {
    long least = Math.min(rows, columns);
    if (least < 4) {
      return 0;
    }
    int widest = Lanes.F32_LENGTH;
    if (least >= widest) {
      return widest;
    }
    return least >= 8 ? 8 : 4;
  }

  /**
   * dst[c][r] = src[r][c]: the columns of the source and the rows of the destination are
   * contiguous.
   *
   * @param tile what {@link #tile} returned, or less
   */
  static void run(
      long src, long srcRowBytes, long dst, long dstRowBytes, long rows, long columns, int tile) {
    for (long block = 0; block < columns; block += BLOCK) {
      // Too few last columns for a tile: take some of the block before again.
      long c = Math.min(block, columns - tile);
      int width = (int) Math.min(BLOCK, columns - c);
      for (long r = 0; r < rows; r += tile) {
        long row = Math.min(r, rows - tile);
        strip(
            src + row * srcRowBytes + 4 * c,
            srcRowBytes,
            dst + c * dstRowBytes + 4 * row,
            dstRowBytes,
            width,
            tile);
      }
    }
  }

  private static void strip(
      long src, long srcRowBytes, long dst, long dstRowBytes, int width, int tile) {
    int tiles = width / tile;
    int rest = width - tiles * tile;
    tiles(src, srcRowBytes, dst, dstRowBytes, tiles, tile);
    if (rest > 0) {
      long back = (long) width - tile;
      tiles(src + 4 * back, srcRowBytes, dst + back * dstRowBytes, dstRowBytes, 1, tile);
    }
  }

  private static void tiles(
      long src, long srcRowBytes, long dst, long dstRowBytes, int tiles, int tile) {
    if (tile == 16) {
      strip16(src, srcRowBytes, dst, dstRowBytes, tiles);
    } else if (tile == 8) {
      strip8(src, srcRowBytes, dst, dstRowBytes, tiles);
    } else {
      strip4(src, srcRowBytes, dst, dstRowBytes, tiles);
    }
  }

  // 4 x 4: 2 rounds of zipping vector i with vector i + 2, which is one rotation of the index bits
  // each.
  private static void strip4(long src, long srcRowBytes, long dst, long dstRowBytes, int tiles) {
    for (int t = 0; t < tiles; t++) {
      long p = src + t * 16L;
      long q = dst + t * (4L * dstRowBytes);
      IntVector r0 = IntVector.fromMemorySegment(S4, Memory.ALL, p, Lanes.ORDER);
      IntVector r1 = IntVector.fromMemorySegment(S4, Memory.ALL, p + srcRowBytes, Lanes.ORDER);
      IntVector r2 = IntVector.fromMemorySegment(S4, Memory.ALL, p + 2 * srcRowBytes, Lanes.ORDER);
      IntVector r3 = IntVector.fromMemorySegment(S4, Memory.ALL, p + 3 * srcRowBytes, Lanes.ORDER);
      IntVector a0 = LOW4.selectFrom(r0, r2);
      IntVector a1 = HIGH4.selectFrom(r0, r2);
      IntVector a2 = LOW4.selectFrom(r1, r3);
      IntVector a3 = HIGH4.selectFrom(r1, r3);
      LOW4.selectFrom(a0, a2).intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      HIGH4.selectFrom(a0, a2).intoMemorySegment(Memory.ALL, q + dstRowBytes, Lanes.ORDER);
      LOW4.selectFrom(a1, a3).intoMemorySegment(Memory.ALL, q + 2 * dstRowBytes, Lanes.ORDER);
      HIGH4.selectFrom(a1, a3).intoMemorySegment(Memory.ALL, q + 3 * dstRowBytes, Lanes.ORDER);
    }
  }

  // 8 x 8: 3 rounds of zipping vector i with vector i + 4, which is one rotation of the index bits
  // each.
  private static void strip8(long src, long srcRowBytes, long dst, long dstRowBytes, int tiles) {
    for (int t = 0; t < tiles; t++) {
      long p = src + t * 32L;
      long q = dst + t * (8L * dstRowBytes);
      IntVector r0 = IntVector.fromMemorySegment(S8, Memory.ALL, p, Lanes.ORDER);
      IntVector r1 = IntVector.fromMemorySegment(S8, Memory.ALL, p + srcRowBytes, Lanes.ORDER);
      IntVector r2 = IntVector.fromMemorySegment(S8, Memory.ALL, p + 2 * srcRowBytes, Lanes.ORDER);
      IntVector r3 = IntVector.fromMemorySegment(S8, Memory.ALL, p + 3 * srcRowBytes, Lanes.ORDER);
      IntVector r4 = IntVector.fromMemorySegment(S8, Memory.ALL, p + 4 * srcRowBytes, Lanes.ORDER);
      IntVector r5 = IntVector.fromMemorySegment(S8, Memory.ALL, p + 5 * srcRowBytes, Lanes.ORDER);
      IntVector r6 = IntVector.fromMemorySegment(S8, Memory.ALL, p + 6 * srcRowBytes, Lanes.ORDER);
      IntVector r7 = IntVector.fromMemorySegment(S8, Memory.ALL, p + 7 * srcRowBytes, Lanes.ORDER);
      IntVector a0 = LOW8.selectFrom(r0, r4);
      IntVector a1 = HIGH8.selectFrom(r0, r4);
      IntVector a2 = LOW8.selectFrom(r1, r5);
      IntVector a3 = HIGH8.selectFrom(r1, r5);
      IntVector a4 = LOW8.selectFrom(r2, r6);
      IntVector a5 = HIGH8.selectFrom(r2, r6);
      IntVector a6 = LOW8.selectFrom(r3, r7);
      IntVector a7 = HIGH8.selectFrom(r3, r7);
      IntVector b0 = LOW8.selectFrom(a0, a4);
      IntVector b1 = HIGH8.selectFrom(a0, a4);
      IntVector b2 = LOW8.selectFrom(a1, a5);
      IntVector b3 = HIGH8.selectFrom(a1, a5);
      IntVector b4 = LOW8.selectFrom(a2, a6);
      IntVector b5 = HIGH8.selectFrom(a2, a6);
      IntVector b6 = LOW8.selectFrom(a3, a7);
      IntVector b7 = HIGH8.selectFrom(a3, a7);
      LOW8.selectFrom(b0, b4).intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      HIGH8.selectFrom(b0, b4).intoMemorySegment(Memory.ALL, q + dstRowBytes, Lanes.ORDER);
      LOW8.selectFrom(b1, b5).intoMemorySegment(Memory.ALL, q + 2 * dstRowBytes, Lanes.ORDER);
      HIGH8.selectFrom(b1, b5).intoMemorySegment(Memory.ALL, q + 3 * dstRowBytes, Lanes.ORDER);
      LOW8.selectFrom(b2, b6).intoMemorySegment(Memory.ALL, q + 4 * dstRowBytes, Lanes.ORDER);
      HIGH8.selectFrom(b2, b6).intoMemorySegment(Memory.ALL, q + 5 * dstRowBytes, Lanes.ORDER);
      LOW8.selectFrom(b3, b7).intoMemorySegment(Memory.ALL, q + 6 * dstRowBytes, Lanes.ORDER);
      HIGH8.selectFrom(b3, b7).intoMemorySegment(Memory.ALL, q + 7 * dstRowBytes, Lanes.ORDER);
    }
  }

  // 16 x 16: 4 rounds of zipping vector i with vector i + 8, which is one rotation of the index
  // bits each.
  private static void strip16(long src, long srcRowBytes, long dst, long dstRowBytes, int tiles) {
    for (int t = 0; t < tiles; t++) {
      long p = src + t * 64L;
      long q = dst + t * (16L * dstRowBytes);
      IntVector r0 = IntVector.fromMemorySegment(S16, Memory.ALL, p, Lanes.ORDER);
      IntVector r1 = IntVector.fromMemorySegment(S16, Memory.ALL, p + srcRowBytes, Lanes.ORDER);
      IntVector r2 = IntVector.fromMemorySegment(S16, Memory.ALL, p + 2 * srcRowBytes, Lanes.ORDER);
      IntVector r3 = IntVector.fromMemorySegment(S16, Memory.ALL, p + 3 * srcRowBytes, Lanes.ORDER);
      IntVector r4 = IntVector.fromMemorySegment(S16, Memory.ALL, p + 4 * srcRowBytes, Lanes.ORDER);
      IntVector r5 = IntVector.fromMemorySegment(S16, Memory.ALL, p + 5 * srcRowBytes, Lanes.ORDER);
      IntVector r6 = IntVector.fromMemorySegment(S16, Memory.ALL, p + 6 * srcRowBytes, Lanes.ORDER);
      IntVector r7 = IntVector.fromMemorySegment(S16, Memory.ALL, p + 7 * srcRowBytes, Lanes.ORDER);
      IntVector r8 = IntVector.fromMemorySegment(S16, Memory.ALL, p + 8 * srcRowBytes, Lanes.ORDER);
      IntVector r9 = IntVector.fromMemorySegment(S16, Memory.ALL, p + 9 * srcRowBytes, Lanes.ORDER);
      IntVector r10 =
          IntVector.fromMemorySegment(S16, Memory.ALL, p + 10 * srcRowBytes, Lanes.ORDER);
      IntVector r11 =
          IntVector.fromMemorySegment(S16, Memory.ALL, p + 11 * srcRowBytes, Lanes.ORDER);
      IntVector r12 =
          IntVector.fromMemorySegment(S16, Memory.ALL, p + 12 * srcRowBytes, Lanes.ORDER);
      IntVector r13 =
          IntVector.fromMemorySegment(S16, Memory.ALL, p + 13 * srcRowBytes, Lanes.ORDER);
      IntVector r14 =
          IntVector.fromMemorySegment(S16, Memory.ALL, p + 14 * srcRowBytes, Lanes.ORDER);
      IntVector r15 =
          IntVector.fromMemorySegment(S16, Memory.ALL, p + 15 * srcRowBytes, Lanes.ORDER);
      IntVector a0 = LOW16.selectFrom(r0, r8);
      IntVector a1 = HIGH16.selectFrom(r0, r8);
      IntVector a2 = LOW16.selectFrom(r1, r9);
      IntVector a3 = HIGH16.selectFrom(r1, r9);
      IntVector a4 = LOW16.selectFrom(r2, r10);
      IntVector a5 = HIGH16.selectFrom(r2, r10);
      IntVector a6 = LOW16.selectFrom(r3, r11);
      IntVector a7 = HIGH16.selectFrom(r3, r11);
      IntVector a8 = LOW16.selectFrom(r4, r12);
      IntVector a9 = HIGH16.selectFrom(r4, r12);
      IntVector a10 = LOW16.selectFrom(r5, r13);
      IntVector a11 = HIGH16.selectFrom(r5, r13);
      IntVector a12 = LOW16.selectFrom(r6, r14);
      IntVector a13 = HIGH16.selectFrom(r6, r14);
      IntVector a14 = LOW16.selectFrom(r7, r15);
      IntVector a15 = HIGH16.selectFrom(r7, r15);
      IntVector b0 = LOW16.selectFrom(a0, a8);
      IntVector b1 = HIGH16.selectFrom(a0, a8);
      IntVector b2 = LOW16.selectFrom(a1, a9);
      IntVector b3 = HIGH16.selectFrom(a1, a9);
      IntVector b4 = LOW16.selectFrom(a2, a10);
      IntVector b5 = HIGH16.selectFrom(a2, a10);
      IntVector b6 = LOW16.selectFrom(a3, a11);
      IntVector b7 = HIGH16.selectFrom(a3, a11);
      IntVector b8 = LOW16.selectFrom(a4, a12);
      IntVector b9 = HIGH16.selectFrom(a4, a12);
      IntVector b10 = LOW16.selectFrom(a5, a13);
      IntVector b11 = HIGH16.selectFrom(a5, a13);
      IntVector b12 = LOW16.selectFrom(a6, a14);
      IntVector b13 = HIGH16.selectFrom(a6, a14);
      IntVector b14 = LOW16.selectFrom(a7, a15);
      IntVector b15 = HIGH16.selectFrom(a7, a15);
      IntVector c0 = LOW16.selectFrom(b0, b8);
      IntVector c1 = HIGH16.selectFrom(b0, b8);
      IntVector c2 = LOW16.selectFrom(b1, b9);
      IntVector c3 = HIGH16.selectFrom(b1, b9);
      IntVector c4 = LOW16.selectFrom(b2, b10);
      IntVector c5 = HIGH16.selectFrom(b2, b10);
      IntVector c6 = LOW16.selectFrom(b3, b11);
      IntVector c7 = HIGH16.selectFrom(b3, b11);
      IntVector c8 = LOW16.selectFrom(b4, b12);
      IntVector c9 = HIGH16.selectFrom(b4, b12);
      IntVector c10 = LOW16.selectFrom(b5, b13);
      IntVector c11 = HIGH16.selectFrom(b5, b13);
      IntVector c12 = LOW16.selectFrom(b6, b14);
      IntVector c13 = HIGH16.selectFrom(b6, b14);
      IntVector c14 = LOW16.selectFrom(b7, b15);
      IntVector c15 = HIGH16.selectFrom(b7, b15);
      LOW16.selectFrom(c0, c8).intoMemorySegment(Memory.ALL, q, Lanes.ORDER);
      HIGH16.selectFrom(c0, c8).intoMemorySegment(Memory.ALL, q + dstRowBytes, Lanes.ORDER);
      LOW16.selectFrom(c1, c9).intoMemorySegment(Memory.ALL, q + 2 * dstRowBytes, Lanes.ORDER);
      HIGH16.selectFrom(c1, c9).intoMemorySegment(Memory.ALL, q + 3 * dstRowBytes, Lanes.ORDER);
      LOW16.selectFrom(c2, c10).intoMemorySegment(Memory.ALL, q + 4 * dstRowBytes, Lanes.ORDER);
      HIGH16.selectFrom(c2, c10).intoMemorySegment(Memory.ALL, q + 5 * dstRowBytes, Lanes.ORDER);
      LOW16.selectFrom(c3, c11).intoMemorySegment(Memory.ALL, q + 6 * dstRowBytes, Lanes.ORDER);
      HIGH16.selectFrom(c3, c11).intoMemorySegment(Memory.ALL, q + 7 * dstRowBytes, Lanes.ORDER);
      LOW16.selectFrom(c4, c12).intoMemorySegment(Memory.ALL, q + 8 * dstRowBytes, Lanes.ORDER);
      HIGH16.selectFrom(c4, c12).intoMemorySegment(Memory.ALL, q + 9 * dstRowBytes, Lanes.ORDER);
      LOW16.selectFrom(c5, c13).intoMemorySegment(Memory.ALL, q + 10 * dstRowBytes, Lanes.ORDER);
      HIGH16.selectFrom(c5, c13).intoMemorySegment(Memory.ALL, q + 11 * dstRowBytes, Lanes.ORDER);
      LOW16.selectFrom(c6, c14).intoMemorySegment(Memory.ALL, q + 12 * dstRowBytes, Lanes.ORDER);
      HIGH16.selectFrom(c6, c14).intoMemorySegment(Memory.ALL, q + 13 * dstRowBytes, Lanes.ORDER);
      LOW16.selectFrom(c7, c15).intoMemorySegment(Memory.ALL, q + 14 * dstRowBytes, Lanes.ORDER);
      HIGH16.selectFrom(c7, c15).intoMemorySegment(Memory.ALL, q + 15 * dstRowBytes, Lanes.ORDER);
    }
  }

  private static IntVector zip(VectorSpecies<Integer> species, int from) {
    int[] lanes = new int[species.length()];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = from + i / 2 + (i % 2 == 0 ? 0 : lanes.length);
    }
    return IntVector.fromArray(species, lanes, 0);
  }

  private TransposeTiles() {}
}
