package dev.gatun.vision.net;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import java.util.ArrayList;
import java.util.List;

/**
 * U-Net (Ronneberger and others 2015): down to ever fewer, wider pixels and up again, each level
 * joined with what it was on the way down. Convolutions are padded, so a map has the size of its
 * picture, which must be divisible by 2 to the power of the depth.
 *
 * @param classes channels of the map
 * @param width of the first level; each is twice as wide as the one above
 * @param depth how often the size is halved
 * @param norm whether convolutions have a batch norm instead of biases
 * @param linear whether pictures are enlarged linearly instead of by transposed convolutions
 * @param skips whether levels are joined; without, it is an autoencoder
 */
public record UNet(long classes, long width, int depth, boolean norm, boolean linear, boolean skips)
    implements Layer {
  /** The published sizes: 64 channels, four levels. */
  public static UNet of(long classes) {
    return new UNet(classes, 64, 4, false, false, true);
  }

  /** Checked. */
  public UNet {
    if (classes < 1 || width < 1 || depth < 1) {
      throw new GatunException(
          "a U-Net has at least one class, channel and level, not %d, %d, %d"
              .formatted(classes, width, depth));
    }
  }

  /** Another width and depth. */
  public UNet sizes(long channels, int levels) {
    return new UNet(classes, channels, levels, norm, linear, skips);
  }

  /** With batch norms. */
  public UNet withNorm() {
    return new UNet(classes, width, depth, true, linear, skips);
  }

  /** Enlarging linearly. */
  public UNet withLinear() {
    return new UNet(classes, width, depth, norm, true, skips);
  }

  /** Without the joints, to compare. */
  public UNet withoutSkips() {
    return new UNet(classes, width, depth, norm, linear, false);
  }

  /** The network for pictures of a size. */
  public Net net(long channels, long height, long wide) {
    return Net.of(dev.gatun.core.tensor.Shape.of(channels, height, wide), this);
  }

  @Override
  public Flow apply(Flow pixels) {
    for (int axis = 2; axis < 4; axis++) {
      if (pixels.size(axis) > 0 && pixels.size(axis) % (1L << depth) != 0) {
        throw new GatunException(
            "a U-Net of depth %d needs sides divisible by %d, not %s"
                .formatted(depth, 1L << depth, pixels.shape()));
      }
    }
    List<Flow> levels = new ArrayList<>();
    Flow x = twice(pixels, "down0", width);
    for (int i = 1; i <= depth; i++) {
      levels.add(x);
      x = twice(x.maxPool2d(2), "down" + i, width << i);
    }
    for (int i = depth - 1; i >= 0; i--) {
      long channels = width << i;
      if (linear) {
        x = x.then(Layers.upsample(2).linear());
      } else {
        x = x.named("up" + i + ".grow").convTranspose2d(channels, 2, o -> o.stride(2));
      }
      x = twice(skips ? Flow.concat(1, levels.get(i), x) : x, "up" + i, channels);
    }
    return x.named("out").conv2d(classes, 1);
  }

  private Flow twice(Flow x, String name, long channels) {
    return once(once(x, name + ".first", channels), name + ".second", channels);
  }

  private Flow once(Flow x, String name, long channels) {
    if (norm) {
      return x.named(name + ".conv")
          .conv2d(channels, 3, o -> o.pad(1).withoutBias().weights(Initializers.heNormal()))
          .named(name + ".norm")
          .batchNorm()
          .relu();
    }
    return x.named(name + ".conv")
        .conv2d(channels, 3, o -> o.pad(1).weights(Initializers.heNormal()))
        .relu();
  }
}
