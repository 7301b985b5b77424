package dev.gatun.vision;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;

/**
 * A picture seen through a plane map: flips, turns, crops, affine maps, perspective. Pixels of the
 * result are looked up in the picture; for maps that take middles of pixels to middles of pixels
 * (flips, quarter turns, crops) the result has the very values of the picture.
 *
 * <p>The map is a 3 x 3 matrix from points of the result to points of the picture. Points are in
 * pixels; pixel (0, 0) reaches from (0, 0) to (1, 1).
 */
public final class Warp implements Move {
  private final double[] matrix;
  private final int height;
  private final int width;
  private final Sampling sampling;

  private Warp(double[] matrix, int height, int width, Sampling sampling) {
    if (height < 1 || width < 1) {
      throw new VisionException("a picture has at least one pixel, not " + height + " x " + width);
    }
    this.matrix = matrix;
    this.height = height;
    this.width = width;
    this.sampling = sampling;
  }

  private static Warp of(int height, int width, double... matrix) {
    return new Warp(matrix, height, width, Sampling.SMOOTH);
  }

  /** Nothing moves. */
  public static Warp identity(int height, int width) {
    return crop(0, 0, height, width);
  }

  /** Left becomes right. */
  public static Warp flip(int height, int width) {
    return of(height, width, -1, 0, width, 0, 1, 0, 0, 0, 1);
  }

  /** Top becomes bottom. */
  public static Warp flipVertically(int height, int width) {
    return of(height, width, 1, 0, 0, 0, -1, height, 0, 0, 1);
  }

  /** Turns against the clock by quarters; odd ones exchange height and width. */
  public static Warp quarterTurns(int turns, int height, int width) {
    return switch (Math.floorMod(turns, 4)) {
      case 0 -> identity(height, width);
      case 1 -> of(width, height, 0, -1, width, 1, 0, 0, 0, 0, 1);
      case 2 -> of(height, width, -1, 0, width, 0, -1, height, 0, 0, 1);
      default -> of(width, height, 0, 1, 0, -1, 0, height, 0, 0, 1);
    };
  }

  /** A part of the picture; where it reaches beyond, {@link Sampling} says what is there. */
  public static Warp crop(int top, int left, int height, int width) {
    return of(height, width, 1, 0, left, 0, 1, top, 0, 0, 1);
  }

  /** The part in the middle. */
  public static Warp centerCrop(int oldHeight, int oldWidth, int height, int width) {
    // Half to even, as Python rounds.
    int top = (int) Math.rint((oldHeight - height) / 2.0);
    int left = (int) Math.rint((oldWidth - width) / 2.0);
    return crop(top, left, height, width);
  }

  /** The picture with a border. */
  public static Warp pad(int oldHeight, int oldWidth, int top, int left, int bottom, int right) {
    return crop(-top, -left, oldHeight + top + bottom, oldWidth + left + right);
  }

  /** Turns about the middle, against the clock, in degrees. */
  public static Warp rotation(double angle, int height, int width) {
    return affine(height, width, -angle, 0, 0, 1, 0, 0);
  }

  /** Turns about the middle into a picture that is large enough for all of it. */
  public static Warp wholeRotation(double angle, int height, int width) {
    double cos = Math.abs(cos(angle));
    double sin = Math.abs(sin(angle));
    // A little less than what errors of rounding would add.
    int newHeight = (int) Math.ceil(height * cos + width * sin - 1e-6);
    int newWidth = (int) Math.ceil(width * cos + height * sin - 1e-6);
    return rotation(angle, height, width)
        .then(
            of(
                newHeight,
                newWidth,
                1,
                0,
                (width - newWidth) / 2.0,
                0,
                1,
                (height - newHeight) / 2.0,
                0,
                0,
                1));
  }

  /**
   * Shears, scales, turns and then shifts about the middle, with torchvision's conventions.
   *
   * @param angle with the clock, in degrees
   * @param right shift in pixels
   * @param down shift in pixels
   * @param shearX in degrees
   * @param shearY in degrees
   */
  public static Warp affine(
      int height,
      int width,
      double angle,
      double right,
      double down,
      double scale,
      double shearX,
      double shearY) {
    if (!(scale > 0)) {
      throw new VisionException("a scale is above 0, not " + scale);
    }
    double tanX = sin(shearX) / cos(shearX);
    double a = cos(angle - shearY) / cos(shearY);
    double b = -a * tanX - sin(angle);
    double c = sin(angle - shearY) / cos(shearY);
    double d = -c * tanX + cos(angle);
    double[] m = {d / scale, -b / scale, 0, -c / scale, a / scale, 0, 0, 0, 1};
    double x = -right - width / 2.0;
    double y = -down - height / 2.0;
    m[2] = m[0] * x + m[1] * y + width / 2.0;
    m[5] = m[3] * x + m[4] * y + height / 2.0;
    return of(height, width, m);
  }

