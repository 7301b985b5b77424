package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PadTests {
  private static final int L = Lanes.F32_LENGTH;

  /** The slow twin: walks a coordinate back into the tensor step by step; -1 is the constant. */
  private static long inside(long at, long first, long end, Pad.Mode mode) {
    long k = at;
    while (k < first || k >= end) {
      switch (mode) {
        case CONSTANT -> {
          return -1;
        }
        case EDGE -> k = k < first ? first : end - 1;
        case WRAP -> k += k < first ? end - first : first - end;
        case REFLECT -> {
          k = end - first == 1 ? first : k < first ? 2 * first - k : 2 * (end - 1) - k;
        }
      }
    }
    return k;
  }

  private static Pad check(
      int elementBytes, long[] sizes, long[] before, long[] after, Pad.Mode mode, Random random) {
    int rank = sizes.length;
    long[] dstSizes = new long[rank];
    long[] strides = StridedCopy.denseStrides(elementBytes, sizes);
    long count = 1;
    for (int i = 0; i < rank; i++) {
      dstSizes[i] = sizes[i] + before[i] + after[i];
      count *= dstSizes[i];
    }
    byte[] src = new byte[(int) (rank == 0 ? elementBytes : strides[0] * sizes[0])];
    random.nextBytes(src);
    long constant = random.nextLong();
    byte[] bits = new byte[8];
    for (int b = 0; b < 8; b++) {
      bits[b] = (byte) (constant >>> (8 * b));
    }
    byte[] expected = new byte[(int) count * elementBytes];
    for (int i = 0; i < count; i++) {
      long rest = i;
      long from = 0;
      boolean outside = false;
      for (int axis = rank - 1; axis >= 0; axis--) {
        long k =
            inside(
                rest % dstSizes[axis] - before[axis],
                Math.max(0, -before[axis]),
                sizes[axis] - Math.max(0, -after[axis]),
                mode);
        rest /= dstSizes[axis];
        outside |= k < 0;
        from += k * strides[axis];
      }
      System.arraycopy(
          outside ? bits : src, outside ? 0 : (int) from, expected, i * elementBytes, elementBytes);
    }
    Pad pad = Pad.of(elementBytes, sizes, before, after, mode);
    assertArrayEquals(dstSizes, pad.dstSizes());
    try (Guarded from = Guarded.of(src, 4);
        Guarded to = Guarded.ofBytes(expected.length, random.nextInt(16))) {
      for (int task = pad.tasks() - 1; task >= 0; task--) {
        pad.run(from.address(), to.address(), constant, task);
      }
      assertArrayEquals(
          expected,
          to.toBytes(),
          () ->
              mode
                  + " "
                  + elementBytes
                  + " "
                  + Arrays.toString(sizes)
                  + Arrays.toString(before)
                  + Arrays.toString(after));
    }
    return pad;
  }

  @ParameterizedTest
  @EnumSource(Pad.Mode.class)
  void agreesWithTheSlowTwin(Pad.Mode mode) {
    Random random = new Random(5);
    long[] interesting = {1, 2, 3, 5, 7, L, L + 1, 4L * L + 3};
    for (int round = 0; round < 400; round++) {
      int rank = random.nextInt(5);
      long[] sizes = new long[rank];
      long[] before = new long[rank];
      long[] after = new long[rank];
      long count = 1;
      for (int i = 0; i < rank; i++) {
        sizes[i] = count > 500 ? 2 : interesting[random.nextInt(interesting.length)];
        if (random.nextBoolean()) {
          before[i] = random.nextInt(10) - Math.min(3, sizes[i] - 1);
          long left = sizes[i] + Math.min(0, before[i]);
          after[i] = random.nextInt(10) - Math.min(3, left - 1);
        }
        count *= sizes[i] + before[i] + after[i];
      }
      check(1 << random.nextInt(4), sizes, before, after, mode, random);
    }
  }

  @Test
  void imagesAndEmptyTensors() {
    Random random = new Random(6);
    long[] none = {0, 0, 0, 0};
    long[] one = {0, 1, 1, 0};
    Pad pad = check(4, new long[] {2, 56, 57, 33}, one, one, Pad.Mode.CONSTANT, random);
    assertTrue(pad.tasks() > 1);
    check(4, new long[] {2, 56, 57, 3}, one, one, Pad.Mode.REFLECT, random);
    check(4, new long[] {2, 3, 5, 3}, none, none, Pad.Mode.EDGE, random);
    check(4, new long[] {2, 0, 5, 3}, one, one, Pad.Mode.CONSTANT, random);
    check(4, new long[] {2, 4, 5, 3}, new long[] {0, -4, 0, 0}, none, Pad.Mode.REFLECT, random);
    check(8, new long[] {}, new long[] {}, new long[] {}, Pad.Mode.CONSTANT, random);
  }

  @Test
  void errors() {
    long[] sizes = {2, 3};
    long[] zero = {0, 0};
    message("would have -1 elements", sizes, new long[] {0, -4}, zero, Pad.Mode.CONSTANT);
    message("need as many amounts", sizes, new long[] {1}, zero, Pad.Mode.CONSTANT);
    message(
        "no element to REFLECT from", new long[] {2, 0}, new long[] {0, 1}, zero, Pad.Mode.REFLECT);
  }

  private static void message(
      String part, long[] sizes, long[] before, long[] after, Pad.Mode mode) {
    var error =
        assertThrows(IllegalArgumentException.class, () -> Pad.of(4, sizes, before, after, mode));
    assertTrue(String.valueOf(error.getMessage()).contains(part), error::getMessage);
  }
}
