package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The two products of attention on one tile: C[rows, 2 L] = A[rows, depth] B, or C = C * factor + A
 * B, with A and C in heap arrays and B a packed panel [depth, 2 L].
 *
 * <p>Eight rows by two vectors (16 accumulators, 10 loads for 16 multiply-adds) where there are 32
 * registers; four rows on narrower vectors, whose 16 registers the larger tile would spill.
 */
final class AttentionTileF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** Rows of a tile; callers pad to a multiple of it. */
  static final int ROWS = L == 16 ? 8 : 4;

  /** Columns of a panel. */
  static final int COLUMNS = 2 * L;

  /** C = A B for a multiple of {@link #ROWS} rows. */
  static void store(
      float[] a, int lda, long b, int rows, int depth, float[] c, int column, int ldc) {
    for (int r = 0; r < rows; r += ROWS) {
      if (ROWS == 8) {
        store8(a, r * lda, lda, b, depth, c, r * ldc + column, ldc);
      } else {
        store4(a, r * lda, lda, b, depth, c, r * ldc + column, ldc);
      }
    }
  }

  /** C[r] = C[r] * factor[r] + A B. */
  static void add(
      float[] a,
      int lda,
      long b,
      int rows,
      int depth,
      float[] c,
      int column,
      int ldc,
      float[] factor) {
    for (int r = 0; r < rows; r += ROWS) {
      if (ROWS == 8) {
        add8(a, r * lda, lda, b, depth, c, r * ldc + column, ldc, factor, r);
      } else {
        add4(a, r * lda, lda, b, depth, c, r * ldc + column, ldc, factor, r);
      }
    }
  }

  private static void store8(
      float[] a, int at, int lda, long b, int depth, float[] c, int to, int ldc) {
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = c00;
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = c10;
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = c20;
    FloatVector c30 = FloatVector.zero(S);
    FloatVector c31 = c30;
    FloatVector c40 = FloatVector.zero(S);
    FloatVector c41 = c40;
    FloatVector c50 = FloatVector.zero(S);
    FloatVector c51 = c50;
    FloatVector c60 = FloatVector.zero(S);
    FloatVector c61 = c60;
    FloatVector c70 = FloatVector.zero(S);
    FloatVector c71 = c70;
    int a1 = at + 1 * lda;
    int a2 = at + 2 * lda;
    int a3 = at + 3 * lda;
    int a4 = at + 4 * lda;
    int a5 = at + 5 * lda;
    int a6 = at + 6 * lda;
    int a7 = at + 7 * lda;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, b + k * (2 * BYTES), Lanes.ORDER);
      FloatVector b1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, b + k * (2 * BYTES) + BYTES, Lanes.ORDER);
      FloatVector x0 = FloatVector.broadcast(S, a[at + k]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(S, a[a1 + k]);
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(S, a[a2 + k]);
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(S, a[a3 + k]);
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      FloatVector x4 = FloatVector.broadcast(S, a[a4 + k]);
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      FloatVector x5 = FloatVector.broadcast(S, a[a5 + k]);
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
      FloatVector x6 = FloatVector.broadcast(S, a[a6 + k]);
      c60 = x6.fma(b0, c60);
      c61 = x6.fma(b1, c61);
      FloatVector x7 = FloatVector.broadcast(S, a[a7 + k]);
      c70 = x7.fma(b0, c70);
      c71 = x7.fma(b1, c71);
    }
    c00.intoArray(c, to);
    c01.intoArray(c, to + L);
    c10.intoArray(c, to + 1 * ldc);
    c11.intoArray(c, to + 1 * ldc + L);
    c20.intoArray(c, to + 2 * ldc);
    c21.intoArray(c, to + 2 * ldc + L);
    c30.intoArray(c, to + 3 * ldc);
    c31.intoArray(c, to + 3 * ldc + L);
    c40.intoArray(c, to + 4 * ldc);
    c41.intoArray(c, to + 4 * ldc + L);
    c50.intoArray(c, to + 5 * ldc);
    c51.intoArray(c, to + 5 * ldc + L);
    c60.intoArray(c, to + 6 * ldc);
    c61.intoArray(c, to + 6 * ldc + L);
    c70.intoArray(c, to + 7 * ldc);
    c71.intoArray(c, to + 7 * ldc + L);
  }

  private static void add8(
      float[] a,
      int at,
      int lda,
      long b,
      int depth,
      float[] c,
      int to,
      int ldc,
      float[] factor,
      int row) {
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = c00;
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = c10;
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = c20;
    FloatVector c30 = FloatVector.zero(S);
    FloatVector c31 = c30;
    FloatVector c40 = FloatVector.zero(S);
    FloatVector c41 = c40;
    FloatVector c50 = FloatVector.zero(S);
    FloatVector c51 = c50;
    FloatVector c60 = FloatVector.zero(S);
    FloatVector c61 = c60;
    FloatVector c70 = FloatVector.zero(S);
    FloatVector c71 = c70;
    int a1 = at + 1 * lda;
    int a2 = at + 2 * lda;
    int a3 = at + 3 * lda;
    int a4 = at + 4 * lda;
    int a5 = at + 5 * lda;
    int a6 = at + 6 * lda;
    int a7 = at + 7 * lda;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, b + k * (2 * BYTES), Lanes.ORDER);
      FloatVector b1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, b + k * (2 * BYTES) + BYTES, Lanes.ORDER);
      FloatVector x0 = FloatVector.broadcast(S, a[at + k]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(S, a[a1 + k]);
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(S, a[a2 + k]);
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(S, a[a3 + k]);
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      FloatVector x4 = FloatVector.broadcast(S, a[a4 + k]);
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      FloatVector x5 = FloatVector.broadcast(S, a[a5 + k]);
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
      FloatVector x6 = FloatVector.broadcast(S, a[a6 + k]);
      c60 = x6.fma(b0, c60);
      c61 = x6.fma(b1, c61);
      FloatVector x7 = FloatVector.broadcast(S, a[a7 + k]);
      c70 = x7.fma(b0, c70);
      c71 = x7.fma(b1, c71);
    }
    FloatVector.fromArray(S, c, to).mul(factor[row]).add(c00).intoArray(c, to);
    FloatVector.fromArray(S, c, to + L).mul(factor[row]).add(c01).intoArray(c, to + L);
    FloatVector.fromArray(S, c, to + 1 * ldc)
        .mul(factor[row + 1])
        .add(c10)
        .intoArray(c, to + 1 * ldc);
    FloatVector.fromArray(S, c, to + 1 * ldc + L)
        .mul(factor[row + 1])
        .add(c11)
        .intoArray(c, to + 1 * ldc + L);
    FloatVector.fromArray(S, c, to + 2 * ldc)
        .mul(factor[row + 2])
        .add(c20)
        .intoArray(c, to + 2 * ldc);
    FloatVector.fromArray(S, c, to + 2 * ldc + L)
        .mul(factor[row + 2])
        .add(c21)
        .intoArray(c, to + 2 * ldc + L);
    FloatVector.fromArray(S, c, to + 3 * ldc)
        .mul(factor[row + 3])
        .add(c30)
        .intoArray(c, to + 3 * ldc);
    FloatVector.fromArray(S, c, to + 3 * ldc + L)
        .mul(factor[row + 3])
        .add(c31)
        .intoArray(c, to + 3 * ldc + L);
    FloatVector.fromArray(S, c, to + 4 * ldc)
        .mul(factor[row + 4])
        .add(c40)
        .intoArray(c, to + 4 * ldc);
    FloatVector.fromArray(S, c, to + 4 * ldc + L)
        .mul(factor[row + 4])
        .add(c41)
        .intoArray(c, to + 4 * ldc + L);
    FloatVector.fromArray(S, c, to + 5 * ldc)
        .mul(factor[row + 5])
        .add(c50)
        .intoArray(c, to + 5 * ldc);
    FloatVector.fromArray(S, c, to + 5 * ldc + L)
        .mul(factor[row + 5])
        .add(c51)
        .intoArray(c, to + 5 * ldc + L);
    FloatVector.fromArray(S, c, to + 6 * ldc)
        .mul(factor[row + 6])
        .add(c60)
        .intoArray(c, to + 6 * ldc);
    FloatVector.fromArray(S, c, to + 6 * ldc + L)
        .mul(factor[row + 6])
        .add(c61)
        .intoArray(c, to + 6 * ldc + L);
    FloatVector.fromArray(S, c, to + 7 * ldc)
        .mul(factor[row + 7])
        .add(c70)
        .intoArray(c, to + 7 * ldc);
    FloatVector.fromArray(S, c, to + 7 * ldc + L)
        .mul(factor[row + 7])
        .add(c71)
        .intoArray(c, to + 7 * ldc + L);
  }

  private static void store4(
      float[] a, int at, int lda, long b, int depth, float[] c, int to, int ldc) {
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = c00;
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = c10;
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = c20;
    FloatVector c30 = FloatVector.zero(S);
    FloatVector c31 = c30;
    int a1 = at + 1 * lda;
    int a2 = at + 2 * lda;
    int a3 = at + 3 * lda;
    for (long k = 0; k < depth; k++) {
      FloatVector b0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, b + k * (2 * BYTES), Lanes.ORDER);
      FloatVector b1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, b + k * (2 * BYTES) + BYTES, Lanes.ORDER);
      FloatVector x0 = FloatVector.broadcast(S, a[at + (int) k]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(S, a[a1 + (int) k]);
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(S, a[a2 + (int) k]);
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(S, a[a3 + (int) k]);
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
    }
    c00.intoArray(c, to);
    c01.intoArray(c, to + L);
    c10.intoArray(c, to + 1 * ldc);
    c11.intoArray(c, to + 1 * ldc + L);
    c20.intoArray(c, to + 2 * ldc);
    c21.intoArray(c, to + 2 * ldc + L);
    c30.intoArray(c, to + 3 * ldc);
    c31.intoArray(c, to + 3 * ldc + L);
  }

  private static void add4(
      float[] a,
      int at,
      int lda,
      long b,
      int depth,
      float[] c,
      int to,
      int ldc,
      float[] factor,
      int row) {
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = c00;
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = c10;
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = c20;
    FloatVector c30 = FloatVector.zero(S);
    FloatVector c31 = c30;
    int a1 = at + 1 * lda;
    int a2 = at + 2 * lda;
    int a3 = at + 3 * lda;
    for (long k = 0; k < depth; k++) {
      FloatVector b0 =
          FloatVector.fromMemorySegment(S, Memory.ALL, b + k * (2 * BYTES), Lanes.ORDER);
      FloatVector b1 =
          FloatVector.fromMemorySegment(S, Memory.ALL, b + k * (2 * BYTES) + BYTES, Lanes.ORDER);
      FloatVector x0 = FloatVector.broadcast(S, a[at + (int) k]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(S, a[a1 + (int) k]);
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(S, a[a2 + (int) k]);
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(S, a[a3 + (int) k]);
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
    }
    FloatVector.fromArray(S, c, to).mul(factor[row]).add(c00).intoArray(c, to);
    FloatVector.fromArray(S, c, to + L).mul(factor[row]).add(c01).intoArray(c, to + L);
    FloatVector.fromArray(S, c, to + 1 * ldc)
        .mul(factor[row + 1])
        .add(c10)
        .intoArray(c, to + 1 * ldc);
    FloatVector.fromArray(S, c, to + 1 * ldc + L)
        .mul(factor[row + 1])
        .add(c11)
        .intoArray(c, to + 1 * ldc + L);
    FloatVector.fromArray(S, c, to + 2 * ldc)
        .mul(factor[row + 2])
        .add(c20)
        .intoArray(c, to + 2 * ldc);
    FloatVector.fromArray(S, c, to + 2 * ldc + L)
        .mul(factor[row + 2])
        .add(c21)
        .intoArray(c, to + 2 * ldc + L);
    FloatVector.fromArray(S, c, to + 3 * ldc)
        .mul(factor[row + 3])
        .add(c30)
        .intoArray(c, to + 3 * ldc);
    FloatVector.fromArray(S, c, to + 3 * ldc + L)
        .mul(factor[row + 3])
        .add(c31)
        .intoArray(c, to + 3 * ldc + L);
  }

  private AttentionTileF32() {}
}
