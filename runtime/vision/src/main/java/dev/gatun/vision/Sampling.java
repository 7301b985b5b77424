package dev.gatun.vision;

/**
 * How a picture is read between and beyond its pixels.
 *
 * @param smooth linearly between four pixels, or the nearest one
 * @param outside what lies beyond the picture
 * @param fill the value there for {@link Outside#FILL}
 */
public record Sampling(boolean smooth, Outside outside, double fill) {
  /** What lies beyond a picture. */
  public enum Outside {
    /** One value. */
    FILL,
    /** The pixel at the edge. */
    EDGE,
    /** The picture in a mirror, the edge's pixels once. */
    REFLECT
  }

  /** Linearly between pixels, zeros outside. */
  public static final Sampling SMOOTH = new Sampling(true, Outside.FILL, 0);

  /** The nearest pixel, zeros outside. */
  public static final Sampling NEAREST = new Sampling(false, Outside.FILL, 0);

  /** The same with another value outside. */
  public Sampling fill(double value) {
    return new Sampling(smooth, Outside.FILL, value);
  }

  /** The same with something else outside. */
  public Sampling outside(Outside what) {
    return new Sampling(smooth, what, fill);
  }

  /** The position that stands for another one, -1 for none. */
  int index(int at, int size) {
    if (at >= 0 && at < size) {
      return at;
    }
    return switch (outside) {
      case FILL -> -1;
      case EDGE -> Math.clamp(at, 0, size - 1);
      case REFLECT -> {
        if (size == 1) {
          yield 0;
        }
        int turn = Math.floorMod(at, 2 * size - 2);
        yield turn < size ? turn : 2 * size - 2 - turn;
      }
    };
  }
}
