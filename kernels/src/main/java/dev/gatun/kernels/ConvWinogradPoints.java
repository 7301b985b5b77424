package dev.gatun.kernels;

/**
 * The numbers of Winograd's algorithm F(4 x 4, 3 x 3): polynomials are multiplied by their values
 * at 0, +-A, +-B and infinity (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks,
 * 2016, section 4; for other points, with Toom and Cook's construction).
 *
 * <p>A = 5/8 and B = 3/2 instead of the customary 1 and 2: every number below is exact in float,
 * and the largest error is a fifth (1.7e-6 against 9.5e-6 of the largest result for 128 channels).
 */
final class ConvWinogradPoints {
  static final float A = 0.625f;
  static final float B = 1.5f;
  static final float A2 = A * A;
  static final float B2 = B * B;
  static final float A3 = A2 * A;
  static final float B3 = B2 * B;

  /** The polynomial (x - A)(x + A)(x - B)(x + B) is x^4 - SUM x^2 + PRODUCT. */
  static final float SUM = A2 + B2;

  static final float PRODUCT = A2 * B2;

  /** Number of pixels of an output tile in each direction. */
  static final int TILE = 4;

  /** Number of points, and of pixels of an input tile in each direction. */
  static final int POINTS = 6;

  /** Number of products of a tile. */
  static final int PRODUCTS = POINTS * POINTS;

  /** Values at the points of the polynomial with coefficients g0, g1, g2, scaled for the tiles. */
  static void values(double g0, double g1, double g2, double[] to, int at, int step) {
    double scaleA = 1 / (2.0 * A2 * (A2 - B2));
    double scaleB = 1 / (2.0 * B2 * (B2 - A2));
    double evenA = (g0 + A2 * g2) * scaleA;
    double oddA = A * g1 * scaleA;
    double evenB = (g0 + B2 * g2) * scaleB;
    double oddB = B * g1 * scaleB;
    to[at] = g0 / PRODUCT;
    to[at + step] = evenA + oddA;
    to[at + 2 * step] = evenA - oddA;
    to[at + 3 * step] = evenB + oddB;
    to[at + 4 * step] = evenB - oddB;
    to[at + 5 * step] = g2;
  }

  private ConvWinogradPoints() {}
}
