package dev.gatun.models.wav2vec2;

import dev.gatun.models.family.Config;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.models.part.Masks;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import java.util.List;

/**
 * Convolutions over samples of sound [B, S] to steps [B, T, C].
 *
 * @param everyNorm whether each convolution is normalized, or the first one only, over time
 */
record FeatureEncoder(
    List<Long> widths,
    List<Long> kernels,
    List<Long> strides,
    boolean bias,
    boolean everyNorm,
    Layer activation) {
  static FeatureEncoder of(Config c) {
    String norm = c.text("feat_extract_norm", "group");
    c.require("feat_extract_norm", norm.equals("group") || norm.equals("layer"), "group, layer");
    List<Long> widths = c.integers("conv_dim", List.of(512L, 512L, 512L, 512L, 512L, 512L, 512L));
    List<Long> kernels = c.integers("conv_kernel", List.of(10L, 3L, 3L, 3L, 3L, 2L, 2L));
    List<Long> strides = c.integers("conv_stride", List.of(5L, 2L, 2L, 2L, 2L, 2L, 2L));
    c.require("conv_kernel", kernels.size() == widths.size(), "as many as conv_dim");
    c.require("conv_stride", strides.size() == widths.size(), "as many as conv_dim");
    return new FeatureEncoder(
        widths,
        kernels,
        strides,
        c.flag("conv_bias", false),
        norm.equals("layer"),
        ActivationNames.of(c, "feat_extract_activation", "gelu"));
  }

  Flow apply(Flow samples) {
    Flow x = samples.unsqueeze(1);
    for (int i = 0; i < widths.size(); i++) {
      int layer = i;
      x = x.named("wav2vec2.feature_extractor.conv_layers." + i).then(y -> convolved(y, layer));
    }
    return x.transpose(0, 2, 1);
  }

  /** Which steps come from samples that count: [B, T] booleans from [B, S]. */
  Flow steps(Flow counts, Flow features) {
    Flow length = counts.sum(1);
    for (int i = 0; i < widths.size(); i++) {
      length = length.sub((double) kernels.get(i)).div((double) strides.get(i)).add(1);
    }
    return Masks.positions(features, 1).unsqueeze(0).less(length.unsqueeze(1));
  }

  private Flow convolved(Flow x, int layer) {
    long width = widths.get(layer);
    Flow y =
        x.named("conv")
            .conv1d(
                width,
                kernels.get(layer),
                l -> {
                  var conv = l.stride(strides.get(layer));
                  return bias ? conv : conv.withoutBias();
                });
    if (everyNorm) {
      y = Pieces.norm(y.transpose(0, 2, 1), "layer_norm", 1e-5).transpose(0, 2, 1);
    } else if (layer == 0) {
      y = y.named("layer_norm").then(Layers.groupNorm(width));
    }
    return y.then(activation);
  }
}
