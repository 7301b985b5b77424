package dev.gatun.models.vision;

import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * Residual networks (He and others 2016), with groups (Xie and others 2017) or wider ones
 * (Zagoruyko and Komodakis 2016).
 *
 * @param dilatedFrom first stage that dilates instead of halving, 4 for none
 */
record ResidualNet(
    List<Integer> depths, boolean bottleneck, long groups, long groupWidth, int dilatedFrom) {
  private static final double EPSILON = 1e-5;

  static ResidualNet of(boolean bottleneck, int... depths) {
    return new ResidualNet(java.util.Arrays.stream(depths).boxed().toList(), bottleneck, 1, 64, 4);
  }

  ResidualNet grouped(long count, long width) {
    return new ResidualNet(depths, bottleneck, count, width, dilatedFrom);
  }

  ResidualNet dilated(int stage) {
    return new ResidualNet(depths, bottleneck, groups, groupWidth, stage);
  }

  Flow classified(Flow pixels, long classes) {
    return Convs.dense(features(pixels, "").globalAvgPool(), "fc", classes);
  }

  /** The last stage's result. */
  Flow features(Flow pixels, String base) {
    Flow x =
        Convs.normed(
                pixels,
                base + "conv1",
                base + "bn1",
                EPSILON,
                Activations.relu(),
                64,
                7,
                o -> o.stride(2).pad(3))
            .maxPool2d(3, p -> p.stride(2).pad(1));
    long dilation = 1;
    for (int stage = 0; stage < depths.size(); stage++) {
      long width = 64L << stage;
      long before = dilation;
      long stride = stage == 0 ? 1 : 2;
      if (stage >= dilatedFrom) {
        dilation *= stride;
        stride = 1;
      }
      for (int i = 0; i < depths.get(stage); i++) {
        long s = i == 0 ? stride : 1;
        long d = i == 0 ? before : dilation;
        x = x.named(base + "layer" + (stage + 1) + "." + i).then(y -> block(y, width, s, d));
      }
    }
    return x;
  }

  private Flow block(Flow x, long width, long stride, long dilation) {
    long out = bottleneck ? 4 * width : width;
    Flow y;
    if (bottleneck) {
      long inner = width * groupWidth / 64 * groups;
      y = normed(x, 1, inner, 1, 1, 1, 1).relu();
      y = normed(y, 2, inner, 3, stride, dilation, groups).relu();
      y = normed(y, 3, out, 1, 1, 1, 1);
    } else {
      y = normed(x, 1, out, 3, stride, dilation, 1).relu();
      y = normed(y, 2, out, 3, 1, 1, 1);
    }
    Flow shortcut = x;
    if (stride != 1 || x.size(1) != out) {
      shortcut =
          Convs.numbered(
              x, "downsample", EPSILON, Activations.identity(), out, 1, o -> o.stride(stride));
    }
    return y.add(shortcut).relu();
  }

  private static Flow normed(
      Flow x, int number, long out, long kernel, long stride, long dilation, long groups) {
    return Convs.normed(
        x,
        "conv" + number,
        "bn" + number,
        EPSILON,
        Activations.identity(),
        out,
        kernel,
        o -> o.stride(stride).pad(kernel / 2 * dilation).dilation(dilation).groups(groups));
  }
}
