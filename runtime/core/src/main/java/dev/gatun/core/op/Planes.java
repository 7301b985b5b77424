package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;

/**
 * An image-like tensor seen as [batch, channels, positions], wherever its channels lie.
 *
 * <p>Attribute {@code layout} is "NCHW" (channels after the batch, any number of spatial axes) or
 * "NHWC" (channels last). Element (n, c, p) is at {@code n * batchStride + c * channelStride + p *
 * positionStride}.
 */
record Planes(int batch, int channels, int positions, boolean last) {
  /** The view of a fixed shape of at least one axis; a vector is a batch of one channel. */
  static Planes of(Shape shape, Attrs attrs) {
    boolean last = isLast(attrs);
    long positions = 1;
    for (long size : spatial(shape, last)) {
      positions = Math.multiplyExact(positions, size);
    }
    return new Planes(
        Math.toIntExact(shape.size(0)),
        Math.toIntExact(channels(shape, last)),
        Math.toIntExact(positions),
        last);
  }

  /** Whether the channels are the last axis. */
  static boolean isLast(Attrs attrs) {
    String layout = attrs.text("layout");
    return switch (layout) {
      case "NCHW" -> false;
      case "NHWC" -> true;
      default -> throw new ShapeException("layout must be NCHW or NHWC, got " + layout);
    };
  }

  /** Number of channels, maybe unknown. */
  static long channels(Shape shape, boolean last) {
    return shape.rank() < 2 ? 1 : shape.size(last ? -1 : 1);
  }

  /** Sizes of the spatial axes, maybe unknown. */
  static long[] spatial(Shape shape, boolean last) {
    long[] sizes = new long[Math.max(shape.rank() - 2, 0)];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = shape.size(last ? i + 1 : i + 2);
    }
    return sizes;
  }

  /** The shape made of its parts. */
  static Shape shape(long batch, long channels, long[] spatial, boolean last) {
    long[] sizes = new long[spatial.length + 2];
    sizes[0] = batch;
    sizes[last ? sizes.length - 1 : 1] = channels;
    System.arraycopy(spatial, 0, sizes, last ? 1 : 2, spatial.length);
    return Shape.of(sizes);
  }

  /** Where element (n, c, p) is. */
  int at(int n, int c, int p) {
    return n * batchStride() + c * channelStride() + p * positionStride();
  }

  int batchStride() {
    return channels * positions;
  }

  int channelStride() {
    return last ? 1 : positions;
  }

  int positionStride() {
    return last ? channels : 1;
  }
}
