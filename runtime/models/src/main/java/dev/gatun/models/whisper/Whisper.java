package dev.gatun.models.whisper;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Cache;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Decoding;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Given;
import dev.gatun.models.family.Keys;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.models.part.Masks;
import dev.gatun.models.part.Pieces;
import dev.gatun.models.part.SequenceBlock;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whisper (Radford and others 2023): log-mel spectrograms to words. */
public final class Whisper implements Family {
  private static final double EPSILON = 1e-5;

  /** Options, with the defaults of the published config class. */
  private record Options(
      long vocabulary,
      long mels,
      long width,
      long layers,
      long decoderLayers,
      SequenceBlock encoder,
      SequenceBlock decoder,
      double dropout,
      long sourcePositions,
      long targetPositions,
      boolean tied) {
    static Options of(Config c) {
      long width = c.integer("d_model", 384);
      return new Options(
          c.integer("vocab_size", 51865),
          c.integer("num_mel_bins", 80),
          width,
          c.integer("encoder_layers", 4),
          c.integer("decoder_layers", 4),
          block(c, "encoder", width),
          block(c, "decoder", width),
          c.real("dropout", 0),
          c.integer("max_source_positions", 1500),
          c.integer("max_target_positions", 448),
          c.flag("tie_word_embeddings", true));
    }

    private static SequenceBlock block(Config c, String part, long width) {
      return new SequenceBlock(
          width,
          c.integer(part + "_attention_heads", 6),
          c.integer(part + "_ffn_dim", 1536),
          ActivationNames.of(c, "activation_function", "gelu"),
          c.real("dropout", 0),
          c.real("attention_dropout", 0),
          c.real("activation_dropout", 0),
          true,
          false);
    }
  }

  @Override
  public List<String> modelTypes() {
    return List.of("whisper");
  }

  @Override
  public List<String> classes() {
    return List.of("WhisperModel", "WhisperForConditionalGeneration");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    Options o = Options.of(c);
    boolean words = className.equals("WhisperForConditionalGeneration");
    Architecture.Body body =
        in -> {
          if (in.cache().isPresent()) {
            return Map.of("logits", words(o, step(o, in, in.cache().get())));
          }
          Flow memory = encoder(o, in.get("input_features"));
          Flow states = decoder(o, in, memory);
          Map<String, Flow> results = new LinkedHashMap<>();
          results.put(words ? "logits" : "last_hidden_state", words ? words(o, states) : states);
          results.put("encoder_last_hidden_state", memory);
          return results;
        };
    Keys keys = Keys.of("model");
    if (o.tied() || !words) {
      keys = keys.ignore("^proj_out\\.weight$");
    }
    Architecture plain =
        Architecture.of(
            List.of(
                // Two steps of the spectrogram are one position.
                Architecture.required(
                    Input.of("input_features", o.mels(), 2 * o.sourcePositions())),
                Architecture.required(Architecture.ids("decoder_input_ids")),
                Architecture.optional(Architecture.ids("decoder_attention_mask"))),
            body,
            keys);
    return words ? plain.trainedBy(Labels.perPosition()).decodedBy(decoding(o)) : plain;
  }

  private static Decoding decoding(Options o) {
    Architecture.Body memory =
        in ->
            o.decoder()
                .memory(
                    encoder(o, in.get("input_features")),
                    "model.decoder.layers.",
                    o.decoderLayers());
    long heads = o.decoder().heads();
    return Decoding.after(memory, o.decoderLayers(), heads, o.width() / heads, o.targetPositions());
  }

  private static Flow encoder(Options o, Flow features) {
    String base = "model.encoder.";
    Flow x = features.named(base + "conv1").conv1d(o.width(), 3, l -> l.pad(1)).gelu();
    x = x.named(base + "conv2").conv1d(o.width(), 3, l -> l.pad(1).stride(2)).gelu();
    x = x.transpose(0, 2, 1);
    if (x.size(1) != o.sourcePositions()) {
      throw new GatunException(
          "whisper: the spectrogram must have " + 2 * o.sourcePositions() + " steps");
    }
    x =
        x.add(Pieces.table(x, base + "embed_positions.weight", o.sourcePositions(), o.width()))
            .dropout(o.dropout());
    for (int i = 0; i < o.layers(); i++) {
      x =
          x.named(base + "layers." + i)
              .then(
                  y ->
                      o.encoder()
                          .apply(y, Optional.empty(), Optional.empty(), false, Optional.empty()));
    }
    return Pieces.norm(x, base + "layer_norm", EPSILON);
  }

  private static Flow embedded(Options o, Flow ids, Flow positions) {
    String base = "model.decoder.";
    Flow table = Pieces.table(ids, base + "embed_positions.weight", o.targetPositions(), o.width());
    return Pieces.embed(ids, base + "embed_tokens", o.vocabulary(), o.width())
        .add(Pieces.rows(table, positions))
        .dropout(o.dropout());
  }

  private static Flow step(Options o, Given in, Cache cache) {
    String base = "model.decoder.";
    Flow ids = in.get("decoder_input_ids");
    // Padding behind the last word may be numbered beyond the end of the table.
    Flow x = embedded(o, ids, cache.positions(ids).min((double) o.targetPositions() - 1));
    for (int i = 0; i < o.decoderLayers(); i++) {
      x =
          x.named(base + "layers." + i)
              .then(y -> o.decoder().step(ids, y, Optional.empty(), cache));
    }
    return Pieces.norm(cache.wanted(x), base + "layer_norm", EPSILON);
  }

  private static Flow decoder(Options o, Given in, Flow memory) {
    String base = "model.decoder.";
    Flow ids = in.get("decoder_input_ids");
    Flow x = embedded(o, ids, Masks.positions(ids, 1).unsqueeze(0));
    Optional<Flow> mask = in.find("decoder_attention_mask").map(Masks::padding);
    SequenceBlock.Source source = SequenceBlock.Source.of(memory, Optional.empty());
    for (int i = 0; i < o.decoderLayers(); i++) {
      x =
          x.named(base + "layers." + i)
              .then(y -> o.decoder().apply(y, mask, Optional.empty(), true, Optional.of(source)));
    }
    return Pieces.norm(x, base + "layer_norm", EPSILON);
  }

  private static Flow words(Options o, Flow states) {
    String table = o.tied() ? "model.decoder.embed_tokens.weight" : "proj_out.weight";
    return states.matmulTransposed(Pieces.table(states, table, o.vocabulary(), o.width()));
  }
}
