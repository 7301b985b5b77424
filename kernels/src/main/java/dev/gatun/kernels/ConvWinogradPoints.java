package dev.gatun.kernels;

/**
 * The numbers of Winograd's algorithms with six points: F(4 x 4, 3 x 3) and F(2 x 2, 5 x 5).
 * Polynomials are multiplied by their values at 0, +-A, +-B and infinity (Lavin and Gray, Fast
 * Algorithms for Convolutional Neural Networks, 2016, section 4; for other points, with Toom and
 * Cook's construction). Tiles of 4 and of 2 pixels share the points, and with them the transform of
 * the input.
 *
 * <p>A = 5/8 and B = 3/2 instead of the customary 1 and 2: every number of the transforms of pixels
 * is exact in float, and the largest error is a fifth (1.7e-6 against 9.5e-6 of the largest result
 * for 128 channels and 3 x 3 taps).
 */
final class ConvWinogradPoints {
  static final float A = 0.625f;
  static final float B = 1.5f;
  static final float A2 = A * A;
  static final float B2 = B * B;
  static final float A3 = A2 * A;
  static final float B3 = B2 * B;
  static final float A4 = A2 * A2;
  static final float B4 = B2 * B2;

  /** The polynomial (x - A)(x + A)(x - B)(x + B) is x^4 - SUM x^2 + PRODUCT. */
  static final float SUM = A2 + B2;

  static final float PRODUCT = A2 * B2;

  /** Factor of a filter's value at 0; the products of all differences to other points. */
  static final float SCALE_0 = (float) (1 / ((double) A2 * B2));

  /** Factor of a filter's values at +-A. */
  static final float SCALE_A = (float) (1 / (2.0 * A2 * ((double) A2 - B2)));

  /** Factor of a filter's values at +-B. */
  static final float SCALE_B = (float) (1 / (2.0 * B2 * ((double) B2 - A2)));

  /** Number of points, and of pixels of an input tile in each direction. */
  static final int POINTS = 6;

  /** Number of products of a tile. */
  static final int PRODUCTS = POINTS * POINTS;

  /** Pixels of an output tile in each direction, for filters of 3 or 5 taps in each direction. */
  static int tile(int kernel) {
    return POINTS + 1 - kernel;
  }

  private ConvWinogradPoints() {}
}
