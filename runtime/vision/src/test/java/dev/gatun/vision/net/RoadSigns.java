package dev.gatun.vision.net;

import dev.gatun.core.tensor.Tensor;
import java.util.Random;

/** Signs of eight kinds beside a road, drawn: [3, side, side] from 0 to 1. */
final class RoadSigns {
  static final int KINDS = 8;
  private static final double[] RED = {0.8, 0.1, 0.1};
  private static final double[] WHITE = {0.95, 0.95, 0.95};
  private static final double[] BLUE = {0.1, 0.2, 0.75};
  private static final double[] YELLOW = {0.95, 0.8, 0.1};
  private static final double[] BLACK = {0.08, 0.08, 0.08};

  /** A sign somewhere near the middle, of a size that fits, turned a little. */
  static Tensor draw(int kind, int side, Random random) {
    double size = side * (0.36 + 0.12 * random.nextDouble());
    double x = side / 2.0 + side * 0.06 * random.nextGaussian();
    double y = side / 2.0 + side * 0.06 * random.nextGaussian();
    return draw(kind, side, new double[] {x, y, size, 0.12 * random.nextGaussian()}, random);
  }

  /**
   * A sign.
   *
   * @param place middle, half the size and angle
   */
  static Tensor draw(int kind, int side, double[] place, Random random) {
    double light = 0.5 + 0.6 * random.nextDouble();
    double[] behind = {random.nextDouble(), random.nextDouble(), random.nextDouble()};
    double slope = random.nextGaussian() / side;
    float[] values = new float[3 * side * side];
    double cos = Math.cos(place[3]);
    double sin = Math.sin(place[3]);
    for (int i = 0; i < side * side; i++) {
      int row = i / side;
      double[] sum = new double[3];
      // Four samples a pixel make edges soft.
      for (int k = 0; k < 4; k++) {
        int below = k / 2;
        double u = (i % side + 0.25 + 0.5 * (k % 2) - place[0]) / place[2];
        double v = (row + 0.25 + 0.5 * below - place[1]) / place[2];
        double[] colour = colour(kind, cos * u + sin * v, cos * v - sin * u);
        for (int c = 0; c < 3; c++) {
          double ground = behind[c] * (0.7 + slope * row);
          sum[c] += (colour.length == 0 ? ground : light * colour[c]) / 4;
        }
      }
      for (int c = 0; c < 3; c++) {
        double noisy = sum[c] + 0.06 * random.nextGaussian();
        values[c * side * side + i] = (float) Math.clamp(noisy, 0, 1);
      }
    }
    return Tensor.of(values, 3, side, side);
  }

  /** The colour of a sign whose half size is 1, none beside it. */
  private static double[] colour(int kind, double u, double v) {
    double far = Math.hypot(u, v);
    double[] none = {};
    return switch (kind) {
      // Stop: an octagon with a white band.
      case 0 -> {
        double edge =
            Math.max(Math.max(Math.abs(u), Math.abs(v)), (Math.abs(u) + Math.abs(v)) / 1.4);
        yield edge > 1 ? none : Math.abs(v) < 0.2 && Math.abs(u) < 0.7 ? WHITE : RED;
      }
      // Give way: a triangle that stands on its point.
      case 1 -> {
        double edge = Math.max(-v - 0.6, 0.87 * Math.abs(u) + 0.5 * v - 0.45);
        yield edge > 0 ? none : edge > -0.2 ? RED : WHITE;
      }
      // No entry.
      case 2 -> far > 1 ? none : Math.abs(v) < 0.2 && Math.abs(u) < 0.65 ? WHITE : RED;
      // Limits of two numbers: strokes that differ in one place.
      case 3, 4 -> far > 1 ? none : far > 0.78 ? RED : digits(kind, u, v) ? BLACK : WHITE;
      // Right of way: a square on its corner.
      case 5 ->
          Math.abs(u) + Math.abs(v) > 1 ? none : Math.abs(u) + Math.abs(v) > 0.75 ? WHITE : YELLOW;
      // Arrows to one side or the other.
      default -> far > 1 ? none : arrow(kind == 6 ? u : -u, v) ? WHITE : BLUE;
    };
  }

  /** "30" or "50". */
  private static boolean digits(int kind, double u, double v) {
    double x = u + 0.28;
    boolean bars = Math.abs(x) < 0.18 && (Math.abs(Math.abs(v) - 0.4) < 0.09 || Math.abs(v) < 0.09);
    boolean below = Math.abs(x - 0.14) < 0.09 && v > 0 && v < 0.45;
    double side = kind == 3 ? 0.14 : -0.14;
    boolean above = Math.abs(x - side) < 0.09 && v < 0 && v > -0.45;
    double ring = Math.hypot((u - 0.3) / 0.24, v / 0.48);
    return bars || below || above || ring < 1 && ring > 0.5;
  }

  private static boolean arrow(double u, double v) {
    boolean shaft = Math.abs(v) < 0.15 && u > -0.6 && u < 0.2;
    return shaft || u > 0.1 && u < 0.65 && Math.abs(v) < 0.65 - u;
  }

  private RoadSigns() {}
}
