package dev.gatun.vision.net;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;

/**
 * Larger pictures: cubic interpolation, and what it lacks, found among the small pixels and moved
 * into space at the end (Shi and others 2016), by residual blocks without norms (Lim and others
 * 2017). The last convolution begins with zeros, so an untrained network interpolates.
 *
 * <p>[B, C, H, W] becomes [B, C, H factor, W factor]. It sees {@code 3 + 2 blocks} pixels to each
 * side, for which {@link dev.gatun.vision.Tiling} needs twice the overlap.
 *
 * @param factor how many times as high and wide
 * @param width channels inside
 * @param blocks of two convolutions
 */
public record SuperResolution(int factor, long width, int blocks) implements Layer {
  public SuperResolution {
    if (factor < 2 || width < 1 || blocks < 0) {
      throw new GatunException(
          "super-resolution is at least 2 times as large, with a channel inside, not %d, %d, %d"
              .formatted(factor, width, blocks));
    }
  }

  /** The network for pictures of any size, or of one if it is given to training. */
  public Net net(long channels) {
    return Net.of(Shape.of(channels, Shape.UNKNOWN, Shape.UNKNOWN), this);
  }

  @Override
  public Flow apply(Flow small) {
    Flow x = conv(small, "first", width, 5).relu();
    for (int i = 0; i < blocks; i++) {
      x = x.add(conv(conv(x, i + ".a", width, 3).relu(), i + ".b", width, 3));
    }
    Flow detail =
        x.named("last")
            .conv2d(
                small.size(1) * factor * factor,
                3,
                c -> c.same().weights(Initializers.zeros()).biases(Initializers.zeros()))
            .then(Layers.pixelShuffle(factor));
    return small.then(Layers.upsample(factor).cubic()).add(detail);
  }

  private static Flow conv(Flow x, String name, long filters, long kernel) {
    return x.named(name).conv2d(filters, kernel, c -> c.same().weights(Initializers.heNormal()));
  }
}