  /**
   * The map that takes four points of a picture to four of the result.
   *
   * @param from x and y of each
   * @param to x and y of each
   */
  public static Warp perspective(int height, int width, double[][] from, double[][] to) {
    double[][] rows = new double[8][9];
    for (int i = 0; i < 4; i++) {
      double x = to[i][0];
      double y = to[i][1];
      for (int axis = 0; axis < 2; axis++) {
        double[] row = rows[2 * i + axis];
        double u = from[i][axis];
        row[3 * axis] = x;
        row[3 * axis + 1] = y;
        row[3 * axis + 2] = 1;
        row[6] = -u * x;
        row[7] = -u * y;
        row[8] = u;
      }
    }
    double[] m = new double[9];
    System.arraycopy(Elimination.solve(rows), 0, m, 0, 8);
    m[8] = 1;
    return of(height, width, m);
  }

  /** The same with another way of looking up pixels. */
  public Warp sampling(Sampling how) {
    return new Warp(matrix, height, width, how);
  }

  /** This map and then another, looked up once: what this one would cut off is still there. */
  public Warp then(Warp next) {
    double[] product = new double[9];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 3; k++) {
          product[3 * i + j] += matrix[3 * i + k] * next.matrix[3 * k + j];
        }
      }
    }
    return new Warp(product, next.height, next.width, next.sampling);
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public Tensor picture(Tensor tensor) {
    Picture picture = Picture.of(tensor);
    float[] dst = new float[picture.channels() * height * width];
    int[] taps = new int[4];
    double[] weights = new double[4];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double w = 1 / at(6, x, y);
        lookUp(at(0, x, y) * w, at(3, x, y) * w, picture, taps, weights);
        for (int c = 0; c < picture.channels(); c++) {
          double sum = 0;
          for (int k = 0; k < 4; k++) {
            if (weights[k] != 0) {
              double value =
                  taps[k] < 0 ? sampling.fill() : picture.values()[c * picture.area() + taps[k]];
              sum += weights[k] * value;
            }
          }
          dst[(c * height + y) * width + x] = (float) sum;
        }
      }
    }
    return picture.sized(dst, height, width).tensor();
  }

  /** One row of the matrix times the middle of a pixel. */
  private double at(int row, int x, int y) {
    return matrix[row] * (x + 0.5) + matrix[row + 1] * (y + 0.5) + matrix[row + 2];
  }

  private void lookUp(double u, double v, Picture picture, int[] taps, double[] weights) {
    if (!sampling.smooth()) {
      taps[0] = tap((int) Math.floor(u), (int) Math.floor(v), picture.height(), picture.width());
      weights[0] = 1;
      return;
    }
    int x = (int) Math.floor(u - 0.5);
    int y = (int) Math.floor(v - 0.5);
    double right = u - 0.5 - x;
    double down = v - 0.5 - y;
    for (int k = 0; k < 4; k++) {
      int dx = k & 1;
      int dy = k >> 1;
      taps[k] = tap(x + dx, y + dy, picture.height(), picture.width());
      weights[k] = (dx == 0 ? 1 - right : right) * (dy == 0 ? 1 - down : down);
    }
  }

  private int tap(int x, int y, int oldHeight, int oldWidth) {
    int column = sampling.index(x, oldWidth);
    int row = sampling.index(y, oldHeight);
    return column < 0 || row < 0 ? -1 : row * oldWidth + column;
  }

  @Override
  public Tensor mask(Tensor mask, long fill) {
    Shape shape = mask.shape();
    if (shape.rank() != 2 || !mask.dtype().isInteger()) {
      throw new VisionException("masks are whole numbers [height, width], not " + mask.type());
    }
    long[] src = mask.toLongs();
    long[] dst = new long[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double w = 1 / at(6, x, y);
        int tap =
            tap(
                (int) Math.floor(at(0, x, y) * w),
                (int) Math.floor(at(3, x, y) * w),
                (int) shape.size(0),
                (int) shape.size(1));
        dst[y * width + x] = tap < 0 ? fill : src[tap];
      }
    }
    return Tensor.whole(mask.dtype(), Shape.of(height, width), dst);
  }

  @Override
  public double[] point(double x, double y) {
    double[][] rows = new double[3][4];
    double[] target = {x, y, 1};
    for (int i = 0; i < 3; i++) {
      System.arraycopy(matrix, 3 * i, rows[i], 0, 3);
      rows[i][3] = target[i];
    }
    double[] p = Elimination.solve(rows);
    return new double[] {p[0] / p[2], p[1] / p[2]};
  }

  // Quarters exactly: Math.cos(Math.PI / 2) is not 0.
  private static double cos(double degrees) {
    return sin(degrees + 90);
  }

  private static double sin(double degrees) {
    double turn = degrees / 90;
    if (turn == Math.rint(turn)) {
      return switch ((int) (((turn % 4) + 4) % 4)) {
        case 0, 2 -> 0;
        case 1 -> 1;
        default -> -1;
      };
    }
    return Math.sin(Math.toRadians(degrees));
  }
}
