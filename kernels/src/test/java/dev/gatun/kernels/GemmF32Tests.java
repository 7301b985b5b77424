package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class GemmF32Tests {
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final int HEIGHT = GemmTilesF32.HEIGHT;
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final List<Team> TEAMS =
      List.of(Team.ofThreads(1), Team.ofThreads(2), Team.ofThreads(3), Team.ofThreads(4));

  @AfterAll
  static void closeTeams() {
    TEAMS.forEach(Team::close);
  }

  /** What a product is added to. */
  enum Init {
    NONE,
    BIAS,
    MATRIX,
    ACCUMULATE
  }

  static Stream<int[]> shapes() {
    List<int[]> shapes = new ArrayList<>();
    int[] ms = {1, 2, 3, 5, HEIGHT - 1, HEIGHT, HEIGHT + 1, 53};
    int[] ns = {1, COLUMNS / 2, COLUMNS - 1, COLUMNS, 3 * COLUMNS + 1};
    int[] ks = {0, 1, 2, 5, 17};
    for (int m : ms) {
      for (int n : ns) {
        for (int k : ks) {
          shapes.add(new int[] {m, n, k});
        }
      }
    }
    int depth = GemmTilesF32.DEPTH;
    shapes.add(new int[] {1, COLUMNS + 1, depth - 1});
    for (int panels : new int[] {4, 5, 8, 11}) { // one row takes several at a time
      shapes.add(new int[] {1, panels * COLUMNS, 17});
      shapes.add(new int[] {1, panels * COLUMNS + 3, depth + 5});
    }
    shapes.add(new int[] {2, COLUMNS + 1, depth + 1});
    shapes.add(new int[] {HEIGHT + 1, COLUMNS + 2, 2 * depth + 3});
    shapes.add(new int[] {401, 3 * COLUMNS, 97});
    shapes.add(new int[] {131, 257, 131});
    return shapes.stream();
  }

  @ParameterizedTest
  @EnumSource(Init.class)
  void agreesWithDoublePrecision(Init init) {
    int seed = 0;
    for (int[] shape : shapes().toList()) {
      for (GemmF32.Right right : GemmF32.Right.values()) {
        for (GemmF32.Left left : GemmF32.Left.values()) {
          // Threads, padding, clamp and epilogue go round, each with its own period.
          int threads = 1 + seed % 4;
          new Trial(shape[0], shape[1], shape[2], left, right, init, threads, seed)
              .check(seed % 5 < 2, seed % 7 < 3);
          seed++;
        }
      }
    }
  }

  @Test
  void sizesOfZeroHaveNoTasks() {
    assertEquals(0, GemmF32.plan(0, 5, 7, 4).tasks());
    assertEquals(0, GemmF32.plan(5, 0, 7, 4).tasks());
    assertTrue(GemmF32.plan(5, 3, 0, 4).tasks() > 0);
    assertEquals(0, PackedWeightsF32.bytes(0, 7));
    assertThrows(IllegalArgumentException.class, () -> GemmF32.plan(-1, 5, 7, 4));
    assertThrows(IllegalArgumentException.class, () -> GemmF32.plan(1, 5, 7, 0));
  }

  @Test
  void infinitiesAndNansStayInTheirRowsAndColumns() {
    int m = 2 * HEIGHT;
    int n = 2 * COLUMNS + 1;
    int k = 5;
    float[] a = new float[m * k];
    float[] b = new float[k * n];
    Arrays.fill(a, 1);
    Arrays.fill(b, 1);
    a[3 * k] = Float.NaN;
    a[4 * k] = INF;
    b[n + 7] = -INF;
    try (Guarded ga = Guarded.of(a, 4);
        Guarded packed = Guarded.ofBytes(PackedWeightsF32.bytes(n, k), 0);
        Guarded gb = Guarded.of(b, 8);
        Guarded gc = Guarded.ofBytes(4L * m * n, 4)) {
      PackedWeightsF32.pack(gb.address(), 4L * n, n, k, packed.address());
      GemmF32 plan = GemmF32.plan(m, n, k, 1);
      for (int task = 0; task < plan.tasks(); task++) {
        plan.run(
            ga.address(),
            4L * k,
            packed.address(),
            0,
            -3,
            3,
            gc.address(),
            4L * n,
            null,
            new long[0],
            task);
      }
      float[] c = gc.toFloats();
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          float expected = i == 3 || (i == 4 && j == 7) ? Float.NaN : j == 7 ? -3 : 3;
          assertEquals(expected, c[i * n + j], "row " + i + " column " + j);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("splits")
  void everySplitCoversEveryElementOnce(int[] size) {
    GemmSplitF32 split =
        GemmSplitF32.choose(
            size[0], 12, 12, size[1], size[2], true, size[3], GemmSplitF32.Costs.ROWS);
    assertTrue(split.rowBlocks() >= Math.ceilDiv(size[0], 12) && split.rowBlocks() <= size[0]);
    assertTrue(split.panelBlocks() >= 1 && split.panelBlocks() <= size[1]);
  }

  static Stream<int[]> splits() {
    return Stream.of(
        new int[] {1, 1, 1, 1},
        new int[] {1, 1571, 768, 4},
        new int[] {171, 64, 2048, 4},
        new int[] {43, 16, 512, 64},
        new int[] {100_000, 1, 9, 16});
  }

  @Test
  void resultsDoNotDependOnTheThreads() {
    int m = 150;
    int n = 200;
    int k = 1500;
    float[][] results = new float[3][];
    int[] threads = {1, 2, 4};
    for (int t = 0; t < 3; t++) {
      results[t] =
          new Trial(m, n, k, GemmF32.Left.ROWS, GemmF32.Right.PACKED, Init.BIAS, threads[t], 42)
              .check(false, false);
    }
    assertArrayEquals(results[0], results[1]);
    assertArrayEquals(results[0], results[2]);
  }

  @Test
  void runningAllocatesNothing() {
    var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int m = 30;
    int n = 3 * COLUMNS + 5;
    int k = 40;
    long[] buffers = {};
    try (Guarded a = Guarded.ofBytes(4L * m * k, 0);
        Guarded b = Guarded.ofBytes(PackedWeightsF32.bytes(n, k), 0);
        Guarded c = Guarded.ofBytes(4L * m * n, 0);
        Team team = Team.ofThreads(2)) {
      GemmF32 plan = GemmF32.plan(m, n, k, 2);
      Team.Body body =
          task ->
              plan.run(
                  a.address(),
                  4L * k,
                  b.address(),
                  0,
                  0,
                  6,
                  c.address(),
                  4L * n,
                  null,
                  buffers,
                  task);
      // Vectors are objects until the compiler is through with the kernel.
      long bytes = -1;
      for (int round = 0; round < 200 && bytes != 0; round++) {
        long before = bean.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 200; i++) {
          team.run(plan.tasks(), body);
        }
        bytes = bean.getCurrentThreadAllocatedBytes() - before;
      }
      assertEquals(0, bytes);
    }
  }

  /** One product with all its operands between canaries, and what it must give. */
  private static final class Trial {
    private final int m;
    private final int n;
    private final int k;
    private final GemmF32.Left left;
    private final GemmF32.Right right;
    private final Init init;
    private final int threads;
    private final int seed;
    private final SplittableRandom random;

    Trial(
        int m,
        int n,
        int k,
        GemmF32.Left left,
        GemmF32.Right right,
        Init init,
        int threads,
        int seed) {
      this.m = m;
      this.n = n;
      this.k = k;
      this.left = left;
      this.right = right;
      this.init = init;
      this.threads = threads;
      this.seed = seed;
      random = new SplittableRandom(seed);
    }

    float[] check(boolean clamp, boolean epilogue) {
      int padding = seed % 11 % 3;
      int aColumns = left == GemmF32.Left.ROWS ? k : m;
      int bColumns = right == GemmF32.Right.TRANSPOSED ? k : n;
      int aRow = aColumns + padding;
      int bRow = bColumns + padding;
      int cRow = n + padding;
      float[] a = left == GemmF32.Left.ROWS ? matrix(m, k, aRow) : matrix(k, m, aRow);
      float[] b = right == GemmF32.Right.TRANSPOSED ? matrix(n, k, bRow) : matrix(k, n, bRow);
      float[] start = init == Init.BIAS ? matrix(1, n, n) : matrix(m, n, cRow);
      float[] extra = matrix(m, n, cRow);
      float lo = clamp ? -0.5f : -INF;
      float hi = clamp ? 0.75f : INF;
      try (Guarded ga = Guarded.of(a, 4 * (seed % 16));
          Guarded gb = Guarded.of(b, 4 * (seed % 7));
          Guarded packed = Guarded.ofBytes(PackedWeightsF32.bytes(n, k), 0);
          Guarded gs = Guarded.of(start, 4);
          Guarded gx = Guarded.of(extra, 4);
          Guarded gc = Guarded.of(init == Init.ACCUMULATE ? start : matrix(m, n, cRow), 8)) {
        float[] before = gc.toFloats();
        if (right == GemmF32.Right.PACKED) {
          PackedWeightsF32.pack(gb.address(), 4L * bRow, n, k, packed.address());
        }
        long bAddress = right == GemmF32.Right.PACKED ? packed.address() : gb.address();
        long initAddress = init == Init.ACCUMULATE ? gc.address() : gs.address();
        long initRow = init == Init.BIAS ? 0 : 4L * cRow;
        GemmF32 plan = GemmF32.plan(m, n, k, left, right, threads);
        TEAMS
            .get(threads - 1)
            .run(
                plan.tasks(),
                task ->
                    plan.run(
                        ga.address(),
                        4L * aRow,
                        bAddress,
                        4L * bRow,
                        init == Init.NONE ? 0 : initAddress,
                        initRow,
                        lo,
                        hi,
                        gc.address(),
                        4L * cRow,
                        epilogue ? GemmF32Tests::addExtra : null,
                        new long[] {gx.address(), 4L * cRow},
                        task));
        float[] c = gc.toFloats();
        compare(a, aRow, b, bRow, start, cRow, extra, before, lo, hi, epilogue, c);
        return c;
      }
    }

    private void compare(
        float[] a,
        int aRow,
        float[] b,
        int bRow,
        float[] start,
        int cRow,
        float[] extra,
        float[] before,
        float lo,
        float hi,
        boolean epilogue,
        float[] c) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < cRow; j++) {
          int at = i * cRow + j;
          if (j >= n) {
            if (at < c.length) {
              assertEquals(before[at], c[at], () -> this + ": wrote between rows");
            }
            continue;
          }
          double sum = 0;
          double size = 0;
          if (init != Init.NONE) {
            sum = init == Init.BIAS ? start[j] : start[at];
            size = Math.abs(sum);
          }
          for (int l = 0; l < k; l++) {
            double x = left == GemmF32.Left.ROWS ? a[i * aRow + l] : a[l * aRow + i];
            double y = right == GemmF32.Right.TRANSPOSED ? b[j * bRow + l] : b[l * bRow + j];
            sum += x * y;
            size += Math.abs(x * y);
          }
          double expected = Math.min(Math.max(sum, lo), hi) + (epilogue ? extra[at] : 0);
          // A sum in float errs by at most one rounding of the running sum for each term.
          double tolerance = 0x1p-24 * (size * (4 + Math.sqrt(k)) + 2);
          if (!(Math.abs(expected - c[at]) <= tolerance)) {
            assertEquals(expected, c[at], tolerance, this + " at [" + i + ", " + j + "]");
          }
        }
      }
    }

    private float[] matrix(int rows, int columns, int row) {
      float[] values = new float[rows == 0 ? 0 : (rows - 1) * row + columns];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextDouble() * 2 - 1);
      }
      return values;
    }

    @Override
    public String toString() {
      return "c[%d, %d] depth %d, a %s, b %s, init %s, %d threads, seed %d"
          .formatted(m, n, k, left, right, init, threads, seed);
    }
  }

  /** Adds a matrix; proves at the same time that no element is handed out twice. */
  private static void addExtra(
      long[] buffers, long dst, long dstRowBytes, long row, int rows, long column, int columns) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        long at = dst + i * dstRowBytes + 4L * j;
        float extra =
            Memory.ALL.get(Memory.F32, buffers[0] + (row + i) * buffers[1] + 4 * (column + j));
        Memory.ALL.set(Memory.F32, at, Memory.ALL.get(Memory.F32, at) + extra);
      }
    }
  }

  @Test
  void rowsPackedInPartsAreThoseOfTheWholeMatrix() {
    Random random = new Random(3);
    for (int n : new int[] {1, COLUMNS - 1, COLUMNS, COLUMNS + 1, 3 * COLUMNS + 5}) {
      for (int k : new int[] {1, 7, 8, 41}) {
        float[] values = FloatBuffers.uniform(random, n * k, -1, 1);
        int floats = Math.toIntExact(PackedWeightsF32.bytes(n, k) / 4);
        try (FloatBuffers m = new FloatBuffers()) {
          long src = m.of(values).at();
          FloatBuffers.Buffer whole = m.blank(floats);
          FloatBuffers.Buffer parts = m.blank(floats);
          PackedWeightsF32.pack(src, 4L * n, n, k, whole.at());
          for (int row = 0; row < k; row += 10) {
            PackedWeightsF32.packRows(src, 4L * n, n, k, parts.at(), row, Math.min(k, row + 10));
          }
          assertArrayEquals(whole.floats(), parts.floats(), n + " x " + k);
        }
      }
    }
  }
}
