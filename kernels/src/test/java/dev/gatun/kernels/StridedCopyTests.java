package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StridedCopyTests {
  private static final int L = Lanes.F32_LENGTH;

  /** The slow twin: one byte at a time by index arithmetic. */
  private static void copySlowly(
      int elementBytes,
      long[] sizes,
      byte[] src,
      long srcAt,
      long[] srcStrides,
      byte[] dst,
      long dstAt,
      long[] dstStrides) {
    long count = 1;
    for (long size : sizes) {
      count *= size;
    }
    for (long i = 0; i < count; i++) {
      long rest = i;
      long from = srcAt;
      long to = dstAt;
      for (int axis = sizes.length - 1; axis >= 0; axis--) {
        from += rest % sizes[axis] * srcStrides[axis];
        to += rest % sizes[axis] * dstStrides[axis];
        rest /= sizes[axis];
      }
      for (int b = 0; b < elementBytes; b++) {
        dst[(int) to + b] = src[(int) from + b];
      }
    }
  }

  private static long extent(long[] sizes, long[] strides, int elementBytes) {
    long extent = elementBytes;
    for (int axis = 0; axis < sizes.length; axis++) {
      extent += Math.max(0, sizes[axis] - 1) * Math.abs(strides[axis]);
    }
    return extent;
  }

  private static long start(long[] sizes, long[] strides) {
    long start = 0;
    for (int axis = 0; axis < sizes.length; axis++) {
      start += strides[axis] < 0 ? (sizes[axis] - 1) * -strides[axis] : 0;
    }
    return Math.max(0, start);
  }

  private static StridedCopy check(
      int elementBytes, long[] sizes, long[] srcStrides, long[] dstStrides, Random random) {
    byte[] src = new byte[(int) extent(sizes, srcStrides, elementBytes)];
    random.nextBytes(src);
    byte[] expected = new byte[(int) extent(sizes, dstStrides, elementBytes)];
    long srcAt = start(sizes, srcStrides);
    long dstAt = start(sizes, dstStrides);
    StridedCopy plan = StridedCopy.of(elementBytes, sizes, srcStrides, dstStrides);
    try (Guarded from = Guarded.of(src, random.nextInt(8));
        Guarded to = Guarded.of(expected, random.nextInt(64))) {
      copySlowly(elementBytes, sizes, src, srcAt, srcStrides, expected, dstAt, dstStrides);
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.run(from.address() + srcAt, to.address() + dstAt, task);
      }
      assertArrayEquals(
          expected,
          to.toBytes(),
          () ->
              plan.describe()
                  + ": sizes "
                  + Arrays.toString(sizes)
                  + " src "
                  + Arrays.toString(srcStrides)
                  + " dst "
                  + Arrays.toString(dstStrides)
                  + " element "
                  + elementBytes);
    }
    return plan;
  }

  /** Views of random dense tensors: permuted, stepped, reversed, repeated, padded. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(ints = {1, 2, 3, 4})
  void agreesWithTheSlowTwinOnRandomViews(int seed) {
    Random random = new Random(seed);
    int[] interesting = {1, 2, 3, 4, 5, L - 1, L, L + 1, 2 * L, 4 * L + 3};
    for (int round = 0; round < 500; round++) {
      int elementBytes = 1 << random.nextInt(4);
      int rank = random.nextInt(6);
      long[] sizes = new long[rank];
      long count = 1;
      for (int axis = 0; axis < rank; axis++) {
        sizes[axis] = interesting[random.nextInt(interesting.length)];
        if (count * sizes[axis] > 20_000) {
          sizes[axis] = 1L + random.nextInt(2);
        }
        count *= sizes[axis];
      }
      long[] srcStrides = strides(elementBytes, sizes, random, true);
      long[] dstStrides = strides(elementBytes, sizes, random, false);
      check(elementBytes, sizes, srcStrides, dstStrides, random);
    }
  }

  // Lays the axes out in a random order, with gaps, some reversed, some of the source repeated.
  private static long[] strides(int elementBytes, long[] sizes, Random random, boolean source) {
    Integer[] order = new Integer[sizes.length];
    Arrays.setAll(order, i -> i);
    if (random.nextBoolean()) {
      Collections.shuffle(Arrays.asList(order), random);
    }
    long[] strides = new long[sizes.length];
    long bytes = elementBytes;
    if (random.nextInt(4) == 0) {
      bytes *= 2; // every other element
    }
    for (int k = sizes.length - 1; k >= 0; k--) {
      int axis = order[k];
      if (source && random.nextInt(6) == 0) {
        strides[axis] = 0;
        continue;
      }
      strides[axis] = random.nextInt(6) == 0 ? -bytes : bytes;
      bytes *= sizes[axis] + (random.nextInt(5) == 0 ? 1 : 0);
    }
    return strides;
  }

  @Test
  void transposesEveryShapeAroundTheTiles() {
    Random random = new Random(7);
    long[] extents = {2, 3, 4, 7, 15, 16, 17, 33, 48, 200};
    for (int elementBytes : new int[] {1, 2, 4, 8}) {
      for (long rows : extents) {
        for (long columns : extents) {
          long[] sizes = {columns, rows};
          check(
              elementBytes,
              sizes,
              new long[] {elementBytes, columns * elementBytes},
              StridedCopy.denseStrides(elementBytes, sizes),
              random);
        }
      }
    }
  }

  @Test
  void sharesOutLargeCopies() {
    Random random = new Random(11);
    // Few long rows, many short ones, large transposes: all in several tasks.
    assertTrue(check(4, new long[] {300_001}, new long[] {4}, new long[] {4}, random).tasks() > 1);
    assertTrue(
        check(1, new long[] {3, 100_003}, new long[] {100_007, 1}, new long[] {100_003, 1}, random)
                .tasks()
            > 1);
    assertTrue(check(2, new long[] {200_001}, new long[] {0}, new long[] {2}, random).tasks() > 1);
    assertTrue(
        check(4, new long[] {3, 70_001}, new long[] {4, 12}, new long[] {4 * 70_001, 4}, random)
                .tasks()
            > 1);
    assertTrue(
        check(4, new long[] {70_001, 3}, new long[] {4, 4 * 70_001}, new long[] {12, 4}, random)
                .tasks()
            > 1);
    assertTrue(
        check(
                    4,
                    new long[] {2, 130, 601},
                    new long[] {130 * 601 * 4, 4, 130 * 4},
                    new long[] {130 * 601 * 4, 601 * 4, 4},
                    random)
                .tasks()
            > 1);
    assertTrue(check(8, new long[] {60_001}, new long[] {-16}, new long[] {8}, random).tasks() > 1);
  }

  @Test
  void choosesTheFastKernels() {
    long[] image = {2, 64, 56, 57};
    assertKernel("tiles", StridedCopy.transpose(4, image, new int[] {0, 2, 3, 1}));
    assertKernel("tiles", StridedCopy.transpose(4, image, new int[] {0, 3, 1, 2}));
    assertKernel(
        "rows", StridedCopy.transpose(4, new long[] {2, 128, 12, 64}, new int[] {0, 2, 1, 3}));
    assertKernel("spread", StridedCopy.broadcast(4, new long[] {64, 1}, new long[] {2, 64, 77}));
    assertKernel("rows", StridedCopy.broadcast(4, new long[] {77}, new long[] {2, 64, 77}));
    assertKernel(
        "rows", StridedCopy.transpose(4, new long[] {1, 64, 1, 9}, new int[] {2, 1, 0, 3}));
    assertKernel(
        "join three", StridedCopy.transpose(4, new long[] {2, 3, 9, 7}, new int[] {0, 2, 3, 1}));
    assertKernel(
        "part three", StridedCopy.transpose(4, new long[] {2, 9, 7, 3}, new int[] {0, 3, 1, 2}));
    // Pairs of 2-byte elements move as one of 4.
    assertKernel("tiles", StridedCopy.transpose(2, new long[] {64, 48, 2}, new int[] {1, 0, 2}));
    assertKernel("elements", StridedCopy.of(4, new long[] {9}, new long[] {-4}, new long[] {4}));
    assertKernel(
        "nothing", StridedCopy.of(4, new long[] {3, 0}, new long[] {4, 4}, new long[] {4, 4}));
  }

  private static void assertKernel(String name, StridedCopy plan) {
    assertTrue(plan.describe().startsWith(name + " "), plan::describe);
  }

  @Test
  void namedPlansAgreeWithViews() {
    float[] src = {0, 1, 2, 3, 4, 5};
    try (Guarded from = Guarded.of(src, 4);
        Guarded to = Guarded.ofBytes(24, 0);
        Guarded wide = Guarded.ofBytes(48, 0)) {
      StridedCopy.transpose(4, new long[] {2, 3}, new int[] {1, 0})
          .run(from.address(), to.address(), 0);
      assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, to.toFloats());
      StridedCopy.broadcast(4, new long[] {2, 1, 3}, new long[] {2, 2, 3})
          .run(from.address(), wide.address(), 0);
      assertArrayEquals(new float[] {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5}, wide.toFloats());
    }
  }

  @Test
  void nothingAndScalars() {
    Random random = new Random(3);
    check(8, new long[] {}, new long[] {}, new long[] {}, random);
    check(1, new long[] {1, 1}, new long[] {0, -7}, new long[] {0, 3}, random);
    StridedCopy none = StridedCopy.of(4, new long[] {0, 5}, new long[] {20, 4}, new long[] {20, 4});
    assertEquals(1, none.tasks());
    none.run(0, 0, 0); // touches no memory
  }

  @Test
  void ninePlainAxesAreMerged() {
    long[] sizes = {2, 2, 2, 2, 2, 2, 2, 2, 3};
    long[] dense = StridedCopy.denseStrides(4, sizes);
    check(4, sizes, dense, dense, new Random(1));
  }

  @Test
  void errorsSayWhatIsWrong() {
    assertMessage(
        "1, 2, 4 or 8 bytes, got 3",
        () -> StridedCopy.of(3, new long[] {2}, new long[] {3}, new long[] {3}));
    assertMessage(
        "destination stride 0 along an axis of 2",
        () -> StridedCopy.of(4, new long[] {2}, new long[] {4}, new long[] {0}));
    assertMessage(
        "negative size", () -> StridedCopy.of(4, new long[] {-2}, new long[] {4}, new long[] {4}));
    assertMessage(
        "must be as many",
        () -> StridedCopy.of(4, new long[] {2}, new long[] {4, 4}, new long[] {4}));
    assertMessage(
        "not a permutation", () -> StridedCopy.transpose(4, new long[] {2, 3}, new int[] {1, 1}));
    assertMessage("does not fit", () -> StridedCopy.transpose(4, new long[] {2, 3}, new int[] {1}));
    assertMessage(
        "cannot be repeated", () -> StridedCopy.broadcast(4, new long[] {2, 3}, new long[] {2, 4}));
    assertMessage(
        "cannot be repeated", () -> StridedCopy.broadcast(4, new long[] {2, 3}, new long[] {3}));
    long[] apart = new long[9];
    long[] two = new long[9];
    Arrays.fill(two, 2);
    Arrays.setAll(apart, i -> 4L * (long) Math.pow(3, i));
    assertMessage("more than 8 axes", () -> StridedCopy.of(4, two, apart, apart));
  }

  private static void assertMessage(String part, Runnable plan) {
    var error = assertThrows(IllegalArgumentException.class, plan::run);
    assertTrue(String.valueOf(error.getMessage()).contains(part), error::getMessage);
  }
}
