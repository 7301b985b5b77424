package dev.gatun.models.vision;

import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
import java.util.List;

/** EfficientNet (Tan and Le 2019), scaled in width and depth. */
record EfficientNet(double width, double depth, double dropout, double epsilon) {
  /** Expansion, kernel, stride, channels in and out, repetitions. */
  private static final List<List<Integer>> ROWS =
      List.of(
          List.of(1, 3, 1, 32, 16, 1),
          List.of(6, 3, 2, 16, 24, 2),
          List.of(6, 5, 2, 24, 40, 2),
          List.of(6, 3, 2, 40, 80, 3),
          List.of(6, 5, 1, 80, 112, 3),
          List.of(6, 5, 2, 112, 192, 4),
          List.of(6, 3, 1, 192, 320, 1));

  private static final double DROP = 0.2;

  private long channels(long base) {
    return Convs.divisible(base * width, 8);
  }

  private long repeats(int base) {
    return (long) Math.ceil(base * depth);
  }

  Flow classified(Flow pixels, long classes) {
    Layer silu = Activations.silu();
    Flow x =
        Convs.numbered(
            pixels, "features.0", epsilon, silu, channels(32), 3, o -> o.stride(2).pad(1));
    long all = ROWS.stream().mapToLong(row -> repeats(row.get(5))).sum();
    long done = 0;
    for (int stage = 0; stage < ROWS.size(); stage++) {
      List<Integer> row = ROWS.get(stage);
      for (int i = 0; i < repeats(row.get(5)); i++) {
        long in = x.size(1);
        InvertedResidual block =
            new InvertedResidual(
                row.get(1),
                Convs.divisible(in * (double) row.get(0), 8),
                channels(row.get(4)),
                i == 0 ? row.get(2) : 1,
                silu,
                Math.max(1, in / 4),
                silu,
                Activations.sigmoid(),
                epsilon,
                DROP * done++ / all);
        x = x.named("features." + (stage + 1) + "." + i).then(block::apply);
      }
    }
    x = Convs.numbered(x, "features." + (ROWS.size() + 1), epsilon, silu, 4 * x.size(1), 1, o -> o);
    return Convs.dense(x.globalAvgPool().dropout(dropout), "classifier.1", classes);
  }
}
