package dev.gatun.models.vision;

import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
import java.util.List;

/** MobileNet v2 (Sandler and others 2018) and v3 (Howard and others 2019). */
final class MobileNets {
  /** Expansion, channels, repetitions, stride. */
  private static final List<List<Integer>> SECOND =
      List.of(
          List.of(1, 16, 1, 1),
          List.of(6, 24, 2, 2),
          List.of(6, 32, 3, 2),
          List.of(6, 64, 4, 2),
          List.of(6, 96, 3, 1),
          List.of(6, 160, 3, 2),
          List.of(6, 320, 1, 1));

  /** Kernel, expanded, out, weighing, hard swish, stride. */
  private static final List<List<Integer>> LARGE =
      List.of(
          List.of(3, 16, 16, 0, 0, 1),
          List.of(3, 64, 24, 0, 0, 2),
          List.of(3, 72, 24, 0, 0, 1),
          List.of(5, 72, 40, 1, 0, 2),
          List.of(5, 120, 40, 1, 0, 1),
          List.of(5, 120, 40, 1, 0, 1),
          List.of(3, 240, 80, 0, 1, 2),
          List.of(3, 200, 80, 0, 1, 1),
          List.of(3, 184, 80, 0, 1, 1),
          List.of(3, 184, 80, 0, 1, 1),
          List.of(3, 480, 112, 1, 1, 1),
          List.of(3, 672, 112, 1, 1, 1),
          List.of(5, 672, 160, 1, 1, 2),
          List.of(5, 960, 160, 1, 1, 1),
          List.of(5, 960, 160, 1, 1, 1));

  private static final List<List<Integer>> SMALL =
      List.of(
          List.of(3, 16, 16, 1, 0, 2),
          List.of(3, 72, 24, 0, 0, 2),
          List.of(3, 88, 24, 0, 0, 1),
          List.of(5, 96, 40, 1, 1, 2),
          List.of(5, 240, 40, 1, 1, 1),
          List.of(5, 240, 40, 1, 1, 1),
          List.of(5, 120, 48, 1, 1, 1),
          List.of(5, 144, 48, 1, 1, 1),
          List.of(5, 288, 96, 1, 1, 2),
          List.of(5, 576, 96, 1, 1, 1),
          List.of(5, 576, 96, 1, 1, 1));

  static Flow second(Flow pixels, long classes) {
    Layer activation = Activations.relu6();
    Flow x = Convs.numbered(pixels, "features.0", 1e-5, activation, 32, 3, o -> o.stride(2).pad(1));
    int index = 1;
    for (List<Integer> row : SECOND) {
      for (int i = 0; i < row.get(2); i++) {
        long stride = i == 0 ? row.get(3) : 1;
        x = x.named("features." + index++).then(y -> narrowed(y, row.get(0), row.get(1), stride));
      }
    }
    x = Convs.numbered(x, "features." + index, 1e-5, activation, 1280, 1, o -> o);
    return Convs.dense(x.globalAvgPool().dropout(0.2), "classifier.1", classes);
  }

  private static Flow narrowed(Flow x, long expansion, long out, long stride) {
    long wide = x.size(1) * expansion;
    int next = 0;
    Flow y = x;
    if (expansion != 1) {
      y = Convs.numbered(y, "conv." + next++, 1e-5, Activations.relu6(), wide, 1, o -> o);
    }
    y =
        Convs.numbered(
            y,
            "conv." + next++,
            1e-5,
            Activations.relu6(),
            wide,
            3,
            o -> o.stride(stride).pad(1).groups(wide));
    y =
        Convs.normed(
            y, "conv." + next, "conv." + (next + 1), 1e-5, Activations.identity(), out, 1, o -> o);
    return stride == 1 && x.size(1) == out ? x.add(y) : y;
  }

  static Flow large(Flow pixels, long classes) {
    return third(pixels, LARGE, 1280, classes);
  }

  static Flow small(Flow pixels, long classes) {
    return third(pixels, SMALL, 1024, classes);
  }

  private static Flow third(Flow pixels, List<List<Integer>> rows, long last, long classes) {
    double epsilon = 1e-3;
    Layer swish = Activations.hardSwish();
    Flow x = Convs.numbered(pixels, "features.0", epsilon, swish, 16, 3, o -> o.stride(2).pad(1));
    int index = 1;
    for (List<Integer> row : rows) {
      InvertedResidual block =
          new InvertedResidual(
              row.get(0),
              row.get(1),
              row.get(2),
              row.get(5),
              row.get(4) == 1 ? swish : Activations.relu(),
              row.get(3) == 1 ? Convs.divisible(row.get(1) / 4, 8) : 0,
              Activations.relu(),
              Activations.hardSigmoid(),
              epsilon,
              0);
      x = x.named("features." + index++).then(block::apply);
    }
    x = Convs.numbered(x, "features." + index, epsilon, swish, 6 * x.size(1), 1, o -> o);
    x = Convs.dense(x.globalAvgPool(), "classifier.0", last).then(swish).dropout(0.2);
    return Convs.dense(x, "classifier.3", classes);
  }

  private MobileNets() {}
}
