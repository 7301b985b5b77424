package dev.gatun.vision.net;

import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import java.util.ArrayList;
import java.util.List;

/** Blocks that detectors are made of. */
final class Blocks {
  /** A convolution without bias, a batch norm and SiLU; the size divides by the stride. */
  static Flow conv(Flow x, String name, long filters, long kernel, long stride) {
    return x.named(name + ".conv")
        .conv2d(
            filters,
            kernel,
            o -> o.stride(stride).pad(kernel / 2).withoutBias().weights(Initializers.heNormal()))
        .named(name + ".norm")
        .batchNorm()
        .silu();
  }

  /** Half of the channels go through bottlenecks one after the other, all of which are joined. */
  static Flow crossStage(Flow x, String name, long filters, int blocks, boolean residual) {
    long half = filters / 2;
    Flow both = conv(x, name + ".in", 2 * half, 1, 1);
    List<Flow> parts = new ArrayList<>(both.split(1, 2));
    for (int i = 0; i < blocks; i++) {
      Flow last = parts.get(parts.size() - 1);
      Flow y = conv(last, name + "." + i + ".a", half, 3, 1);
      y = conv(y, name + "." + i + ".b", half, 3, 1);
      parts.add(residual ? last.add(y) : y);
    }
    return conv(Flow.concat(1, parts), name + ".out", filters, 1, 1);
  }

  /** What is seen from three distances: pools of pools. */
  static Flow pyramidPool(Flow x, String name, long filters) {
    List<Flow> parts = new ArrayList<>();
    parts.add(conv(x, name + ".in", filters / 2, 1, 1));
    for (int i = 0; i < 3; i++) {
      parts.add(parts.get(i).maxPool2d(5, o -> o.stride(1).pad(2)));
    }
    return conv(Flow.concat(1, parts), name + ".out", filters, 1, 1);
  }

  private Blocks() {}
}
