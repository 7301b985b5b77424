package dev.gatun.kernels;

/**
 * Plans {@link StridedCopy} moves between space and depth: blocks of {@code b x b} pixels become
 * {@code b * b} times the channels and back.
 */
public final class SpaceDepth {
  /**
   * Plans depth to space.
   *
   * @param channels channels of the source, a multiple of {@code block * block}
   * @param height of the source
   * @param width of the source
   * @param channelsLast whether both tensors are [N, H, W, C] instead of [N, C, H, W]
   * @param crd whether the channels of a block lie together (ONNX mode CRD) instead of whole images
   *     for each position of a block (DCR)
   */
  public static StridedCopy depthToSpace(
      int elementBytes,
      long batch,
      long channels,
      long height,
      long width,
      int block,
      boolean channelsLast,
      boolean crd) {
    require("depthToSpace", block, channels % Math.max(1, (long) block * block) == 0, channels);
    return plan(
        elementBytes,
        batch,
        channels / block / block,
        height,
        width,
        block,
        channelsLast,
        crd,
        true);
  }

  /**
   * Plans space to depth: the channel of a block's position (y, x) is {@code (y * block + x) *
   * channels + c}.
   *
   * @param channels channels of the source
   * @param height of the source, a multiple of {@code block}
   * @param width of the source, a multiple of {@code block}
   */
  public static StridedCopy spaceToDepth(
      int elementBytes,
      long batch,
      long channels,
      long height,
      long width,
      int block,
      boolean channelsLast) {
    require("spaceToDepth", block, block > 0 && height % block == 0, height);
    require("spaceToDepth", block, width % block == 0, width);
    return plan(
        elementBytes,
        batch,
        channels,
        height / block,
        width / block,
        block,
        channelsLast,
        false,
        false);
  }

  private static void require(String what, int block, boolean fits, long size) {
    if (block < 1 || !fits) {
      throw new IllegalArgumentException(
          what + ": size " + size + " does not divide into blocks of " + block);
    }
  }

  // Axes: n, y, x of the deep tensor, then y, x within a block, then the channels of the wide one.
  private static StridedCopy plan(
      int elementBytes,
      long n,
      long c,
      long h,
      long w,
      long b,
      boolean channelsLast,
      boolean crd,
      boolean toSpace) {
    long[] sizes = {n, h, w, b, b, c};
    long blockStep = crd ? 1 : c; // in channels of the deep tensor
    long channelStep = crd ? b * b : 1;
    long deep = c * b * b;
    long[] deepStrides =
        channelsLast
            ? new long[] {h * w * deep, w * deep, deep, b * blockStep, blockStep, channelStep}
            : new long[] {
              deep * h * w, w, 1, b * blockStep * h * w, blockStep * h * w, channelStep * h * w
            };
    long wide = w * b;
    long plane = h * b * wide;
    long[] wideStrides =
        channelsLast
            ? new long[] {plane * c, b * wide * c, b * c, wide * c, c, 1}
            : new long[] {c * plane, b * wide, b, wide, 1, plane};
    for (int axis = 0; axis < sizes.length; axis++) {
      deepStrides[axis] *= elementBytes;
      wideStrides[axis] *= elementBytes;
    }
    return toSpace
        ? StridedCopy.of(elementBytes, sizes, deepStrides, wideStrides)
        : StridedCopy.of(elementBytes, sizes, wideStrides, deepStrides);
  }

  private SpaceDepth() {}
}
