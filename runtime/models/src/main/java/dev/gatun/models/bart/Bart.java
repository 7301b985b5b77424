package dev.gatun.models.bart;

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
import dev.gatun.models.part.LastWord;
import dev.gatun.models.part.Masks;
import dev.gatun.models.part.Pieces;
import dev.gatun.models.part.SequenceBlock;
import dev.gatun.train.net.Flow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** BART (Lewis and others 2020) with its heads. */
public final class Bart implements Family {
  private static final double EPSILON = 1e-5;
  // Positions begin behind two rows that nothing uses.
  private static final long OFFSET = 2;

  /** Options, with the defaults of the published config class. */
  private record Options(
      long vocabulary,
      long width,
      long positions,
      long layers,
      long decoderLayers,
      SequenceBlock encoder,
      SequenceBlock decoder,
      double dropout,
      double headDropout,
      double scale,
      boolean tied,
      long start,
      long end) {
    static Options of(Config c) {
      long width = c.integer("d_model", 1024);
      return new Options(
          c.integer("vocab_size", 50265),
          width,
          c.integer("max_position_embeddings", 1024),
          c.integer("encoder_layers", 12),
          c.integer("decoder_layers", 12),
          block(c, "encoder", width),
          block(c, "decoder", width),
          c.real("dropout", 0.1),
          c.real("classifier_dropout", 0),
          c.flag("scale_embedding", false) ? Math.sqrt((double) width) : 1,
          c.flag("tie_word_embeddings", true),
          c.integer("decoder_start_token_id", 2),
          c.integer("eos_token_id", 2));
    }

    private static SequenceBlock block(Config c, String part, long width) {
      return new SequenceBlock(
          width,
          c.integer(part + "_attention_heads", 16),
          c.integer(part + "_ffn_dim", 4096),
          ActivationNames.of(c, "activation_function", "gelu"),
          c.real("dropout", 0.1),
          c.real("attention_dropout", 0),
          c.real("activation_dropout", 0),
          false,
          true);
    }
  }

  @Override
  public List<String> modelTypes() {
    return List.of("bart");
  }

  @Override
  public List<String> classes() {
    return List.of("BartModel", "BartForConditionalGeneration", "BartForSequenceClassification");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    Options o = Options.of(c);
    boolean words = className.equals("BartForConditionalGeneration");
    boolean classes = className.equals("BartForSequenceClassification");
    long count = c.classes();
    Architecture.Body body =
        in -> {
          if (in.cache().isPresent()) {
            return Map.of("logits", words(o, step(o, in, in.cache().get())));
          }
          Flow memory = encoder(o, in);
          Flow states = decoder(o, in, memory);
          Map<String, Flow> results = new LinkedHashMap<>();
          if (classes) {
            results.put("logits", classified(o, in, states, count));
          } else {
            results.put(words ? "logits" : "last_hidden_state", words ? words(o, states) : states);
          }
          results.put("encoder_last_hidden_state", memory);
          return results;
        };
    Keys keys = Keys.of("model").ignore("^(model\\.)?(encoder|decoder)\\.embed_tokens\\.weight$");
    if (o.tied() || !words) {
      keys = keys.ignore("^lm_head\\.weight$");
    }
    Architecture plain =
        Architecture.of(
            List.of(
                Architecture.required(Architecture.ids("input_ids")),
                Architecture.optional(Architecture.ids("attention_mask")),
                Architecture.optional(Architecture.ids("decoder_input_ids")),
                Architecture.optional(Architecture.ids("decoder_attention_mask"))),
            body,
            keys);
    return words
        ? plain.trainedBy(Labels.perPosition()).decodedBy(decoding(o))
        : classes ? plain.trainedBy(Labels.ofSamples(c)) : plain;
  }

  private static Decoding decoding(Options o) {
    Architecture.Body memory =
        in -> o.decoder().memory(encoder(o, in), "model.decoder.layers.", o.decoderLayers());
    long heads = o.decoder().heads();
    return Decoding.after(memory, o.decoderLayers(), heads, o.width() / heads, o.positions());
  }

  private static Flow embedded(Options o, Flow ids, String base) {
    return embedded(o, ids, base, Masks.positions(ids, 1).unsqueeze(0));
  }

  private static Flow embedded(Options o, Flow ids, String base, Flow positions) {
    Flow x = Pieces.embed(ids, "model.shared", o.vocabulary(), o.width());
    Flow table =
        Pieces.table(x, base + ".embed_positions.weight", o.positions() + OFFSET, o.width());
    Flow at = positions.add((double) OFFSET);
    Flow y = (o.scale() == 1 ? x : x.mul(o.scale())).add(Pieces.rows(table, at));
    return Pieces.norm(y, base + ".layernorm_embedding", EPSILON).dropout(o.dropout());
  }

  private static Flow encoder(Options o, Given in) {
    Flow x = embedded(o, in.get("input_ids"), "model.encoder");
    Optional<Flow> mask = in.find("attention_mask").map(Masks::padding);
    for (int i = 0; i < o.layers(); i++) {
      x =
          x.named("model.encoder.layers." + i)
              .then(y -> o.encoder().apply(y, mask, Optional.empty(), false, Optional.empty()));
    }
    return x;
  }

  private static Flow decoder(Options o, Given in, Flow memory) {
    Flow ids = in.find("decoder_input_ids").orElseGet(() -> shifted(o, in.get("input_ids")));
    Flow x = embedded(o, ids, "model.decoder");
    Optional<Flow> mask = in.find("decoder_attention_mask").map(Masks::padding);
    SequenceBlock.Source source =
        SequenceBlock.Source.of(memory, in.find("attention_mask").map(Masks::padding));
    for (int i = 0; i < o.decoderLayers(); i++) {
      x =
          x.named("model.decoder.layers." + i)
              .then(y -> o.decoder().apply(y, mask, Optional.empty(), true, Optional.of(source)));
    }
    return x;
  }

  private static Flow step(Options o, Given in, Cache cache) {
    Flow ids = in.get("decoder_input_ids");
    // Padding behind the last word may be numbered beyond the end of the table.
    Flow at = cache.positions(ids).min((double) o.positions() - 1);
    Flow x = embedded(o, ids, "model.decoder", at);
    Optional<Flow> seen = in.find("attention_mask").map(Masks::padding);
    for (int i = 0; i < o.decoderLayers(); i++) {
      x = x.named("model.decoder.layers." + i).then(y -> o.decoder().step(ids, y, seen, cache));
    }
    return cache.wanted(x);
  }

  /** The words one place later, behind the one that starts a decoder. */
  private static Flow shifted(Options o, Flow ids) {
    Flow first = ids.slice(1, 0, 1).mul(0).add((double) o.start());
    return Flow.concat(1, first, ids.slice(1, 0, -1));
  }

  private static Flow words(Options o, Flow states) {
    String table = o.tied() ? "model.shared.weight" : "lm_head.weight";
    return states
        .matmulTransposed(Pieces.table(states, table, o.vocabulary(), o.width()))
        .add(states.buffer("final_logits_bias", Shape.of(1, o.vocabulary()), 0));
  }

  private static Flow classified(Options o, Given in, Flow states, long classes) {
    Flow x = LastWord.ofId(states, in.get("input_ids"), o.end()).dropout(o.headDropout());
    x = Pieces.linear(x, "classification_head.dense", o.width()).tanh().dropout(o.headDropout());
    return Pieces.linear(x, "classification_head.out_proj", classes);
  }
}
