package dev.gatun.kernels;

/** A micro-kernel of depthwise convolution: a few neighbouring output pixels, all their taps. */
interface DepthwiseTileF32 {
  /**
   * dst[i, c] = clamp(init[c] + sum over taps of src[row, column + i * stride, c] * weights[tap,
   * c]) for the pixels i of the tile and {@code vectors} vectors of channels c.
   *
   * @param rows addresses of the first input pixel, one for each row of taps
   * @param at distance of the first channel from the start of a pixel, in bytes
   * @param vectors number of vectors of channels
   * @param pixelBytes distance between pixels, of both src and dst
   * @param weights [vectors, taps, lanes], from the first channel on
   * @param init address of the first values of the sums, from the first channel on
   * @param initBytes distance between their vectors: a vector, or 0 to use one for all
   * @param dst address of the first channel of the first output pixel
   */
  void run(
      long[] rows,
      long at,
      int vectors,
      long pixelBytes,
      long weights,
      long init,
      long initBytes,
      long dst,
      float lo,
      float hi);
}
