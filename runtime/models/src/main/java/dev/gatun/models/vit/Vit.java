package dev.gatun.models.vit;

import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Keys;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.models.part.Attend;
import dev.gatun.models.part.Patches;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Vision transformer (Dosovitskiy and others 2021). */
public final class Vit implements Family {
  /** Options, with the defaults of the published config class. */
  private record Options(
      Patches patches,
      long width,
      long layers,
      long heads,
      long inner,
      Layer activation,
      double dropout,
      double attentionDropout,
      double epsilon,
      boolean bias,
      long pooled,
      Layer pooledActivation) {
    static Options of(Config c) {
      long width = c.integer("hidden_size", 768);
      return new Options(
          Patches.of(c, 224, 16),
          width,
          c.integer("num_hidden_layers", 12),
          c.integer("num_attention_heads", 12),
          c.integer("intermediate_size", 3072),
          ActivationNames.of(c, "hidden_act", "gelu"),
          c.real("hidden_dropout_prob", 0),
          c.real("attention_probs_dropout_prob", 0),
          c.real("layer_norm_eps", 1e-12),
          c.flag("qkv_bias", true),
          c.integer("pooler_output_size", width),
          ActivationNames.of(c, "pooler_act", "tanh"));
    }
  }

  @Override
  public List<String> modelTypes() {
    return List.of("vit");
  }

  @Override
  public List<String> classes() {
    return List.of("ViTModel", "ViTForImageClassification");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    Options o = Options.of(c);
    boolean classifies = className.equals("ViTForImageClassification");
    long classes = c.classes();
    Architecture.Body body =
        in -> {
          Flow states = states(o, in.get("pixel_values"));
          if (classifies) {
            return Map.of("logits", Pieces.linear(states.select(1, 0), "classifier", classes));
          }
          Map<String, Flow> results = new LinkedHashMap<>();
          results.put("last_hidden_state", states);
          results.put(
              "pooler_output",
              Pieces.linear(states.select(1, 0), "vit.pooler.dense", o.pooled())
                  .then(o.pooledActivation()));
          return results;
        };
    // Newer versions of the published implementation name these parameters in another way.
    String layer = "^(vit\\.)?layers\\.(\\d+)\\.";
    Keys keys =
        Keys.of("vit")
            .ignore("\\.mask_token$")
            .rename(
                layer + "attention\\.q_proj\\.", "$1encoder.layer.$2.attention.attention.query.")
            .rename(layer + "attention\\.k_proj\\.", "$1encoder.layer.$2.attention.attention.key.")
            .rename(
                layer + "attention\\.v_proj\\.", "$1encoder.layer.$2.attention.attention.value.")
            .rename(layer + "attention\\.o_proj\\.", "$1encoder.layer.$2.attention.output.dense.")
            .rename(layer + "mlp\\.fc1\\.", "$1encoder.layer.$2.intermediate.dense.")
            .rename(layer + "mlp\\.fc2\\.", "$1encoder.layer.$2.output.dense.")
            .rename(layer + "(layernorm_)", "$1encoder.layer.$2.$3");
    Architecture plain =
        Architecture.of(List.of(Architecture.required(o.patches().input())), body, keys);
    return classifies ? plain.trainedBy(Labels.ofSamples(c)) : plain;
  }

  private static Flow states(Options o, Flow pixels) {
    Flow x = pixels.named("vit.embeddings").then(p -> embeddings(o, p));
    for (int i = 0; i < o.layers(); i++) {
      x = x.named("vit.encoder.layer." + i).then(y -> block(o, y));
    }
    return Pieces.norm(x, "vit.layernorm", o.epsilon());
  }

  private static Flow embeddings(Options o, Flow pixels) {
    Flow x = o.patches().embed(pixels, "patch_embeddings.projection", o.width(), true);
    var first = Initializers.normal(0, 0.02);
    x = Patches.withFirst(x, x.parameter("cls_token", Shape.of(1, 1, o.width()), first));
    Shape all = Shape.of(1, o.patches().count() + 1, o.width());
    return x.add(x.parameter("position_embeddings", all, first)).dropout(o.dropout());
  }

  private static Flow block(Options o, Flow x) {
    Flow y = Pieces.norm(x, "layernorm_before", o.epsilon());
    y =
        Attend.of(o.heads(), o.width(), o.attentionDropout())
            .apply(
                Pieces.linear(y, "attention.attention.query", o.width(), o.bias()),
                Pieces.linear(y, "attention.attention.key", o.width(), o.bias()),
                Pieces.linear(y, "attention.attention.value", o.width(), o.bias()),
                Optional.empty());
    y = x.add(Pieces.linear(y, "attention.output.dense", o.width()).dropout(o.dropout()));
    Flow z = Pieces.norm(y, "layernorm_after", o.epsilon());
    z = Pieces.linear(z, "intermediate.dense", o.inner()).then(o.activation());
    return y.add(Pieces.linear(z, "output.dense", o.width()).dropout(o.dropout()));
  }
}
