package dev.gatun.models.t5;

import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Given;
import dev.gatun.models.family.Keys;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.Attend;
import dev.gatun.models.part.Masks;
import dev.gatun.models.part.Pieces;
import dev.gatun.models.part.RelativeBuckets;
import dev.gatun.train.net.Flow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** T5 (Raffel and others 2020), T5 1.1 and mT5: an encoder and a decoder. */
public final class T5 implements Family {
  @Override
  public List<String> modelTypes() {
    return List.of("t5", "mt5");
  }

  @Override
  public List<String> classes() {
    return List.of(
        "T5Model",
        "T5ForConditionalGeneration",
        "T5EncoderModel",
        "MT5Model",
        "MT5ForConditionalGeneration",
        "MT5EncoderModel");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    T5Config o = T5Config.of(c);
    boolean words = className.endsWith("ForConditionalGeneration");
    boolean encoderOnly = className.endsWith("EncoderModel");
    Architecture.Body body =
        in -> {
          Flow memory = stack(o, in.get("input_ids"), mask(in, "attention_mask"), Optional.empty());
          if (encoderOnly) {
            return Map.of("last_hidden_state", memory);
          }
          Flow states = decoder(o, in, memory);
          Map<String, Flow> results = new LinkedHashMap<>();
          results.put(words ? "logits" : "last_hidden_state", words ? words(o, states) : states);
          results.put("encoder_last_hidden_state", memory);
          return results;
        };
    Keys keys =
        Keys.of("")
            .otherwise("lm_head.weight", "shared.weight")
            .ignore("^(encoder|decoder)\\.embed_tokens\\.weight$");
    if (o.tied() || !words) {
      keys = keys.ignore("^lm_head\\.weight$");
    }
    List<Architecture.Field> fields =
        new java.util.ArrayList<>(
            List.of(
                Architecture.required(Architecture.ids("input_ids")),
                Architecture.optional(Architecture.ids("attention_mask"))));
    if (!encoderOnly) {
      fields.add(Architecture.required(Architecture.ids("decoder_input_ids")));
      fields.add(Architecture.optional(Architecture.ids("decoder_attention_mask")));
    }
    Architecture plain = Architecture.of(fields, body, keys);
    return words ? plain.trainedBy(Labels.perPosition()) : plain;
  }

  private static Optional<Flow> mask(Given in, String name) {
    return in.find(name).map(Masks::padding);
  }

  private static Flow words(T5Config o, Flow states) {
    Flow x = o.scaledOutputs() ? states.mul(1 / Math.sqrt((double) o.width())) : states;
    return x.matmulTransposed(
        Pieces.table(x, o.tied() ? "shared.weight" : "lm_head.weight", o.vocabulary(), o.width()));
  }

  private static Flow decoder(T5Config o, Given in, Flow memory) {
    Memory all = new Memory(memory, mask(in, "attention_mask"));
    return stack(
        o, in.get("decoder_input_ids"), mask(in, "decoder_attention_mask"), Optional.of(all));
  }

  /** What a decoder reads beside its own words. */
  private record Memory(Flow states, Optional<Flow> mask) {}

  private static Flow stack(T5Config o, Flow ids, Optional<Flow> mask, Optional<Memory> memory) {
    boolean decoder = memory.isPresent();
    String base = decoder ? "decoder" : "encoder";
    Flow x = Pieces.embed(ids, "shared", o.vocabulary(), o.width()).dropout(o.dropout());
    Flow at = Masks.positions(ids, 1);
    Flow bias =
        new RelativeBuckets(o.buckets(), o.farthest(), !decoder)
            .bias(
                Pieces.table(
                    x,
                    base + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                    o.buckets(),
                    o.heads()),
                at,
                at);
    Flow seen = mask.isEmpty() ? bias : bias.where(mask.get(), bias.number(-1e30));
    for (int i = 0; i < (decoder ? o.decoderLayers() : o.layers()); i++) {
      x = x.named(base + ".block." + i).then(y -> block(o, y, seen, memory));
    }
    return Pieces.rootNorm(x, base + ".final_layer_norm", o.epsilon()).dropout(o.dropout());
  }

  private static Flow block(T5Config o, Flow x, Flow bias, Optional<Memory> memory) {
    boolean decoder = memory.isPresent();
    Flow y = Pieces.rootNorm(x, "layer.0.layer_norm", o.epsilon());
    y = attention(o, y, y, "layer.0.SelfAttention", Optional.of(bias), decoder);
    y = x.add(y.dropout(o.dropout()));
    int layer = 1;
    if (memory.isPresent()) {
      Flow z = Pieces.rootNorm(y, "layer.1.layer_norm", o.epsilon());
      Memory m = memory.get();
      z = attention(o, z, m.states(), "layer.1.EncDecAttention", m.mask(), false);
      y = y.add(z.dropout(o.dropout()));
      layer = 2;
    }
    Flow z = Pieces.rootNorm(y, "layer." + layer + ".layer_norm", o.epsilon());
    z = z.named("layer." + layer + ".DenseReluDense").then(w -> inner(o, w));
    return y.add(z.dropout(o.dropout()));
  }

  private static Flow attention(
      T5Config o, Flow x, Flow from, String name, Optional<Flow> mask, boolean causal) {
    long width = o.heads() * o.headWidth();
    Flow y =
        new Attend(o.heads(), o.heads(), 1, causal, o.dropout())
            .apply(
                Pieces.linear(x, name + ".q", width, false),
                Pieces.linear(from, name + ".k", width, false),
                Pieces.linear(from, name + ".v", width, false),
                mask);
    return Pieces.linear(y, name + ".o", o.width(), false);
  }

  private static Flow inner(T5Config o, Flow x) {
    Flow y;
    if (o.gated()) {
      Flow gate = Pieces.linear(x, "wi_0", o.inner(), false).then(o.activation());
      y = gate.mul(Pieces.linear(x, "wi_1", o.inner(), false));
    } else {
      y = Pieces.linear(x, "wi", o.inner(), false).then(o.activation());
    }
    return Pieces.linear(y.dropout(o.dropout()), "wo", o.width(), false);
  }
}
