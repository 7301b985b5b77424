package dev.gatun.models.wav2vec2;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.Conv;
import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Config;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.models.part.Attend;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layer;
import java.util.Optional;

/**
 * Blocks over steps; positions come from a convolution over many of them.
 *
 * @param normFirst whether norms come before each part, as in the larger ones
 */
record SpeechEncoder(
    long width,
    long layers,
    long heads,
    long inner,
    Layer activation,
    Layer convActivation,
    long kernel,
    long groups,
    double dropout,
    double attentionDropout,
    double innerDropout,
    double projectionDropout,
    double epsilon,
    boolean normFirst) {
  static SpeechEncoder of(Config c) {
    return new SpeechEncoder(
        c.integer("hidden_size", 768),
        c.integer("num_hidden_layers", 12),
        c.integer("num_attention_heads", 12),
        c.integer("intermediate_size", 3072),
        ActivationNames.of(c, "hidden_act", "gelu"),
        ActivationNames.of(c, "feat_extract_activation", "gelu"),
        c.integer("num_conv_pos_embeddings", 128),
        c.integer("num_conv_pos_embedding_groups", 16),
        c.real("hidden_dropout", 0.1),
        c.real("attention_dropout", 0.1),
        c.real("activation_dropout", 0.1),
        c.real("feat_proj_dropout", 0),
        c.real("layer_norm_eps", 1e-5),
        c.flag("do_stable_layer_norm", false));
  }

  /** The features as the blocks take them, and the blocks' states. */
  record States(Flow features, Flow last) {}

  /**
   * The states of all steps.
   *
   * @param steps which of them count [B, T]
   */
  States apply(Flow features, Optional<Flow> steps) {
    String base = "wav2vec2.encoder.";
    Flow normed = Pieces.norm(features, "wav2vec2.feature_projection.layer_norm", epsilon);
    Flow x =
        Pieces.linear(normed, "wav2vec2.feature_projection.projection", width)
            .dropout(projectionDropout);
    if (steps.isPresent()) {
      x = x.mul(steps.get().cast(x.dtype()).unsqueeze(2));
    }
    Optional<Flow> mask = steps.map(s -> s.unsqueeze(1, 2));
    x = x.add(x.named(base + "pos_conv_embed.conv").then(this::positions));
    if (!normFirst) {
      x = Pieces.norm(x, base + "layer_norm", epsilon);
    }
    x = x.dropout(dropout);
    for (int i = 0; i < layers; i++) {
      x =
          x.named(base + "layers." + i)
              .then(y -> normFirst ? blockNormFirst(y, mask) : block(y, mask));
    }
    return new States(normed, normFirst ? Pieces.norm(x, base + "layer_norm", epsilon) : x);
  }

  /** A convolution whose weight is a direction and, for each of its places, a length. */
  private Flow positions(Flow x) {
    Flow direction =
        x.parameter(
            "parametrizations.weight.original1",
            Shape.of(width, width / groups, kernel),
            Initializers.normal(0, 0.02));
    Flow length =
        x.parameter(
            "parametrizations.weight.original0", Shape.of(1, 1, kernel), Initializers.ones());
    Flow weight = direction.mul(length.div(direction.square().sumKept(0, 1).sqrt()));
    Flow bias = x.parameter("bias", Shape.of(width), Initializers.zeros());
    // An even kernel gives one step too many.
    long after = kernel / 2 - (kernel % 2 == 0 ? 1 : 0);
    Attrs attrs = Attrs.of("pads", new long[] {kernel / 2, after}, "groups", groups);
    return x.transpose(0, 2, 1)
        .op(Conv.OP, attrs, weight, bias)
        .then(convActivation)
        .transpose(0, 2, 1);
  }

  private Flow block(Flow x, Optional<Flow> mask) {
    Flow y = Pieces.norm(x.add(attention(x, mask)), "layer_norm", epsilon);
    return Pieces.norm(y.add(inner(y)), "final_layer_norm", epsilon);
  }

  private Flow blockNormFirst(Flow x, Optional<Flow> mask) {
    Flow y = x.add(attention(Pieces.norm(x, "layer_norm", epsilon), mask));
    return y.add(inner(Pieces.norm(y, "final_layer_norm", epsilon)));
  }

  private Flow attention(Flow x, Optional<Flow> mask) {
    Flow y =
        Attend.of(heads, width, attentionDropout)
            .apply(
                Pieces.linear(x, "attention.q_proj", width),
                Pieces.linear(x, "attention.k_proj", width),
                Pieces.linear(x, "attention.v_proj", width),
                mask);
    return Pieces.linear(y, "attention.out_proj", width).dropout(dropout);
  }

  private Flow inner(Flow x) {
    Flow y =
        Pieces.linear(x, "feed_forward.intermediate_dense", inner)
            .then(activation)
            .dropout(innerDropout);
    return Pieces.linear(y, "feed_forward.output_dense", width).dropout(dropout);
  }
}
