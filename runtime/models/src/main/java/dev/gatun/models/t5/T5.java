package dev.gatun.models.t5;

import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Cache;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Decoding;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Given;
import dev.gatun.models.family.Keys;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.Attend;
import dev.gatun.models.part.Masks;
import dev.gatun.models.part.Pieces;
import dev.gatun.models.part.RelativeBuckets;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
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
          if (in.cache().isPresent()) {
            return Map.of("logits", words(o, step(o, in, in.cache().get())));
          }
          Flow memory = encoder(o, in);
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
    return words ? plain.trainedBy(Labels.perPosition()).decodedBy(decoding(o)) : plain;
  }

  private static Decoding decoding(T5Config o) {
    Architecture.Body memory =
        in -> {
          Flow states = encoder(o, in);
          Map<String, Flow> all = new LinkedHashMap<>();
          for (int i = 0; i < o.decoderLayers(); i++) {
            for (String what : List.of("key", "value")) {
              String base = "decoder.block." + i + ".layer.1.EncDecAttention.";
              all.put(Cache.memory(i, what), heads(o, states, base + what.charAt(0)));
            }
          }
          return all;
        };
    return Decoding.after(memory, o.decoderLayers(), o.heads(), o.headWidth(), 0);
  }

  private static Flow heads(T5Config o, Flow x, String name) {
    return Attend.split(Pieces.linear(x, name, o.heads() * o.headWidth(), false), o.heads());
  }

  private static Flow encoder(T5Config o, Given in) {
    return stack(o, in.get("input_ids"), mask(in, "attention_mask"), Optional.empty());
  }

  /** The decoder for new words after those in a cache. */
  private static Flow step(T5Config o, Given in, Cache cache) {
    Flow ids = in.get("decoder_input_ids");
    Flow x = Pieces.embed(ids, "shared", o.vocabulary(), o.width());
    Flow bias = bias(o, x, "decoder", cache.positions(ids), cache.keyPositions());
    Optional<Flow> seen = mask(in, "attention_mask");
    for (int i = 0; i < o.decoderLayers(); i++) {
      x =
          x.named("decoder.block." + i)
              .then(
                  y ->
                      block(
                          o,
                          y,
                          true,
                          z -> own(o, ids, z, bias, cache),
                          z -> ofMemory(o, z, seen, cache)));
    }
    return Pieces.rootNorm(cache.wanted(x), "decoder.final_layer_norm", o.epsilon());
  }

  private static Flow own(T5Config o, Flow ids, Flow x, Flow bias, Cache cache) {
    String name = "layer.0.SelfAttention";
    Flow y =
        attend(o, true)
            .ofHeads(
                ids,
                heads(o, x, name + ".q"),
                heads(o, x, name + ".k"),
                heads(o, x, name + ".v"),
                Optional.of(bias),
                Optional.of(cache));
    return Pieces.linear(y, name + ".o", o.width(), false);
  }

  private static Flow ofMemory(T5Config o, Flow x, Optional<Flow> seen, Cache cache) {
    String name = "layer.1.EncDecAttention";
    List<Flow> memory = cache.memory();
    Flow y = attend(o, false).ofHeads(heads(o, x, name + ".q"), memory.get(0), memory.get(1), seen);
    return Pieces.linear(y, name + ".o", o.width(), false);
  }

  private static Attend attend(T5Config o, boolean causal) {
    return new Attend(o.heads(), o.heads(), 1, causal, o.dropout());
  }

  private static Flow bias(T5Config o, Flow any, String base, Flow queries, Flow keys) {
    String table = base + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight";
    return new RelativeBuckets(o.buckets(), o.farthest(), base.equals("encoder"))
        .bias(Pieces.table(any, table, o.buckets(), o.heads()), queries, keys);
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
    Flow bias = bias(o, x, base, at, at);
    Flow seen = mask.isEmpty() ? bias : bias.where(mask.get(), bias.number(-1e30));
    for (int i = 0; i < (decoder ? o.decoderLayers() : o.layers()); i++) {
      x =
          x.named(base + ".block." + i)
              .then(
                  y ->
                      block(
                          o,
                          y,
                          decoder,
                          z ->
                              attention(
                                  o, z, z, "layer.0.SelfAttention", Optional.of(seen), decoder),
                          z -> ofMemory(o, z, memory)));
    }
    return Pieces.rootNorm(x, base + ".final_layer_norm", o.epsilon()).dropout(o.dropout());
  }

  private static Flow ofMemory(T5Config o, Flow x, Optional<Memory> memory) {
    Memory m = memory.orElseThrow();
    return attention(o, x, m.states(), "layer.1.EncDecAttention", m.mask(), false);
  }

  /**
   * A block.
   *
   * @param own attention to the words themselves
   * @param memory attention to the encoder's, of a decoder
   */
  private static Flow block(T5Config o, Flow x, boolean decoder, Layer own, Layer memory) {
    Flow y = own.apply(Pieces.rootNorm(x, "layer.0.layer_norm", o.epsilon()));
    y = x.add(y.dropout(o.dropout()));
    int layer = 1;
    if (decoder) {
      Flow z = memory.apply(Pieces.rootNorm(y, "layer.1.layer_norm", o.epsilon()));
      y = y.add(z.dropout(o.dropout()));
      layer = 2;
    }
    Flow z = Pieces.rootNorm(y, "layer." + layer + ".layer_norm", o.epsilon());
    z = z.named("layer." + layer + ".DenseReluDense").then(w -> inner(o, w));
    return y.add(z.dropout(o.dropout()));
  }

  private static Flow attention(
      T5Config o, Flow x, Flow from, String name, Optional<Flow> mask, boolean causal) {
    Flow y =
        attend(o, causal)
            .ofHeads(
                heads(o, x, name + ".q"),
                heads(o, from, name + ".k"),
                heads(o, from, name + ".v"),
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
