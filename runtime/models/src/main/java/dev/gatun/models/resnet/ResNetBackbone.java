package dev.gatun.models.resnet;

import dev.gatun.models.family.Config;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
import java.util.ArrayList;
import java.util.List;

/**
 * The convolutions of a residual network (He and others 2016), for classifiers and detectors.
 *
 * @param read number of the stage whose result is read, from 1; 0 for the stem's
 * @param norm after each convolution
 */
public record ResNetBackbone(
    long channels,
    long embedding,
    List<Long> widths,
    List<Long> depths,
    boolean bottleneck,
    Layer activation,
    boolean downsampleFirst,
    boolean downsampleInBottleneck,
    int read,
    Layer norm) {
  /** What a config says. */
  public static ResNetBackbone of(Config c, Layer norm) {
    String kind = c.text("layer_type", "bottleneck");
    c.require("layer_type", kind.equals("basic") || kind.equals("bottleneck"), "basic, bottleneck");
    List<Long> widths = c.integers("hidden_sizes", List.of(256L, 512L, 1024L, 2048L));
    List<Long> depths = c.integers("depths", List.of(3L, 4L, 6L, 3L));
    c.require("depths", depths.size() == widths.size(), "one for each of hidden_sizes " + widths);
    return new ResNetBackbone(
        c.integer("num_channels", 3),
        c.integer("embedding_size", 64),
        widths,
        depths,
        kind.equals("bottleneck"),
        ActivationNames.of(c, "hidden_act", "relu"),
        c.flag("downsample_in_first_stage", false),
        c.flag("downsample_in_bottleneck", false),
        read(c, widths.size()),
        norm);
  }

  /** The last of out_features: stem, stage1, ... */
  private static int read(Config c, int stages) {
    List<String> names = c.texts("out_features");
    if (names.isEmpty()) {
      return stages;
    }
    String last = names.get(names.size() - 1);
    for (int i = 1; i <= stages; i++) {
      if (last.equals("stage" + i)) {
        return i;
      }
    }
    c.require("out_features", last.equals("stem"), "stem, stage1, ..., stage" + stages);
    return 0;
  }

  /** The result of all stages. */
  public Flow apply(Flow pixels, String base) {
    return stages(pixels, base).getLast();
  }

  /** The result of the stage that is to be read. */
  public Flow feature(Flow pixels, String base) {
    return stages(pixels, base).get(read);
  }

  /** The results of the stem and all stages. */
  private List<Flow> stages(Flow pixels, String base) {
    List<Flow> results = new ArrayList<>();
    Flow x =
        pixels
            .named(base + "embedder.embedder")
            .then(y -> convolved(y, embedding, 7, 2, activation))
            .maxPool2d(3, p -> p.stride(2).pad(1));
    results.add(x);
    for (int stage = 0; stage < widths.size(); stage++) {
      long width = widths.get(stage);
      for (int layer = 0; layer < depths.get(stage); layer++) {
        long stride = layer == 0 && (stage > 0 || downsampleFirst) ? 2 : 1;
        x =
            x.named(base + "encoder.stages." + stage + ".layers." + layer)
                .then(y -> block(y, width, stride));
      }
      results.add(x);
    }
    return results;
  }

  private Flow block(Flow x, long width, long stride) {
    Flow shortcut = x;
    if (x.size(1) != width || stride != 1) {
      shortcut =
          x.named("shortcut").then(y -> convolved(y, width, 1, stride, Activations.identity()));
    }
    Flow y;
    if (bottleneck) {
      long narrow = width / 4;
      long first = downsampleInBottleneck ? stride : 1;
      long second = downsampleInBottleneck ? 1 : stride;
      y = x.named("layer.0").then(z -> convolved(z, narrow, 1, first, activation));
      y = y.named("layer.1").then(z -> convolved(z, narrow, 3, second, activation));
      y = y.named("layer.2").then(z -> convolved(z, width, 1, 1, Activations.identity()));
    } else {
      y = x.named("layer.0").then(z -> convolved(z, width, 3, stride, activation));
      y = y.named("layer.1").then(z -> convolved(z, width, 3, 1, Activations.identity()));
    }
    return y.add(shortcut).then(activation);
  }

  private Flow convolved(Flow x, long width, long kernel, long stride, Layer then) {
    return x.named("convolution")
        .conv2d(width, kernel, l -> l.stride(stride).pad(kernel / 2).withoutBias())
        .named("normalization")
        .then(norm)
        .then(then);
  }
}
