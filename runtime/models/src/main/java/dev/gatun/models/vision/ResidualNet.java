package dev.gatun.models.vision;

import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import java.util.ArrayList;
import java.util.List;

/**
 * Residual networks (He and others 2016), with groups (Xie and others 2017) or wider ones
 * (Zagoruyko and Komodakis 2016).
 *
 * @param dilatedFrom first stage that dilates instead of halving, 4 for none
 * @param norm after each convolution, with weights of its own each time
 */
record ResidualNet(
    List<Integer> depths,
    boolean bottleneck,
    long groups,
    long groupWidth,
    int dilatedFrom,
    Layer norm) {
  private static final double EPSILON = 1e-5;

  static ResidualNet of(boolean bottleneck, int... depths) {
    return new ResidualNet(
        java.util.Arrays.stream(depths).boxed().toList(), bottleneck, 1, 64, 4, batchNorm());
  }

  /** The usual norm. */
  static Layer batchNorm() {
    return x -> Layers.batchNorm().epsilon(EPSILON).apply(x);
  }

  ResidualNet grouped(long count, long width) {
    return new ResidualNet(depths, bottleneck, count, width, dilatedFrom, norm);
  }

  ResidualNet dilated(int stage) {
    return new ResidualNet(depths, bottleneck, groups, groupWidth, stage, norm);
  }

  ResidualNet normedBy(Layer other) {
    return new ResidualNet(depths, bottleneck, groups, groupWidth, dilatedFrom, other);
  }

  Flow classified(Flow pixels, long classes) {
    return Convs.dense(features(pixels, "").globalAvgPool(), "fc", classes);
  }

  /** The last stage's result. */
  Flow features(Flow pixels, String base) {
    return stages(pixels, base).getLast();
  }

  /** The results of all stages. */
  List<Flow> stages(Flow pixels, String base) {
    List<Flow> results = new ArrayList<>();
    Flow x =
        Convs.normedBy(
                pixels,
                base + "conv1",
                base + "bn1",
                norm,
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
      results.add(x);
    }
    return results;
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
          Convs.normedBy(
              x,
              "downsample.0",
              "downsample.1",
              norm,
              Activations.identity(),
              out,
              1,
              o -> o.stride(stride));
    }
    return y.add(shortcut).relu();
  }

  private Flow normed(
      Flow x, int number, long out, long kernel, long stride, long dilation, long groups) {
    return Convs.normedBy(
        x,
        "conv" + number,
        "bn" + number,
        norm,
        Activations.identity(),
        out,
        kernel,
        o -> o.stride(stride).pad(kernel / 2 * dilation).dilation(dilation).groups(groups));
  }
}
