package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SliceScatterTests {
  @Test
  void writesSlices() {
    Random random = new Random(1);
    int tasks = 0;
    for (SliceScatter.Ends ends : SliceScatter.Ends.values()) {
      for (int batches : new int[] {1, 3}) {
        for (int middle : new int[] {1, 5}) {
          for (int axis : new int[] {1, 7, 12}) {
            for (int count : new int[] {0, 1, 5, 7}) {
              for (int inner : new int[] {0, 1, 4, 60, 64, 300}) {
                tasks =
                    Math.max(tasks, check(ends, batches, middle, axis, count, inner, 4, random));
              }
            }
          }
        }
      }
    }
    tasks = Math.max(tasks, check(SliceScatter.Ends.CLIP, 2, 12, 64, 40, 256, 8, random));
    assertTrue(tasks > 1);
  }

  private static int check(
      SliceScatter.Ends ends,
      int batches,
      int middle,
      int axis,
      int count,
      int inner,
      int startBytes,
      Random random) {
    boolean clips = ends == SliceScatter.Ends.CLIP;
    if (!clips && count > axis) {
      return 0;
    }
    int outer = batches * middle;
    byte[] update = new byte[outer * count * inner];
    byte[] expected = new byte[Math.multiplyExact(outer, axis * inner)];
    random.nextBytes(update);
    random.nextBytes(expected);
    long[] starts = new long[batches];
    for (int b = 0; b < batches; b++) {
      starts[b] =
          switch (ends) {
            case FAIL -> random.nextLong(axis - count + 1);
            case WRAP -> random.nextLong(3L * axis);
            case CLIP -> random.nextLong(-count - 2L, axis + 3L);
          };
    }
    byte[] before = expected.clone();
    for (int o = 0; o < outer; o++) {
      for (int t = 0; t < count; t++) {
        long at = starts[o / middle] + t;
        at = ends == SliceScatter.Ends.WRAP ? at % axis : at;
        for (int i = 0; i < inner && at >= 0 && at < axis; i++) {
          int to = Math.toIntExact((o * (long) axis + at) * inner + i);
          expected[to] = update[(o * count + t) * inner + i];
        }
      }
    }
    SliceScatter plan = new SliceScatter(outer, batches, axis, count, inner, startBytes, ends);
    try (Guarded from = Guarded.of(update, 4);
        Guarded at = GatherTests.indices(starts, startBytes);
        Guarded to = Guarded.of(before, 4)) {
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.run(from.address(), at.address(), to.address(), task);
      }
      assertArrayEquals(expected, to.toBytes(), ends + " " + axis + " " + count + " " + inner);
    }
    return plan.tasks();
  }

  @Test
  void extremeStartsAreClipped() {
    for (long start : new long[] {Long.MIN_VALUE, -5, 7, Long.MAX_VALUE}) {
      byte[] before = {1, 2, 3, 4, 5, 6, 7};
      SliceScatter plan = new SliceScatter(1, 1, 7, 5, 1, 8, SliceScatter.Ends.CLIP);
      try (Guarded from = Guarded.of(new byte[5], 4);
          Guarded at = GatherTests.indices(new long[] {start}, 8);
          Guarded to = Guarded.of(before, 4)) {
        plan.run(from.address(), at.address(), to.address(), 0);
        assertArrayEquals(before, to.toBytes());
      }
    }
  }

  @Test
  void namesWhatDoesNotFit() {
    for (long start : new long[] {-1, 3, Long.MAX_VALUE}) {
      SliceScatter plan = new SliceScatter(1, 1, 7, 5, 1, 8, SliceScatter.Ends.FAIL);
      byte[] before = {1, 2, 3, 4, 5, 6, 7};
      try (Guarded from = Guarded.of(new byte[5], 4);
          Guarded at = GatherTests.indices(new long[] {start}, 8);
          Guarded to = Guarded.of(before, 4)) {
        IndexOutOfBoundsException error =
            assertThrows(
                IndexOutOfBoundsException.class,
                () -> plan.run(from.address(), at.address(), to.address(), 0));
        assertTrue(String.valueOf(error.getMessage()).contains("[" + start), error.toString());
        assertArrayEquals(before, to.toBytes());
      }
    }
  }
}
