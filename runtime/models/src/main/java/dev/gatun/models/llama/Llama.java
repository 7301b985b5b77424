package dev.gatun.models.llama;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.Rope;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Cache;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Given;
import dev.gatun.models.family.Keys;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.Attend;
import dev.gatun.models.part.LastWord;
import dev.gatun.models.part.Masks;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Llama (Touvron and others 2023) and decoders like it: Mistral, Qwen2, Qwen3. */
public final class Llama implements Family {
  @Override
  public List<String> modelTypes() {
    return List.of("llama", "mistral", "qwen2", "qwen3");
  }

  @Override
  public List<String> classes() {
    List<String> names = new ArrayList<>();
    for (String prefix : List.of("Llama", "Mistral", "Qwen2", "Qwen3")) {
      for (String head :
          List.of("Model", "ForCausalLM", "ForSequenceClassification", "ForTokenClassification")) {
        names.add(prefix + head);
      }
    }
    return names;
  }

  @Override
  public Architecture architecture(Config c, String className) {
    DecoderConfig o = DecoderConfig.of(c);
    long classes = c.classes();
    String head = className.contains("For") ? className.substring(className.indexOf("For")) : "";
    Architecture.Body body =
        switch (head) {
          case "ForCausalLM" -> in -> Map.of("logits", words(o, states(o, in)));
          case "ForSequenceClassification" ->
              in ->
                  Map.of(
                      "logits",
                      Pieces.linear(
                          LastWord.of(states(o, in), in.get("input_ids"), o.padding()),
                          "score",
                          classes,
                          false));
          case "ForTokenClassification" ->
              in -> Map.of("logits", Pieces.linear(states(o, in).dropout(0.1), "score", classes));
          default -> in -> Map.of("last_hidden_state", states(o, in));
        };
    Keys keys = Keys.of("model").ignore("\\.rotary_emb\\.inv_freq$");
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
    return switch (head) {
      case "ForCausalLM" ->
          plain
              .trainedBy(Labels.nextWord())
              // No limit: turns go on beyond the trained length.
              .decodedBy(o.decoding());
      case "ForSequenceClassification" -> plain.trainedBy(Labels.ofSamples(c));
      case "ForTokenClassification" -> plain.trainedBy(Labels.perPosition());
      default -> plain;
    };
  }

  static Flow words(DecoderConfig o, Flow states) {
    String table = o.tied() ? "model.embed_tokens.weight" : "lm_head.weight";
    return states.matmulTransposed(Pieces.table(states, table, o.vocabulary(), o.width()));
  }

  private static Flow states(DecoderConfig o, Given in) {
    return states(o, in, embed(o, in.get("input_ids")));
  }

  static Flow embed(DecoderConfig o, Flow ids) {
    return Pieces.embed(ids, "model.embed_tokens", o.vocabulary(), o.width());
  }

  /** States of embedded words; ids only tell how many there are. */
  static Flow states(DecoderConfig o, Given in, Flow embedded) {
    Flow ids = in.get("input_ids");
    Optional<Flow> mask = in.find("attention_mask").map(Masks::padding);
    List<Flow> angles =
        o.angles()
            .at(
                in.cache()
                    .map(cache -> cache.positions(ids))
                    .or(() -> in.find("position_ids"))
                    .orElseGet(() -> Masks.positions(ids, 1)));
    Flow x = embedded;
    for (int i = 0; i < o.windows().size(); i++) {
      long window = o.windows().get(i);
      Optional<Flow> seen = Masks.both(mask, near(in, ids, window));
      x = x.named("model.layers." + i).then(y -> block(o, ids, y, angles, seen, in.cache()));
    }
    x = in.cache().isPresent() ? in.cache().get().wanted(x) : x;
    return Pieces.rootNorm(x, "model.norm", o.epsilon());
  }

  /** What a window lets see, if it hides anything. */
  private static Optional<Flow> near(Given in, Flow ids, long window) {
    if (window == 0) {
      return Optional.empty();
    }
    if (in.cache().isPresent()) {
      return Optional.of(Masks.window(in.cache().get(), ids, window).unsqueeze(1));
    }
    boolean all = ids.size(1) >= 0 && ids.size(1) <= window;
    return all ? Optional.empty() : Optional.of(Masks.window(ids, 1, window).unsqueeze(0, 1));
  }

  private static Flow block(
      DecoderConfig o,
      Flow ids,
      Flow x,
      List<Flow> angles,
      Optional<Flow> mask,
      Optional<Cache> cache) {
    Flow normed = Pieces.rootNorm(x, "input_layernorm", o.epsilon());
    Flow y = x.add(normed.named("self_attn").then(z -> attention(o, ids, z, angles, mask, cache)));
    return y.add(
        Pieces.rootNorm(y, "post_attention_layernorm", o.epsilon())
            .named("mlp")
            .then(z -> inner(o, z)));
  }

  private static Flow attention(
      DecoderConfig o,
      Flow ids,
      Flow x,
      List<Flow> angles,
      Optional<Flow> mask,
      Optional<Cache> cache) {
    boolean bias = o.projectionBias();
    Flow q = Pieces.linear(x, "q_proj", o.heads() * o.headWidth(), bias);
    Flow k = Pieces.linear(x, "k_proj", o.keyHeads() * o.headWidth(), bias);
    Flow v = Pieces.linear(x, "v_proj", o.keyHeads() * o.headWidth(), bias);
    Attend attend =
        new Attend(
            o.heads(),
            o.keyHeads(),
            1 / Math.sqrt((double) o.headWidth()),
            true,
            o.attentionDropout());
    Flow y =
        attend.ofHeads(
            ids,
            turned(o, Attend.split(q, o.heads()), "q_norm", angles),
            turned(o, Attend.split(k, o.keyHeads()), "k_norm", angles),
            Attend.split(v, o.keyHeads()),
            mask,
            cache);
    return Pieces.linear(y, "o_proj", o.width(), o.outputBias());
  }

  private static Flow turned(DecoderConfig o, Flow heads, String norm, List<Flow> angles) {
    Flow x = o.headNorms() ? Pieces.rootNorm(heads, norm, o.epsilon()) : heads;
    return x.op(Rope.OP, Attrs.NONE, angles.get(0), angles.get(1));
  }

  private static Flow inner(DecoderConfig o, Flow x) {
    Flow gate = Pieces.linear(x, "gate_proj", o.inner(), o.innerBias()).then(o.activation());
    Flow up = Pieces.linear(x, "up_proj", o.inner(), o.innerBias());
    return Pieces.linear(gate.mul(up), "down_proj", o.width(), o.innerBias());
  }
}
