package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Things of a mask, counted. */
class ComponentsTests {
  private static Tensor random(int height, int width, double share, long seed) {
    Random random = new Random(seed);
    long[] values = new long[height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextDouble() < share ? 1 + random.nextInt(3) : 0;
    }
    return Tensor.of(values, height, width);
  }

  /** The slow twin: from each pixel that has no number yet to all that can be reached. */
  private static long[] numbers(Tensor mask, boolean corners) {
    int height = (int) mask.shape().size(0);
    int width = (int) mask.shape().size(1);
    long[] numbers = new long[height * width];
    long count = 0;
    for (int first = 0; first < numbers.length; first++) {
      if (mask.getLong(first) == 0 || numbers[first] != 0) {
        continue;
      }
      count++;
      Deque<Integer> open = new ArrayDeque<>();
      open.add(first);
      numbers[first] = count;
      while (!open.isEmpty()) {
        int at = open.removeFirst();
        for (int k = 0; k < 9; k++) {
          int y = at / width + k / 3 - 1;
          int x = at % width + k % 3 - 1;
          boolean near = corners || k % 2 == 1;
          if (near && y >= 0 && x >= 0 && y < height && x < width) {
            int other = y * width + x;
            if (mask.getLong(other) != 0 && numbers[other] == 0) {
              numbers[other] = count;
              open.add(other);
            }
          }
        }
      }
    }
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatHangsTogetherIsOneThing(boolean corners) {
    for (int i = 0; i < 12; i++) {
      Tensor mask = random(5 + 3 * i, 37 - 2 * i, 0.3 + 0.03 * i, i);
      Components found = Components.of(mask, corners);
      long[] expected = numbers(mask, corners);
      assertEquals(Tensor.of(expected, mask.shape().size(0), mask.shape().size(1)), found.map());
      for (Components.Part part : found.parts()) {
        long area = java.util.Arrays.stream(expected).filter(n -> n == part.number()).count();
        assertEquals(area, part.area());
      }
    }
  }

  @Test
  void thingsHavePlacesAndSizes() {
    Tensor mask =
        Tensor.of(
            new boolean[] {
              true, true, false, false, false,
              true, true, false, false, true,
              false, false, false, false, true
            },
            3,
            5);
    Components found = Components.of(mask);
    assertEquals(2, found.count());
    assertEquals(new Components.Part(1, 4, new Box(0, 0, 2, 2), 1, 1), found.parts().get(0));
    assertEquals(new Components.Part(2, 2, new Box(4, 1, 5, 3), 4.5, 2), found.parts().get(1));
    Components large = found.atLeast(3);
    assertEquals(1, large.count());
    assertEquals(0, large.map().getLong(9));
    assertEquals(0, found.atLeast(5).count());
    assertEquals(0, Components.of(Tensor.of(new long[0], 0, 4)).count());
  }

  @Test
  void distancesAreThoseToTheNearestPixelBeside() {
    for (int i = 0; i < 6; i++) {
      Tensor mask = random(9 + i, 23 - i, 0.9, 50 + i);
      int width = 23 - i;
      Tensor found = DistanceMap.of(mask);
      for (int p = 0; p < mask.elements(); p++) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int q = 0; q < mask.elements(); q++) {
          if (mask.getLong(q) == 0) {
            double far = Math.hypot(p / width - q / width, p % width - q % width);
            nearest = Math.min(nearest, far);
          }
        }
        assertEquals(nearest, found.getFloat(p), 1e-5);
      }
    }
    Tensor full = Tensor.of(new long[] {1, 1, 1, 1}, 2, 2);
    assertEquals(Float.POSITIVE_INFINITY, DistanceMap.of(full).getFloat(3));
    assertEquals(1, Components.separated(full, 1).count());
  }

  /** A mask of discs. */
  private static Tensor discs(int side, double[][] discs) {
    long[] mask = new long[side * side];
    for (double[] disc : discs) {
      for (int i = 0; i < mask.length; i++) {
        int row = i / side;
        if (Math.hypot(i % side + 0.5 - disc[0], row + 0.5 - disc[1]) < disc[2]) {
          mask[i] = 1;
        }
      }
    }
    return Tensor.of(mask, side, side);
  }

  @Test
  void discsThatTouchAreTwo() {
    double[][] pair = {{15, 20, 9}, {31, 22, 8}};
    assertEquals(1, Components.of(discs(48, pair)).count());
    Components apart = Components.separated(discs(48, pair), 1);
    assertEquals(2, apart.count());
    for (int i = 0; i < 2; i++) {
      Components.Part part = apart.parts().get(i);
      assertEquals(pair[i][0], part.x(), 0.7);
      assertEquals(pair[i][1], part.y(), 0.7);
      assertEquals(Math.PI * pair[i][2] * pair[i][2], (double) part.area(), 12);
    }
    // Nearly the same disc twice is one thing with a long outline.
    assertEquals(
        1, Components.separated(discs(48, new double[][] {{15, 20, 9}, {18, 20, 9}}), 1).count());
    // A square has ridges to its corners, which are no things.
    long[] square = new long[48 * 48];
    for (int i = 0; i < square.length; i++) {
      square[i] = i % 48 > 5 && i % 48 < 30 && i / 48 > 10 && i / 48 < 40 ? 1 : 0;
    }
    assertEquals(1, Components.separated(Tensor.of(square, 48, 48), 1).count());
  }

  /** Chains and heaps of discs with rough outlines: the count is off by at most 5 %. */
  @Test
  void manyDiscsThatTouchAreCounted() {
    Random random = new Random(12);
    int side = 240;
    double[][] discs = new double[90][];
    for (int i = 0; i < discs.length; ) {
      double radius = 7 + 5 * random.nextDouble();
      double x = radius + (side - 2 * radius) * random.nextDouble();
      double y = radius + (side - 2 * radius) * random.nextDouble();
      boolean free = true;
      for (int k = 0; k < i; k++) {
        double far = Math.hypot(discs[k][0] - x, discs[k][1] - y);
        free &= far > 0.95 * (discs[k][2] + radius);
      }
      if (free) {
        discs[i++] = new double[] {x, y, radius};
      }
    }
    Tensor mask = discs(side, discs);
    int together = Components.of(mask).count();
    int found = Components.separated(mask, 1).count();
    assertTrue(together < 60, together + " by what hangs together");
    assertTrue(Math.abs(found - 90) <= 0.05 * 90, found + " of 90");
  }

  @Test
  void badMasksAreNamed() {
    Tensor floats = Tensor.of(new float[4], 2, 2);
    String message =
        String.valueOf(
            assertThrows(VisionException.class, () -> Components.of(floats)).getMessage());
    assertTrue(message.contains("whole numbers or booleans [height, width]"), message);
    Tensor flat = Tensor.of(new long[4], 4);
    assertThrows(VisionException.class, () -> DistanceMap.of(flat));
    assertThrows(
        VisionException.class,
        () -> Components.separated(flat.reshape(dev.gatun.core.tensor.Shape.of(2, 2)), -1));
  }
}
