package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gathers and scatters by coordinates; data are small whole numbers, exact in every type. */
class ScatterTests {
  private static final ElementType[] NUMBERS = {
    ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64
  };

  private static double combine(ScatterReduction reduction, double a, double b) {
    return switch (reduction) {
      case NONE -> b;
      case ADD -> a + b;
      case MUL -> a * b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
    };
  }

  private static double[] small(int count, Random random) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextBoolean() ? 1 + random.nextInt(3) : -2; // no zero: integers have no -0
    }
    return values;
  }

  private static Guarded buffer(ElementType type, double[] values) {
    Guarded g = Guarded.ofBytes((long) values.length * type.bytes(), 8);
    for (int i = 0; i < values.length; i++) {
      long at = g.address() + (long) i * type.bytes();
      switch (type) {
        case F32 -> Memory.ALL.set(Memory.F32, at, (float) values[i]);
        case F64 -> Memory.ALL.set(Memory.F64, at, values[i]);
        case I32 -> Memory.ALL.set(Memory.I32, at, (int) values[i]);
        case I64 -> Memory.ALL.set(Memory.I64, at, (long) values[i]);
        case I16 -> Memory.ALL.set(Memory.I16, at, (short) values[i]);
        default -> Memory.ALL.set(Memory.I8, at, (byte) values[i]);
      }
    }
    return g;
  }

  private static double[] values(ElementType type, Guarded g, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      long at = g.address() + (long) i * type.bytes();
      values[i] =
          switch (type) {
            case F32 -> Memory.ALL.get(Memory.F32, at);
            case F64 -> Memory.ALL.get(Memory.F64, at);
            case I32 -> Memory.ALL.get(Memory.I32, at);
            case I64 -> Memory.ALL.get(Memory.I64, at);
            case I16 -> Memory.ALL.get(Memory.I16, at);
            default -> Memory.ALL.get(Memory.I8, at);
          };
    }
    return values;
  }

  private static int product(long... sizes) {
    long product = 1;
    for (long size : sizes) {
      product *= size;
    }
    return (int) product;
  }

  @ParameterizedTest
  @EnumSource(ScatterReduction.class)
  void elementsAlongAnAxis(ScatterReduction reduction) {
    Random random = new Random(3);
    ElementType[] types =
        reduction == ScatterReduction.NONE
            ? new ElementType[] {ElementType.I8, ElementType.I16, ElementType.F32, ElementType.F64}
            : NUMBERS;
    for (int round = 0; round < 200; round++) {
      int rank = 1 + random.nextInt(4);
      int axis = random.nextInt(rank);
      long[] dataSizes = new long[rank];
      long[] indexSizes = new long[rank];
      for (int i = 0; i < rank; i++) {
        dataSizes[i] = 1L + random.nextInt(6);
        indexSizes[i] = i == axis ? random.nextInt(9) : random.nextInt((int) dataSizes[i] + 1);
      }
      checkElements(
          types[random.nextInt(types.length)],
          reduction,
          dataSizes,
          indexSizes,
          axis,
          round % 2 == 0 ? 4 : 8,
          random);
    }
    long[] large = {20, 50, 40};
    checkElements(types[2], reduction, large, large, 1, 8, random);
    assertTrue(AxisElements.gather(ElementType.F32, large, large, 1, 8).tasks() > 1);
  }

  private static void checkElements(
      ElementType type,
      ScatterReduction reduction,
      long[] dataSizes,
      long[] indexSizes,
      int axis,
      int indexBytes,
      Random random) {
    int rank = dataSizes.length;
    int count = product(indexSizes);
    double[] data = small(product(dataSizes), random);
    double[] updates = small(count, random);
    long[] index = GatherTests.randomIndices(count, dataSizes[axis], random);
    double[] scattered = data.clone();
    double[] gathered = new double[count];
    long[] strides = StridedCopy.denseStrides(1, dataSizes);
    for (int i = 0; i < count; i++) {
      long rest = i;
      long at = 0;
      for (int a = rank - 1; a >= 0; a--) {
        long k = rest % indexSizes[a];
        rest /= indexSizes[a];
        if (a == axis) {
          k = Math.floorMod(index[i], dataSizes[axis]);
        }
        at += k * strides[a];
      }
      gathered[i] = data[(int) at];
      scattered[(int) at] = combine(reduction, scattered[(int) at], updates[i]);
    }
    try (Guarded to = buffer(type, data);
        Guarded from = buffer(type, updates);
        Guarded taken = buffer(type, new double[count]);
        Guarded at = GatherTests.indices(index, indexBytes)) {
      AxisElements gather = AxisElements.gather(type, dataSizes, indexSizes, axis, indexBytes);
      for (int task = gather.tasks() - 1; task >= 0; task--) {
        gather.gather(to.address(), at.address(), taken.address(), task);
      }
      assertArrayEquals(gathered, values(type, taken, count));
      AxisElements scatter =
          AxisElements.scatter(type, reduction, dataSizes, indexSizes, axis, indexBytes);
      for (int task = scatter.tasks() - 1; task >= 0; task--) {
        scatter.scatter(to.address(), at.address(), from.address(), task);
      }
      assertArrayEquals(scattered, values(type, to, data.length));
    }
  }

  @ParameterizedTest
  @EnumSource(ScatterReduction.class)
  void slices(ScatterReduction reduction) {
    Random random = new Random(4);
    for (int round = 0; round < 200; round++) {
      int rank = 1 + random.nextInt(4);
      long[] sizes = new long[rank];
      for (int i = 0; i < rank; i++) {
        sizes[i] = 1L + random.nextInt(5);
      }
      if (round % 3 == 0) {
        sizes[rank - 1] = 2L * Lanes.F32_LENGTH + random.nextInt(5);
      }
      int batchAxes = random.nextInt(rank);
      int tupleLength = random.nextInt(rank - batchAxes + 1);
      checkGather(NUMBERS[round % 4], sizes, batchAxes, random.nextInt(7), tupleLength, random);
      checkScatter(
          NUMBERS[round % 4],
          reduction,
          sizes,
          random.nextInt(7),
          random.nextInt(rank + 1),
          random);
    }
    checkScatter(ElementType.F32, reduction, new long[] {6, 20_011}, 9, 1, random);
    checkGather(ElementType.F32, new long[] {3, 40, 5000}, 1, 50, 1, random);
  }

  private static void checkGather(
      ElementType type, long[] sizes, int batchAxes, int tuples, int tupleLength, Random random) {
    double[] data = small(product(sizes), random);
    int batches = product(Arrays.copyOf(sizes, batchAxes));
    int slice = product(Arrays.copyOfRange(sizes, batchAxes + tupleLength, sizes.length));
    long[] index = tuples(sizes, batchAxes, batches * tuples, tupleLength, random);
    long[] strides = StridedCopy.denseStrides(1, sizes);
    double[] expected = new double[batches * tuples * slice];
    for (int t = 0; t < batches * tuples; t++) {
      long at = (long) (t / Math.max(1, tuples)) * (data.length / batches);
      for (int i = 0; i < tupleLength; i++) {
        at +=
            Math.floorMod(index[t * tupleLength + i], sizes[batchAxes + i])
                * strides[batchAxes + i];
      }
      System.arraycopy(data, (int) at, expected, t * slice, slice);
    }
    GatherNd plan = GatherNd.gather(type, sizes, batchAxes, tuples, tupleLength, 8);
    try (Guarded src = buffer(type, data);
        Guarded at = GatherTests.indices(index, 8);
        Guarded dst = buffer(type, new double[expected.length])) {
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.gather(src.address(), at.address(), dst.address(), task);
      }
      assertArrayEquals(expected, values(type, dst, expected.length));
    }
  }

  private static void checkScatter(
      ElementType type,
      ScatterReduction reduction,
      long[] sizes,
      int tuples,
      int tupleLength,
      Random random) {
    double[] data = small(product(sizes), random);
    int slice = product(Arrays.copyOfRange(sizes, tupleLength, sizes.length));
    double[] updates = small(tuples * slice, random);
    long[] index = tuples(sizes, 0, tuples, tupleLength, random);
    long[] strides = StridedCopy.denseStrides(1, sizes);
    double[] expected = data.clone();
    for (int t = 0; t < tuples; t++) {
      long at = 0;
      for (int i = 0; i < tupleLength; i++) {
        at += Math.floorMod(index[t * tupleLength + i], sizes[i]) * strides[i];
      }
      for (int s = 0; s < slice; s++) {
        int to = (int) at + s;
        expected[to] = combine(reduction, expected[to], updates[t * slice + s]);
      }
    }
    GatherNd plan = GatherNd.scatter(type, reduction, sizes, tuples, tupleLength, 4);
    try (Guarded dst = buffer(type, data);
        Guarded at = GatherTests.indices(index, 4);
        Guarded src = buffer(type, updates)) {
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.scatter(dst.address(), at.address(), src.address(), task);
      }
      assertArrayEquals(expected, values(type, dst, expected.length));
    }
  }

  private static long[] tuples(
      long[] sizes, int firstAxis, int tuples, int tupleLength, Random random) {
    long[] index = new long[tuples * tupleLength];
    for (int i = 0; i < index.length; i++) {
      long bound = sizes[firstAxis + i % tupleLength];
      index[i] = random.nextLong(-bound, bound);
    }
    return index;
  }

  @Test
  void badIndicesAreNamedBeforeAnythingIsWritten() {
    try (Guarded at = GatherTests.indices(new long[] {0, 2, 1, 3}, 8);
        Guarded data = buffer(ElementType.F32, new double[6]);
        Guarded other = buffer(ElementType.F32, new double[] {1, 1, 1, 1})) {
      long[] sizes = {2, 3};
      long[] two = {2, 2};
      AxisElements elements =
          AxisElements.scatter(ElementType.F32, ScatterReduction.ADD, sizes, two, 1, 8);
      var error =
          assertThrows(
              IndexOutOfBoundsException.class,
              () -> elements.scatter(data.address(), at.address(), other.address(), 0));
      assertEquals(
          "scatterElements: index 3 at position 3 is out of bounds for an axis of 3 elements, must"
              + " be in [-3, 2]",
          error.getMessage());
      GatherNd nd = GatherNd.scatter(ElementType.F32, ScatterReduction.NONE, sizes, 2, 2, 8);
      error =
          assertThrows(
              IndexOutOfBoundsException.class,
              () -> nd.scatter(data.address(), at.address(), other.address(), 0));
      assertTrue(String.valueOf(error.getMessage()).startsWith("scatterND: index 3 at position 3"));
      assertArrayEquals(new double[6], values(ElementType.F32, data, 6));
    }
  }

  @Test
  void errors() {
    long[] sizes = {2, 3};
    assertThrows(
        IllegalArgumentException.class,
        () -> AxisElements.gather(ElementType.F32, sizes, new long[] {3, 3}, 1, 8));
    assertThrows(
        IllegalArgumentException.class,
        () -> AxisElements.gather(ElementType.F32, sizes, sizes, 2, 8));
    assertThrows(
        IllegalArgumentException.class, () -> GatherNd.gather(ElementType.F32, sizes, 1, 1, 2, 8));
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> GatherNd.scatter(ElementType.BF16, ScatterReduction.ADD, sizes, 1, 1, 8));
    assertEquals(
        "scatterND: reduction ADD needs F32, F64, I32 or I64 elements, got BF16",
        error.getMessage());
  }
}
