package dev.gatun.vision;

import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The things of a mask, each with its pixels: what hangs together, or also what only touches.
 *
 * @param map int64 [height, width]: number of the thing from 1 on, 0 where there is none
 * @param parts the things in order of their numbers, which is that of their first pixels
 */
public record Components(Tensor map, List<Part> parts) {
  /**
   * A thing.
   *
   * @param number in the map
   * @param area in pixels
   * @param box around its pixels
   * @param x mean of its pixels' middles
   * @param y mean of its pixels' middles
   */
  public record Part(int number, long area, Box box, double x, double y) {}

  public Components {
    parts = List.copyOf(parts);
  }

  /**
   * What hangs together by sides or corners of pixels.
   *
   * @param mask whole numbers or booleans [height, width], not 0 where things are
   */
  public static Components of(Tensor mask) {
    return of(mask, true);
  }

  /**
   * What hangs together.
   *
   * @param corners whether pixels that share a corner only hang together
   */
  public static Components of(Tensor mask, boolean corners) {
    Mask m = Mask.of(mask);
    Flood flood = new Flood(m.height(), m.width(), corners);
    for (int i = 0; i < m.is().length; i++) {
      if (m.is()[i]) {
        flood.join(i, 0, 0);
      }
    }
    return of(flood.roots(), m.height(), m.width());
  }

  /**
   * Things that may touch or overlap a little, such as cells: a watershed of {@link DistanceMap},
   * whose basins are joined where the neck between them is hardly thinner than the thinner one
   * (dynamics; Grimaud 1992).
   *
   * @param mask whole numbers or booleans [height, width], not 0 where things are
   * @param depth by how many pixels the neck's half width must be less than that of both things; 1
   *     to 2 for outlines that are a little rough
   */
  public static Components separated(Tensor mask, double depth) {
    if (!(depth >= 0)) {
      throw new VisionException("necks are thinner by 0 pixels or more, not " + depth);
    }
    Mask m = Mask.of(mask);
    float[] distances = DistanceMap.of(m);
    Flood flood = new Flood(m.height(), m.width(), true);
    for (int i : fromTheMiddle(distances)) {
      flood.join(i, distances[i], depth);
    }
    return of(flood.roots(), m.height(), m.width());
  }

  /** Pixels of things, the deepest first, equal ones in their order. */
  private static int[] fromTheMiddle(float[] distances) {
    long[] keys = new long[distances.length];
    int count = 0;
    for (int i = 0; i < distances.length; i++) {
      if (distances[i] > 0) {
        // Bits of positive floats are in their order.
        keys[count++] = (long) -Float.floatToIntBits(distances[i]) << 32 | i;
      }
    }
    Arrays.sort(keys, 0, count);
    int[] pixels = new int[count];
    for (int i = 0; i < count; i++) {
      pixels[i] = (int) keys[i];
    }
    return pixels;
  }

  /** How many things there are. */
  public int count() {
    return parts.size();
  }

  /** Without things of fewer pixels; the others are numbered anew. */
  public Components atLeast(long area) {
    int[] roots = new int[Math.toIntExact(map.elements())];
    for (int i = 0; i < roots.length; i++) {
      int number = (int) map.getLong(i);
      roots[i] = number > 0 && parts.get(number - 1).area() >= area ? number : -1;
    }
    return of(roots, (int) map.shape().size(0), (int) map.shape().size(1));
  }

  /** Pixels of a thing have the same number of whatever kind, others a negative one. */
  private static Components of(int[] roots, int height, int width) {
    int[] numbers = new int[roots.length + 1];
    List<Sum> sums = new ArrayList<>();
    long[] map = new long[roots.length];
    for (int i = 0; i < roots.length; i++) {
      if (roots[i] >= 0) {
        if (numbers[roots[i]] == 0) {
          sums.add(new Sum(width, height));
          numbers[roots[i]] = sums.size();
        }
        map[i] = numbers[roots[i]];
        sums.get(numbers[roots[i]] - 1).add(i % width, i / width);
      }
    }
    List<Part> parts = new ArrayList<>();
    for (Sum sum : sums) {
      parts.add(sum.part(parts.size() + 1));
    }
    return new Components(Tensor.of(map, height, width), parts);
  }

  /** What is known of a thing's pixels. */
  private static final class Sum {
    private long area;
    private long x;
    private long y;
    private int left;
    private int top;
    private int right;
    private int bottom;

    Sum(int width, int height) {
      left = width;
      top = height;
    }

    void add(int column, int row) {
      area++;
      x += column;
      y += row;
      left = Math.min(left, column);
      top = Math.min(top, row);
      right = Math.max(right, column + 1);
      bottom = Math.max(bottom, row + 1);
    }

    Part part(int number) {
      Box box = new Box(left, top, right, bottom);
      return new Part(number, area, box, x / (double) area + 0.5, y / (double) area + 0.5);
    }
  }
}
