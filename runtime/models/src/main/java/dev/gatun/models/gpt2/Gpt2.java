package dev.gatun.models.gpt2;

import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Cache;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Decoding;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Given;
import dev.gatun.models.family.Keys;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.models.part.Attend;
import dev.gatun.models.part.LastWord;
import dev.gatun.models.part.Masks;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** GPT-2 (Radford and others 2019) with its heads. */
public final class Gpt2 implements Family {
  /** Options, with the defaults of the published config class. */
  private record Options(
      long vocabulary,
      long positions,
      long width,
      long layers,
      long heads,
      long inner,
      Layer activation,
      double residualDropout,
      double embeddingDropout,
      double attentionDropout,
      double epsilon,
      boolean scaled,
      boolean scaledByLayer,
      boolean tied,
      OptionalLong padding) {
    static Options of(Config c) {
      c.require("add_cross_attention", !c.flag("add_cross_attention", false), "false");
      long width = c.integer("n_embd", 768);
      return new Options(
          c.integer("vocab_size", 50257),
          c.integer("n_positions", 1024),
          width,
          c.integer("n_layer", 12),
          c.integer("n_head", 12),
          c.integer("n_inner", 4 * width),
          ActivationNames.of(c, "activation_function", "gelu_new"),
          c.real("resid_pdrop", 0.1),
          c.real("embd_pdrop", 0.1),
          c.real("attn_pdrop", 0.1),
          c.real("layer_norm_epsilon", 1e-5),
          c.flag("scale_attn_weights", true),
          c.flag("scale_attn_by_inverse_layer_idx", false),
          c.flag("tie_word_embeddings", true),
          c.has("pad_token_id")
              ? OptionalLong.of(c.integer("pad_token_id"))
              : OptionalLong.empty());
    }
  }

  @Override
  public List<String> modelTypes() {
    return List.of("gpt2");
  }

  @Override
  public List<String> classes() {
    return List.of(
        "GPT2Model",
        "GPT2LMHeadModel",
        "GPT2ForSequenceClassification",
        "GPT2ForTokenClassification");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    Options o = Options.of(c);
    long classes = c.classes();
    Architecture.Body body =
        switch (className) {
          case "GPT2LMHeadModel" -> in -> Map.of("logits", words(o, states(o, in)));
          case "GPT2ForSequenceClassification" ->
              in ->
                  Map.of(
                      "logits",
                      Pieces.linear(
                          LastWord.of(states(o, in), in.get("input_ids"), o.padding()),
                          "score",
                          classes,
                          false));
          case "GPT2ForTokenClassification" ->
              in ->
                  Map.of(
                      "logits",
                      Pieces.linear(
                          states(o, in).dropout(c.real("classifier_dropout", 0.1)),
                          "classifier",
                          classes));
          default -> in -> Map.of("last_hidden_state", states(o, in));
        };
    Keys keys = Keys.of("transformer").ignore("\\.attn\\.bias$").ignore("\\.attn\\.masked_bias$");
    if (o.tied()) {
      keys = keys.ignore("^lm_head\\.weight$");
    }
    Architecture plain =
        Architecture.of(
            List.of(
                Architecture.required(Architecture.ids("input_ids")),
                Architecture.optional(Architecture.ids("attention_mask")),
                Architecture.optional(Architecture.ids("position_ids"))),
            body,
            keys);
    return switch (className) {
      case "GPT2LMHeadModel" ->
          plain
              .trainedBy(Labels.nextWord())
              .decodedBy(Decoding.of(o.layers(), o.heads(), o.width() / o.heads(), o.positions()));
      case "GPT2ForSequenceClassification" -> plain.trainedBy(Labels.ofSamples(c));
      case "GPT2ForTokenClassification" -> plain.trainedBy(Labels.perPosition());
      default -> plain;
    };
  }

  private static Flow words(Options o, Flow states) {
    String table = o.tied() ? "transformer.wte.weight" : "lm_head.weight";
    return states.matmulTransposed(Pieces.table(states, table, o.vocabulary(), o.width()));
  }

  private static Flow states(Options o, Given in) {
    Flow ids = in.get("input_ids");
    Optional<Flow> mask = in.find("attention_mask").map(Masks::padding);
    // Padding behind the last word may be numbered beyond the end of the table.
    Flow at =
        in.cache()
            .map(cache -> cache.positions(ids).min((double) o.positions() - 1))
            .or(() -> in.find("position_ids"))
            .orElseGet(() -> Masks.positions(ids, 1).unsqueeze(0));
    Flow x =
        Pieces.embed(ids, "transformer.wte", o.vocabulary(), o.width())
            .add(
                Pieces.rows(
                    Pieces.table(ids, "transformer.wpe.weight", o.positions(), o.width()), at))
            .dropout(o.embeddingDropout());
    for (int i = 0; i < o.layers(); i++) {
      int layer = i;
      x = x.named("transformer.h." + i).then(y -> block(o, ids, y, layer, mask, in.cache()));
    }
    x = in.cache().isPresent() ? in.cache().get().wanted(x) : x;
    return Pieces.norm(x, "transformer.ln_f", o.epsilon());
  }

  private static Flow block(
      Options o, Flow ids, Flow x, int layer, Optional<Flow> mask, Optional<Cache> cache) {
    Attend attend = Attend.of(o.heads(), o.width(), o.attentionDropout()).masked();
    double scale = o.scaled() ? attend.scale() : 1;
    attend = attend.scaled(o.scaledByLayer() ? scale / (layer + 1) : scale);
    List<Flow> qkv =
        projected(Pieces.norm(x, "ln_1", o.epsilon()), "attn.c_attn", 3 * o.width()).split(2, 3);
    Flow seen =
        attend.ofHeads(
            ids,
            Attend.split(qkv.get(0), o.heads()),
            Attend.split(qkv.get(1), o.heads()),
            Attend.split(qkv.get(2), o.heads()),
            mask,
            cache);
    Flow y = x.add(projected(seen, "attn.c_proj", o.width()).dropout(o.residualDropout()));
    Flow inner =
        projected(Pieces.norm(y, "ln_2", o.epsilon()), "mlp.c_fc", o.inner()).then(o.activation());
    return y.add(projected(inner, "mlp.c_proj", o.width()).dropout(o.residualDropout()));
  }

  /** x W + b: these weights are [in, out]. */
  private static Flow projected(Flow x, String name, long units) {
    return x.named(name)
        .then(
            y ->
                y.matmul(
                        y.parameter(
                            "weight", Shape.of(y.size(-1), units), Initializers.normal(0, 0.02)))
                    .add(y.parameter("bias", Shape.of(units), Initializers.zeros())));
  }
}
