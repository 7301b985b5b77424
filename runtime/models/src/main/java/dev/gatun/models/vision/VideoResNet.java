package dev.gatun.models.vision;

import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import java.util.List;

/**
 * Residual networks over time (Tran and others 2018), for clips [B, 3, T, H, W].
 *
 * @param width of the first stage; each is twice as wide as the one before
 * @param depths blocks of each stage
 */
record VideoResNet(long width, List<Integer> depths) {
  Flow classified(Flow clips, long classes) {
    Flow x = conv(clips, "stem.0", width, List.of(3L, 7L, 7L), List.of(1L, 2L, 2L));
    x = norm(x, "stem.1").relu();
    for (int stage = 0; stage < depths.size(); stage++) {
      long channels = width << stage;
      for (int i = 0; i < depths.get(stage); i++) {
        long stride = stage > 0 && i == 0 ? 2 : 1;
        x = x.named("layer" + (stage + 1) + "." + i).then(y -> block(y, channels, stride));
      }
    }
    return Convs.dense(x.mean(2, 3, 4), "fc", classes);
  }

  private static Flow block(Flow x, long channels, long stride) {
    Flow y = cube(x, "conv1", channels, 3, stride, Activations.relu());
    y = cube(y, "conv2", channels, 3, 1, Activations.identity());
    Flow shortcut =
        stride == 1 && x.size(1) == channels
            ? x
            : cube(x, "downsample", channels, 1, stride, Activations.identity());
    return y.add(shortcut).relu();
  }

  private static Flow cube(
      Flow x, String name, long channels, long kernel, long stride, Layer activation) {
    List<Long> sizes = List.of(kernel, kernel, kernel);
    Flow y = conv(x, name + ".0", channels, sizes, List.of(stride, stride, stride));
    return norm(y, name + ".1").then(activation);
  }

  private static Flow conv(
      Flow x, String name, long channels, List<Long> kernel, List<Long> strides) {
    long[] sizes = kernel.stream().mapToLong(Long::longValue).toArray();
    long[] steps = strides.stream().mapToLong(Long::longValue).toArray();
    long[] pads = kernel.stream().mapToLong(size -> size / 2).toArray();
    return x.named(name)
        .then(
            Layers.conv3d(channels, 1)
                .kernel(sizes)
                .stride(steps)
                .pad(pads)
                .withoutBias()
                .weights(Initializers.heNormalFanOut()));
  }

  private static Flow norm(Flow x, String name) {
    return x.named(name).then(Layers.batchNorm());
  }
}
