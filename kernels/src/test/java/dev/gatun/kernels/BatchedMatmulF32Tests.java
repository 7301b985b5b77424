package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class BatchedMatmulF32Tests {
  private static final float INF = Float.POSITIVE_INFINITY;

  /** Batch [2, 3] with what is broadcast in a and b, then m, n, k and threads. */
  record Case(
      boolean aOuter, boolean aInner, boolean bOuter, boolean bInner, int m, int n, int k, int t) {}

  static Stream<Case> cases() {
    return Stream.of(
        new Case(true, true, true, true, 1, 1, 1, 1),
        new Case(true, true, true, true, 1, 37, 64, 2),
        new Case(true, true, false, true, 4, 65, 19, 4),
        new Case(true, true, false, false, 13, 33, 64, 3),
        new Case(true, false, true, true, 5, 64, 33, 4),
        new Case(false, true, true, false, 40, 31, 7, 2),
        new Case(true, true, true, true, 65, 70, 40, 4),
        new Case(true, true, true, true, 3, 5, 0, 2));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyProductAgreesWithDoublePrecision(Case c) {
    for (GemmF32.Left left : GemmF32.Left.values()) {
      check(c, left, GemmF32.Right.ROWS);
      check(c, left, GemmF32.Right.TRANSPOSED);
    }
  }

  private static void check(Case c, GemmF32.Left left, GemmF32.Right right) {
    int m = c.m();
    int n = c.n();
    int k = c.k();
    SplittableRandom random = new SplittableRandom(7);
    float[] a = random(random, 6 * m * k);
    float[] b = random(random, 6 * k * n);
    int[] aStride = {c.aOuter() ? 3 * m * k : 0, c.aInner() ? m * k : 0};
    int[] bStride = {c.bOuter() ? 3 * k * n : 0, c.bInner() ? k * n : 0};
    int[] cStride = {m * n, 2 * m * n}; // the result lies transposed in its leading dimensions
    int aRow = left == GemmF32.Left.ROWS ? k : m;
    int bRow = right == GemmF32.Right.ROWS ? n : k;
    BatchedMatmulF32 plan =
        BatchedMatmulF32.plan(
            new int[] {2, 3},
            bytes(aStride),
            bytes(bStride),
            bytes(cStride),
            m,
            n,
            k,
            left,
            right,
            c.t());
    try (Guarded ga = Guarded.of(a, 4);
        Guarded gb = Guarded.of(b, 8);
        Guarded gc = Guarded.ofBytes(4L * 6 * m * n, 12);
        Team team = Team.ofThreads(c.t())) {
      team.run(
          plan.tasks(),
          task ->
              plan.run(
                  ga.address(),
                  4L * aRow,
                  gb.address(),
                  4L * bRow,
                  -INF,
                  1,
                  gc.address(),
                  4L * n,
                  BatchedMatmulF32Tests::addRow,
                  new long[0],
                  task));
      float[] result = gc.toFloats();
      for (int p = 0; p < 6; p++) {
        int aAt = p / 3 * aStride[0] + p % 3 * aStride[1];
        int bAt = p / 3 * bStride[0] + p % 3 * bStride[1];
        int cAt = p / 3 * cStride[0] + p % 3 * cStride[1];
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int l = 0; l < k; l++) {
              double x = a[aAt + (left == GemmF32.Left.ROWS ? i * k + l : l * m + i)];
              double y = b[bAt + (right == GemmF32.Right.ROWS ? l * n + j : j * k + l)];
              sum += x * y;
            }
            double expected = Math.min(sum, 1) + p * m + i;
            double tolerance = 0x1p-23 * (k + Math.abs(expected) + 2);
            assertEquals(
                expected, result[cAt + i * n + j], tolerance, p + " [" + i + ", " + j + "]");
          }
        }
      }
    }
  }

  /** Adds to each element the number of its row, counted over all products. */
  private static void addRow(
      long[] buffers, long dst, long dstRowBytes, long row, int rows, long column, int columns) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        long at = dst + i * dstRowBytes + 4L * j;
        Memory.ALL.set(Memory.F32, at, Memory.ALL.get(Memory.F32, at) + row + i);
      }
    }
  }

  @Test
  void refusesMissingStridesAndHasNoTasksForEmptyBatches() {
    long[] one = {4};
    assertThrows(
        IllegalArgumentException.class,
        () ->
            BatchedMatmulF32.plan(
                new int[] {2, 3},
                one,
                one,
                one,
                1,
                1,
                1,
                GemmF32.Left.ROWS,
                GemmF32.Right.ROWS,
                1));
    BatchedMatmulF32 empty =
        BatchedMatmulF32.plan(
            new int[] {0}, one, one, one, 5, 5, 5, GemmF32.Left.ROWS, GemmF32.Right.ROWS, 2);
    assertEquals(0, empty.tasks());
  }

  private static long[] bytes(int[] floats) {
    return new long[] {4L * floats[0], 4L * floats[1]};
  }

  private static float[] random(SplittableRandom random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (random.nextDouble() * 2 - 1);
    }
    return values;
  }
}
