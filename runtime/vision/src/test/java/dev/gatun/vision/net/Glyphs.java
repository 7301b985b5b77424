package dev.gatun.vision.net;

import dev.gatun.core.tensor.Tensor;
import java.util.Random;

/** Signs that nobody has seen: three bent strokes each, drawn a little differently each time. */
final class Glyphs {
  static final int SIDE = 20;
  static final int AREA = SIDE * SIDE;
  private static final int STROKES = 3;

  /** Draws the sign with a number; of the same random numbers the same picture. */
  static void draw(long sign, Random hand, float[] to, int at) {
    Random shape = new Random(sign * 7919 + 17);
    double angle = Math.toRadians(12 * hand.nextGaussian());
    double size = SIDE * (1 + 0.1 * hand.nextGaussian());
    double dx = SIDE * (0.5 + 0.06 * hand.nextGaussian());
    double dy = SIDE * (0.5 + 0.06 * hand.nextGaussian());
    for (int s = 0; s < STROKES; s++) {
      double[] p = new double[6];
      for (int i = 0; i < 6; i++) {
        p[i] = 0.7 * (shape.nextDouble() - 0.5) + 0.02 * hand.nextGaussian();
      }
      for (int k = 0; k <= 40; k++) {
        double t = k / 40.0;
        double x = (1 - t) * (1 - t) * p[0] + 2 * t * (1 - t) * p[2] + t * t * p[4];
        double y = (1 - t) * (1 - t) * p[1] + 2 * t * (1 - t) * p[3] + t * t * p[5];
        double u = dx + size * (Math.cos(angle) * x - Math.sin(angle) * y);
        double v = dy + size * (Math.sin(angle) * x + Math.cos(angle) * y);
        dot(to, at, u, v);
      }
    }
    for (int i = at; i < at + AREA; i++) {
      to[i] += (float) (0.1 * hand.nextGaussian());
    }
  }

  private static void dot(float[] to, int at, double u, double v) {
    for (int row = Math.max((int) v - 1, 0); row <= Math.min((int) v + 1, SIDE - 1); row++) {
      for (int column = Math.max((int) u - 1, 0);
          column <= Math.min((int) u + 1, SIDE - 1);
          column++) {
        double far = Math.hypot(row + 0.5 - v, column + 0.5 - u);
        int i = at + row * SIDE + column;
        to[i] = (float) Math.max(to[i], Math.clamp(1.3 - far, 0, 1));
      }
    }
  }

  /** Pictures [count of signs, 1, SIDE, SIDE]. */
  static Tensor pictures(long[] signs, Random hand) {
    float[] x = new float[signs.length * AREA];
    for (int i = 0; i < signs.length; i++) {
      draw(signs[i], hand, x, i * AREA);
    }
    return Tensor.of(x, signs.length, 1, SIDE, SIDE);
  }

  private Glyphs() {}
}
