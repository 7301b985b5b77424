package dev.gatun.models.vision;

import dev.gatun.core.tensor.Shape;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layers;
import java.util.List;

/**
 * ConvNeXt (Liu and others 2022).
 *
 * @param width of the first stage; each is twice as wide as the one before
 * @param drop rate at which the last block is left out in training
 */
record ConvNext(long width, List<Integer> depths, double drop) {
  private static final double EPSILON = 1e-6;

  static ConvNext of(long width, double drop, int... depths) {
    return new ConvNext(width, java.util.Arrays.stream(depths).boxed().toList(), drop);
  }

  Flow classified(Flow pixels, long classes) {
    Flow x = Convs.conv(pixels, "features.0.0", width, 4, o -> o.stride(4));
    x = normed(x, "features.0.1");
    int all = depths.stream().mapToInt(Integer::intValue).sum();
    int done = 0;
    for (int stage = 0; stage < depths.size(); stage++) {
      if (stage > 0) {
        String down = "features." + 2 * stage;
        x = Convs.conv(normed(x, down + ".0"), down + ".1", 2 * x.size(1), 2, o -> o.stride(2));
      }
      for (int i = 0; i < depths.get(stage); i++) {
        double rate = drop * done++ / Math.max(all - 1, 1);
        x = x.named("features." + (2 * stage + 1) + "." + i).then(y -> block(y, rate));
      }
    }
    x = normed(x.meanKept(2, 3), "classifier.0").reshape(0, -1);
    return Convs.dense(x, "classifier.2", classes);
  }

  private static Flow normed(Flow x, String name) {
    return Pieces.norm(x.transpose(0, 2, 3, 1), name, EPSILON).transpose(0, 3, 1, 2);
  }

  private static Flow block(Flow x, double rate) {
    long channels = x.size(1);
    Flow y = Convs.conv(x, "block.0", channels, 7, o -> o.pad(3).groups(channels));
    y = Pieces.norm(y.transpose(0, 2, 3, 1), "block.2", EPSILON);
    y = Pieces.linear(Pieces.linear(y, "block.3", 4 * channels).gelu(), "block.5", channels);
    Flow scale = x.parameter("layer_scale", Shape.of(channels, 1, 1), Initializers.constant(1e-6));
    return x.add(y.transpose(0, 3, 1, 2).mul(scale).then(Layers.stochasticDepth(rate)));
  }
}
