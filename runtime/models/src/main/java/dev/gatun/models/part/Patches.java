package dev.gatun.models.part;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.family.Config;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;

/**
 * Pictures in squares that do not overlap.
 *
 * @param channels of a picture
 * @param height of a picture
 * @param width of a picture
 * @param patchHeight of a square
 * @param patchWidth of a square
 */
public record Patches(long channels, long height, long width, long patchHeight, long patchWidth) {
  /** What a config says; sizes are one number or two. */
  public static Patches of(Config c, long usualSize, long usualPatch) {
    long[] image = pair(c, "image_size", usualSize);
    long[] patch = pair(c, "patch_size", usualPatch);
    return new Patches(c.integer("num_channels", 3), image[0], image[1], patch[0], patch[1]);
  }

  private static long[] pair(Config c, String name, long usual) {
    if (!c.isList(name)) {
      long size = c.integer(name, usual);
      return new long[] {size, size};
    }
    var sizes = c.integers(name, java.util.List.of());
    if (sizes.size() != 2) {
      throw new GatunException(c.where() + ": '" + name + "' must be one number or two");
    }
    return new long[] {sizes.get(0), sizes.get(1)};
  }

  /** The pictures' input. */
  public Input input() {
    return Input.of("pixel_values", channels, height, width);
  }

  /** How many there are. */
  public long count() {
    return height / patchHeight * (width / patchWidth);
  }

  /** A vector for each [B, patches, units]. */
  public Flow embed(Flow pixels, String name, long units, boolean bias) {
    return pixels
        .named(name)
        .conv2d(
            units,
            1,
            l -> {
              var conv = l.kernel(patchHeight, patchWidth).stride(patchHeight, patchWidth);
              return bias ? conv : conv.withoutBias();
            })
        .reshape(0, units, -1)
        .transpose(0, 2, 1);
  }

  /** A vector [units] or [1, 1, units] before the others of each sample. */
  public static Flow withFirst(Flow x, Flow vector) {
    long units = x.size(-1);
    Flow first = x.slice(1, 0, 1).mul(0).add(vector.reshape(1, 1, units));
    return Flow.concat(1, first, x);
  }
}
