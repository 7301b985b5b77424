package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sorts, selections and scans against boxed collections and double loops. */
class SortTests {
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void selectsAndSorts(ElementType type) {
    Random random = new Random(31);
    int[][] shapes = {
      {1, 1, 1}, {2, 5, 3}, {1, 8, 1}, {3, 9, 1}, {1, 100, 2}, {2, 0, 2}, {0, 4, 1}
    };
    for (int[] s : shapes) {
      for (int k : new int[] {0, 1, 2, s[1] / 8, s[1]}) {
        if (k <= s[1]) {
          check(type, s[0], s[1], s[2], k, true, random);
          check(type, s[0], s[1], s[2], k, false, random);
        }
      }
    }
    check(type, 1, 3000, 1, 5, true, random);
    check(type, 1, 3000, 1, 3000, false, random);
  }

  private static void check(
      ElementType type, int outer, int axis, int inner, int k, boolean largest, Random random) {
    byte[] src = new byte[outer * axis * inner * type.bytes()];
    random.nextBytes(src);
    TopK plan = TopK.of(type, outer, axis, inner, k, largest);
    int results = outer * k * inner;
    try (Guarded from = Guarded.of(src, 8);
        Guarded values = Guarded.ofBytes((long) results * type.bytes(), 8);
        Guarded positions = Guarded.ofBytes(8L * results, 8);
        Guarded scratch = Guarded.ofBytes(plan.scratchBytes(), 0)) {
      if (type == ElementType.BOOL || type.isFloating()) { // ties, zeros of both signs, NaN
        for (int i = 0; i < outer * axis * inner; i++) {
          plant(type, from.address() + (long) i * type.bytes(), random);
        }
      }
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.run(from.address(), values.address(), positions.address(), scratch.address(), task);
      }
      long[] actual = positions.toLongs();
      for (int o = 0; o < outer; o++) {
        for (int i = 0; i < inner; i++) {
          Integer[] order = new Integer[axis];
          Arrays.setAll(order, p -> p);
          long base = from.address() + ((long) o * axis * inner + i) * type.bytes();
          Comparator<Integer> byValue =
              (x, y) -> compare(type, at(type, base, x, inner), at(type, base, y, inner));
          Arrays.sort(order, largest ? byValue.reversed() : byValue); // stable
          for (int r = 0; r < k; r++) {
            int to = (o * k + r) * inner + i;
            assertEquals((long) order[r], actual[to]);
            for (int b = 0; b < type.bytes(); b++) {
              assertEquals(
                  Memory.ALL.get(Memory.I8, at(type, base, order[r], inner) + b),
                  Memory.ALL.get(Memory.I8, values.address() + (long) to * type.bytes() + b));
            }
          }
        }
      }
    }
  }

  private static void plant(ElementType type, long at, Random random) {
    float[] special = {0f, -0f, Float.NaN, 1f, -1f, Float.POSITIVE_INFINITY, -1e-40f};
    float v = special[random.nextInt(special.length)];
    switch (type) {
      case BOOL -> Memory.ALL.set(Memory.I8, at, (byte) random.nextInt(2));
      case F32 -> Memory.ALL.set(Memory.F32, at, v);
      case F64 -> Memory.ALL.set(Memory.F64, at, v);
      case F16 -> Memory.ALL.set(Memory.I16, at, Float.floatToFloat16(v));
      default -> Memory.ALL.set(Memory.I16, at, (short) (Float.floatToRawIntBits(v) >>> 16));
    }
  }

  private static long at(ElementType type, long base, long position, int inner) {
    return base + position * inner * type.bytes();
  }

  /** NumPy's order: NaN above everything, zeros equal. */
  private static int compare(ElementType type, long x, long y) {
    if (type == ElementType.I64) {
      return Long.compare(Memory.ALL.get(Memory.I64, x), Memory.ALL.get(Memory.I64, y));
    }
    if (type == ElementType.U64) {
      return Long.compareUnsigned(Memory.ALL.get(Memory.I64, x), Memory.ALL.get(Memory.I64, y));
    }
    double a = CastElements.realAt(type, x);
    double b = CastElements.realAt(type, y);
    return a == b ? 0 : Double.compare(a, b);
  }

  @Test
  void errorsOfSelections() {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> TopK.of(ElementType.F32, 1, 4, 1, 5, true));
    assertEquals("topK: k must be in [0, 4], the size of the axis, got 5", error.getMessage());
    assertTrue(TopK.sort(ElementType.F32, 64, 1000, 1, false).tasks() > 1);
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"F32", "F64", "I32", "I64"})
  void accumulates(ElementType type) {
    Random random = new Random(32);
    int[][] shapes = {
      {1, 1, 1}, {3, 7, 1}, {2, 5, 3}, {2, 4, 67}, {1, 3, 16}, {2, 0, 3}, {0, 2, 2}
    };
    for (int[] s : shapes) {
      for (int mode = 0; mode < 8; mode++) {
        checkScan(
            type, s[0], s[1], s[2], (mode & 1) != 0, (mode & 2) != 0, (mode & 4) != 0, random);
      }
    }
    checkScan(type, 1, 50, 1500, false, true, false, random);
    assertTrue(Cumulative.of(type, Cumulative.Kind.SUM, 1, 50, 1500, true, false).tasks() > 1);
  }

  private static void checkScan(
      ElementType type,
      int outer,
      int axis,
      int inner,
      boolean product,
      boolean exclusive,
      boolean reverse,
      Random random) {
    int count = outer * axis * inner;
    double[] src = new double[count];
    for (int i = 0; i < count; i++) {
      src[i] = product ? 1 + random.nextInt(2) : random.nextInt(9) - 4; // exact in every type
    }
    double[] expected = new double[count];
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < inner; i++) {
        double acc = product ? 1 : 0;
        for (int step = 0; step < axis; step++) {
          int at = (o * axis + (reverse ? axis - 1 - step : step)) * inner + i;
          double next = product ? acc * src[at] : acc + src[at];
          expected[at] = exclusive ? acc : next;
          acc = next;
        }
      }
    }
    Cumulative plan =
        Cumulative.of(
            type,
            product ? Cumulative.Kind.PRODUCT : Cumulative.Kind.SUM,
            outer,
            axis,
            inner,
            exclusive,
            reverse);
    try (Guarded doubles = Guarded.of(src, 0);
        Guarded from = Guarded.ofBytes((long) count * type.bytes(), 8);
        Guarded to = Guarded.ofBytes((long) count * type.bytes(), 8);
        Guarded back = Guarded.ofBytes(8L * count, 0)) {
      Cast narrow = Cast.of(ElementType.F64, type, count);
      for (int task = 0; task < narrow.tasks(); task++) {
        narrow.run(doubles.address(), from.address(), task);
      }
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.run(from.address(), to.address(), task);
      }
      Cast widen = Cast.of(type, ElementType.F64, count);
      for (int task = 0; task < widen.tasks(); task++) {
        widen.run(to.address(), back.address(), task);
      }
      assertArrayEquals(expected, back.toDoubles());
    }
  }

  @Test
  void errorsOfScans() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Cumulative.of(ElementType.U8, Cumulative.Kind.SUM, 1, 1, 1, false, false));
    assertThrows(
        IllegalArgumentException.class,
        () -> Cumulative.of(ElementType.F32, Cumulative.Kind.SUM, 1, -1, 1, false, false));
  }
}
