package dev.gatun.models.vision;

import dev.gatun.train.net.Flow;
import java.util.List;

/** SqueezeNet (Iandola and others 2016), versions 1.0 and 1.1. */
final class SqueezeNet {
  /** Number in the sequence, squeezed and expanded channels of each part. */
  private static final List<List<Integer>> FIRST =
      List.of(
          List.of(3, 16, 64),
          List.of(4, 16, 64),
          List.of(5, 32, 128),
          List.of(7, 32, 128),
          List.of(8, 48, 192),
          List.of(9, 48, 192),
          List.of(10, 64, 256),
          List.of(12, 64, 256));

  private static final List<List<Integer>> SECOND =
      List.of(
          List.of(3, 16, 64),
          List.of(4, 16, 64),
          List.of(6, 32, 128),
          List.of(7, 32, 128),
          List.of(9, 48, 192),
          List.of(10, 48, 192),
          List.of(11, 64, 256),
          List.of(12, 64, 256));

  static Flow first(Flow pixels, long classes) {
    return net(Convs.conv(pixels, "features.0", 96, 7, o -> o.stride(2)), FIRST, classes);
  }

  static Flow second(Flow pixels, long classes) {
    return net(Convs.conv(pixels, "features.0", 64, 3, o -> o.stride(2)), SECOND, classes);
  }

  private static Flow net(Flow stem, List<List<Integer>> parts, long classes) {
    Flow x = pooled(stem.relu());
    int next = 3;
    for (List<Integer> part : parts) {
      // A number that is left out is a pool.
      if (part.get(0) != next) {
        x = pooled(x);
      }
      next = part.get(0) + 1;
      x = x.named("features." + part.get(0)).then(y -> fire(y, part.get(1), part.get(2)));
    }
    return Convs.conv(x.dropout(0.5), "classifier.1", classes, 1, o -> o).relu().globalAvgPool();
  }

  private static Flow pooled(Flow x) {
    return x.maxPool2d(3, p -> p.stride(2).ceil());
  }

  private static Flow fire(Flow x, long squeezed, long expanded) {
    Flow y = Convs.conv(x, "squeeze", squeezed, 1, o -> o).relu();
    return Flow.concat(
        1,
        Convs.conv(y, "expand1x1", expanded, 1, o -> o).relu(),
        Convs.conv(y, "expand3x3", expanded, 3, o -> o.pad(1)).relu());
  }

  private SqueezeNet() {}
}
