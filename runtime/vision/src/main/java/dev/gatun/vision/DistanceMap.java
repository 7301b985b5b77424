package dev.gatun.vision;

import dev.gatun.core.tensor.Tensor;

/**
 * How deep each pixel lies in a thing: the exact distance of its middle to the middle of the
 * nearest pixel of the picture that is not the thing's (Felzenszwalb and Huttenlocher 2012).
 */
public final class DistanceMap {
  /** Farther than anything in a picture; squares of it are whole in a double. */
  private static final double FAR = 1e7;

  /**
   * Distances in pixels.
   *
   * @param mask whole numbers or booleans [height, width], not 0 where the thing is
   * @return float32 [height, width], 0 beside the thing, infinite where nothing is beside it
   */
  public static Tensor of(Tensor mask) {
    Mask m = Mask.of(mask);
    return Tensor.of(of(m), m.height(), m.width());
  }

  static float[] of(Mask mask) {
    int height = mask.height();
    int width = mask.width();
    double[] squares = new double[mask.is().length];
    for (int i = 0; i < squares.length; i++) {
      squares[i] = mask.is()[i] ? FAR * FAR : 0;
    }
    Lines lines = new Lines(Math.max(height, width));
    for (int x = 0; x < width; x++) {
      lines.run(squares, x, width, height);
    }
    for (int y = 0; y < height; y++) {
      lines.run(squares, y * width, 1, width);
    }
    float[] distances = new float[squares.length];
    for (int i = 0; i < distances.length; i++) {
      distances[i] =
          squares[i] >= FAR * FAR ? Float.POSITIVE_INFINITY : (float) Math.sqrt(squares[i]);
    }
    return distances;
  }

  /** Squared distances along one line after the other: the lowest of parabolas. */
  private static final class Lines {
    private final double[] heights;
    private final int[] middles;
    private final double[] ends;

    Lines(int longest) {
      heights = new double[longest];
      middles = new int[longest];
      ends = new double[longest + 1];
    }

    /** Elements {@code from}, {@code from + step}, ... become squared distances. */
    void run(double[] squares, int from, int step, int count) {
      int last = -1;
      for (int q = 0; q < count; q++) {
        heights[q] = squares[from + q * step];
        double meets = Double.NEGATIVE_INFINITY;
        while (last >= 0) {
          int p = middles[last];
          meets = (heights[q] - heights[p] + (double) q * q - (double) p * p) / (2.0 * (q - p));
          if (meets > ends[last]) {
            break;
          }
          last--;
        }
        last++;
        middles[last] = q;
        ends[last] = last == 0 ? Double.NEGATIVE_INFINITY : meets;
      }
      ends[last + 1] = Double.POSITIVE_INFINITY;
      int lowest = 0;
      for (int q = 0; q < count; q++) {
        while (ends[lowest + 1] < q) {
          lowest++;
        }
        double away = q - middles[lowest];
        squares[from + q * step] = Math.min(away * away + heights[middles[lowest]], FAR * FAR);
      }
    }
  }

  private DistanceMap() {}
}
