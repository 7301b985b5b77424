package dev.gatun.kernels;

/** A micro-kernel of depthwise convolution: a few neighbouring output pixels, all their taps. */
interface DepthwiseTileF32 {
  /**
   * dst[i, c] = clamp(init[c] + sum over taps of src[row, column + i * stride, c] * weights[tap,
   * c]) for the pixels i of some tiles that lie side by side, and some vectors of channels c.
   *
   * @param rows two addresses for each row of taps: the first channel of the first input pixel, be
   *     it inside the input or not, and the weights of the first vector
   * @param count number of rows of taps
   * @param vectors number of vectors of channels
   * @param tiles number of tiles
   * @param pixelBytes distance between pixels, of both src and dst
   * @param weightBytes distance between the weights of neighbouring vectors
   * @param init address of the first values of the sums, from the first channel on
   * @param initBytes distance between their vectors: a vector, or 0 to use one for all
   * @param dst address of the first channel of the first output pixel
   */
  void run(
      long[] rows,
      int count,
      int vectors,
      int tiles,
      long pixelBytes,
      long weightBytes,
      long init,
      long initBytes,
      long dst,
      float lo,
      float hi);
}
