package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class GatherTests {
  private static final int L = Lanes.F32_LENGTH;

  static Guarded indices(long[] values, int indexBytes) {
    if (indexBytes == 8) {
      return Guarded.of(values, 8);
    }
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) values[i];
    }
    return Guarded.of(ints, 4);
  }

  /** Random indices in [-bound, bound). */
  static long[] randomIndices(int count, long bound, Random random) {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextLong(-bound, bound);
    }
    return values;
  }

  @Test
  void takesSlices() {
    Random random = new Random(1);
    int tasks = 0;
    for (int outer : new int[] {0, 1, 3, 40}) {
      for (int axis : new int[] {1, 7, 30}) {
        for (int inner : new int[] {0, 1, 2, 3, 4, 8, 12, 4 * L - 1, 4 * L, 4 * L + 4, 300}) {
          for (int count : new int[] {0, 1, 5, 65}) {
            for (int indexBytes : new int[] {4, 8}) {
              tasks = Math.max(tasks, check(outer, axis, inner, count, indexBytes, random));
            }
          }
        }
      }
    }
    assertTrue(tasks > 1);
    check(1, 1000, 4, 100_000, 8, random); // many tasks in one slice
    check(1, 50, 3072, 384, 8, random); // an embedding
  }

  private static int check(
      int outer, int axis, int inner, int count, int indexBytes, Random random) {
    byte[] src = new byte[outer * axis * inner];
    random.nextBytes(src);
    long[] index = randomIndices(count, axis, random);
    byte[] expected = new byte[outer * count * inner];
    for (int o = 0; o < outer; o++) {
      for (int k = 0; k < count; k++) {
        int from = (int) (index[k] < 0 ? index[k] + axis : index[k]);
        for (int i = 0; i < inner; i++) {
          expected[(o * count + k) * inner + i] = src[(o * axis + from) * inner + i];
        }
      }
    }
    Gather plan = Gather.of(outer, axis, inner, count, indexBytes);
    try (Guarded from = Guarded.of(src, 4);
        Guarded at = indices(index, indexBytes);
        Guarded to = Guarded.ofBytes(expected.length, 4)) {
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.run(from.address(), at.address(), to.address(), task);
      }
      assertArrayEquals(expected, to.toBytes(), outer + " " + axis + " " + inner);
    }
    return plan.tasks();
  }

  @Test
  void namesTheIndexAndTheBoundAndWritesNothing() {
    for (long bad : new long[] {5, -6, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      for (int indexBytes : new int[] {4, 8}) {
        try (Guarded src = Guarded.of(new float[10], 0);
            Guarded at = indices(new long[] {0, 4, bad, 1}, indexBytes);
            Guarded dst = Guarded.of(new float[8], 0)) {
          Gather plan = Gather.of(1, 5, 8, 4, indexBytes);
          var error =
              assertThrows(
                  IndexOutOfBoundsException.class,
                  () -> plan.run(src.address(), at.address(), dst.address(), 0));
          assertEquals(
              "gather: index "
                  + bad
                  + " at position 2 is out of bounds for an axis of 5 elements, must be in [-5, 4]",
              error.getMessage());
          assertArrayEquals(new float[8], dst.toFloats());
        }
      }
    }
    try (Guarded at = indices(new long[] {0}, 8)) {
      Gather empty = Gather.of(1, 0, 4, 1, 8);
      assertThrows(IndexOutOfBoundsException.class, () -> empty.run(0, at.address(), 0, 0));
    }
  }

  @Test
  void oneHot() {
    Random random = new Random(2);
    for (int elementBytes : new int[] {1, 2, 4, 8}) {
      for (int outer : new int[] {0, 1, 9, 400}) {
        for (int inner : new int[] {0, 1, 5}) {
          for (int depth : new int[] {0, 1, 10, 67}) {
            checkOneHot(elementBytes, outer, depth, inner, random);
          }
        }
      }
    }
    assertTrue(OneHot.of(4, 400, 1000, 1, 8).tasks() > 1);
  }

  private static void checkOneHot(
      int elementBytes, int outer, int depth, int inner, Random random) {
    long[] index = randomIndices(outer * inner, depth + 2L, random); // some outside
    byte[] expected = new byte[outer * depth * inner * elementBytes];
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < inner; i++) {
        long k = index[o * inner + i];
        for (int d = 0; d < depth; d++) {
          boolean on = k == d || k == d - depth;
          for (int b = 0; b < elementBytes; b++) {
            expected[((o * depth + d) * inner + i) * elementBytes + b] = (byte) (on ? b + 1 : 9);
          }
        }
      }
    }
    OneHot plan = OneHot.of(elementBytes, outer, depth, inner, 8);
    try (Guarded at = indices(index, 8);
        Guarded to = Guarded.ofBytes(expected.length, 4)) {
      for (int task = 0; task < plan.tasks(); task++) {
        plan.run(at.address(), to.address(), 0x0807060504030201L, 0x0909090909090909L, task);
      }
      assertArrayEquals(expected, to.toBytes());
    }
  }

  @Test
  void errors() {
    assertThrows(IllegalArgumentException.class, () -> Gather.of(1, 5, 4, 1, 2));
    assertThrows(IllegalArgumentException.class, () -> Gather.of(1, -5, 4, 1, 4));
    assertThrows(IllegalArgumentException.class, () -> OneHot.of(4, 1, -1, 1, 8));
  }
}
