package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElementReductionTests {
  private static final int OUTER = 3;
  private static final int INNER = 2;

  private static long[] random(int count) {
    Random random = new Random(count);
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextLong(-4, 5);
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 17})
  void reducesTheMiddleAxis(int axis) {
    long[] x = random(OUTER * axis * INNER);
    try (Guarded src = Guarded.of(x, 0);
        Guarded dst = Guarded.ofBytes(8L * OUTER * INNER, 0)) {
      for (ReduceKind kind : new ReduceKind[] {ReduceKind.SUM, ReduceKind.MAX, ReduceKind.PROD}) {
        ReduceElements.run(
            ElementType.I64, kind, src.address(), dst.address(), 0, OUTER * INNER, axis, INNER);
        for (int r = 0; r < OUTER * INNER; r++) {
          long expected = kind == ReduceKind.SUM ? 0 : kind == ReduceKind.PROD ? 1 : -100;
          for (int k = 0; k < axis; k++) {
            long v = x[(r / INNER * axis + k) * INNER + r % INNER];
            expected =
                switch (kind) {
                  case SUM -> expected + v;
                  case PROD -> expected * v;
                  default -> Math.max(expected, v);
                };
          }
          assertEquals(expected, Memory.ALL.get(Memory.I64, dst.address() + 8L * r), kind.name());
        }
        dst.assertIntact();
      }
    }
  }

  @Test
  void theFirstNaNIsBothLargestAndSmallest() {
    double[] x = {1, Double.NaN, 5, Double.NaN};
    try (Guarded src = Guarded.of(x, 0);
        Guarded dst = Guarded.ofBytes(8, 0)) {
      for (boolean min : new boolean[] {false, true}) {
        ArgReduceElements.run(
            ElementType.F64, min, false, src.address(), dst.address(), 0, 1, 4, 1);
        assertEquals(1, Memory.ALL.get(Memory.I64, dst.address()));
      }
      dst.assertIntact();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16, 17})
  void theFirstOrLastOfEqualsWins(int axis) {
    byte[] x = new byte[axis * INNER];
    for (int i = 0; i < x.length; i++) {
      x[i] = (byte) (i / INNER % 3 == 1 ? 200 : 7);
    }
    try (Guarded src = Guarded.of(x, 1);
        Guarded dst = Guarded.ofBytes(8L * INNER, 0)) {
      for (boolean last : new boolean[] {false, true}) {
        int best = axis == 1 ? 0 : 1;
        for (int k = 2; last && k < axis; k++) {
          best = k % 3 == 1 ? k : best;
        }
        ArgReduceElements.run(
            ElementType.U8, false, last, src.address(), dst.address(), 0, INNER, axis, INNER);
        assertEquals(best, Memory.ALL.get(Memory.I64, dst.address()));
        assertEquals(best, Memory.ALL.get(Memory.I64, dst.address() + 8));
      }
      dst.assertIntact();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-9, -2, 0, 1, 4, 40})
  void aTriangleStaysAndTheRestIsZero(int diagonal) {
    int rows = 5;
    int columns = 17;
    byte[] x = new byte[2 * rows * columns];
    java.util.Arrays.fill(x, (byte) 3);
    for (boolean upper : new boolean[] {false, true}) {
      try (Guarded src = Guarded.of(x, 0);
          Guarded dst = Guarded.ofBytes(x.length, 0)) {
        Triangle triangle = Triangle.of(1, 2, rows, columns, upper, diagonal);
        for (int task = 0; task < triangle.tasks(); task++) {
          triangle.run(src.address(), dst.address(), task);
        }
        for (int i = 0; i < x.length; i++) {
          int distance = i % columns - i / columns % rows;
          boolean stays = upper ? distance >= diagonal : distance <= diagonal;
          assertEquals(stays ? 3 : 0, Memory.ALL.get(Memory.I8, dst.address() + i));
        }
        dst.assertIntact();
      }
    }
  }
}
