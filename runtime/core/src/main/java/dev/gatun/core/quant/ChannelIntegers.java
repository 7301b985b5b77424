package dev.gatun.core.quant;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * A float32 weight as int8 with a scale for each index of one axis: w is near integer * scale, with
 * integers from -127 to 127, the largest weight of an index at one of the ends.
 *
 * @param integers int8, of the weight's shape
 * @param scales float32, one an index
 */
record ChannelIntegers(Tensor integers, Tensor scales) {
  private static final int MOST = 127;

  /**
   * Rounds a weight.
   *
   * @throws GatunException if a weight is not finite; names it
   */
  static ChannelIntegers of(Tensor weight, int axis, String name) {
    int channels = Math.toIntExact(weight.shape().size(axis));
    long inner = 1;
    for (int a = axis + 1; a < weight.shape().rank(); a++) {
      inner *= weight.shape().size(a);
    }
    float[] values = weight.toFloats();
    float[] scales = new float[channels];
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new GatunException(
            "weight '" + name + "' has values that are not finite; it cannot become integers");
      }
      int c = (int) (i / inner % channels);
      scales[c] = Math.max(scales[c], Math.abs(values[i]));
    }
    for (int c = 0; c < channels; c++) {
      // Tiny ones must not become 0, by which nothing can be divided.
      scales[c] = scales[c] == 0 ? 1 : Math.max(scales[c] / MOST, Float.MIN_NORMAL);
    }
    byte[] integers = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      double nearest = Math.rint(values[i] / scales[(int) (i / inner % channels)]);
      integers[i] = (byte) Math.clamp((long) nearest, -MOST, MOST);
    }
    return new ChannelIntegers(
        Tensor.wrap(DType.I8, weight.shape(), MemorySegment.ofArray(integers)),
        Tensor.of(scales, channels));
  }
}
