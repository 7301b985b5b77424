package dev.gatun.kernels;

/**
 * The pixels a convolution computes and the input positions each of them sees.
 *
 * <p>Pixel [n, z, y, x] sees the input at z * step + offset for every offset of the axis, and so on
 * for y and x. A convolution is one grid, whose pixels lie side by side in dst; a transposed
 * convolution is one for each phase of its strides, whose pixels lie apart.
 *
 * @param batch number of images
 * @param channels channels of the input, of all groups
 * @param z first spatial axis
 * @param y second spatial axis
 * @param x third spatial axis, the innermost
 * @param dstFirst distance of the first pixel from dst, in pixels
 * @param dstImage distance between images, in pixels
 * @param dstPlane distance between z and z + 1, in pixels
 * @param dstRow distance between y and y + 1, in pixels
 * @param dstPixel distance between x and x + 1, in pixels
 */
record TapGrid(
    int batch,
    int channels,
    Axis z,
    Axis y,
    Axis x,
    long dstFirst,
    long dstImage,
    long dstPlane,
    long dstRow,
    long dstPixel) {

  /**
   * One axis of the grid.
   *
   * @param in size of the input
   * @param size number of pixels
   * @param step distance of neighbouring pixels in the input
   * @param offsets input position of each tap for pixel 0; may lie outside
   * @param taps which tap of the weights each of them is
   */
  record Axis(int in, int size, int step, int[] offsets, int[] taps) {}

  /**
   * The grid of an ordinary convolution.
   *
   * @param flipped whether the taps of the weights run backwards
   */
  static TapGrid of(ConvGeometry g, boolean flipped) {
    long row = g.width().out();
    long plane = row * g.height().out();
    return new TapGrid(
        g.batch(),
        g.inChannels(),
        axis(g.depth(), flipped),
        axis(g.height(), flipped),
        axis(g.width(), flipped),
        0,
        plane * g.depth().out(),
        plane,
        row,
        1);
  }

  private static Axis axis(ConvGeometry.Axis a, boolean flipped) {
    int[] offsets = new int[a.kernel()];
    int[] taps = new int[a.kernel()];
    for (int k = 0; k < a.kernel(); k++) {
      offsets[k] = Math.toIntExact((long) k * a.dilation() - a.padBefore());
      taps[k] = flipped ? a.kernel() - 1 - k : k;
    }
    return new Axis(a.in(), a.out(), a.stride(), offsets, taps);
  }

  /** Number of taps of a pixel. */
  int taps() {
    return z.offsets.length * y.offsets.length * x.offsets.length;
  }

  /** Number of lines of pixels along x. */
  int lines() {
    return Math.toIntExact((long) batch * z.size * y.size);
  }

  /** Where a line starts in dst, in pixels. */
  long lineStart(int line) {
    int rowsOfImage = z.size * y.size;
    int image = line / rowsOfImage;
    int plane = line % rowsOfImage / y.size;
    int row = line % y.size;
    return dstFirst + image * dstImage + plane * dstPlane + row * dstRow;
  }
}
