package dev.gatun.models.wav2vec2;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Keys;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.loss.Ctc;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** wav2vec 2.0 (Baevski and others 2020): samples of sound to states, letters or classes. */
public final class Wav2Vec2 implements Family {
  @Override
  public List<String> modelTypes() {
    return List.of("wav2vec2");
  }

  @Override
  public List<String> classes() {
    return List.of("Wav2Vec2Model", "Wav2Vec2ForCTC", "Wav2Vec2ForSequenceClassification");
  }

  /** The mean over the steps that count. */
  private static Flow pooled(Flow states, Optional<Flow> steps) {
    if (steps.isEmpty()) {
      return states.mean(1);
    }
    Flow counts = steps.get().cast(states.dtype()).unsqueeze(2);
    return states.mul(counts).sum(1).div(counts.sum(1));
  }

  /** Labels without times, as the configuration wants them. */
  private static Ctc letters(Config c) {
    String reduction = c.text("ctc_loss_reduction", "sum");
    c.require(
        "ctc_loss_reduction", reduction.equals("sum") || reduction.equals("mean"), "sum, mean");
    return new Ctc(
        c.integer("pad_token_id", 0), c.flag("ctc_zero_infinity", false), reduction.equals("mean"));
  }

  @Override
  public Architecture architecture(Config c, String className) {
    c.require("add_adapter", !c.flag("add_adapter", false), "false");
    c.require("adapter_attn_dim", !c.has("adapter_attn_dim"), "null");
    c.require("use_weighted_layer_sum", !c.flag("use_weighted_layer_sum", false), "false");
    FeatureEncoder features = FeatureEncoder.of(c);
    SpeechEncoder encoder = SpeechEncoder.of(c);
    long letters = c.integer("vocab_size", 32);
    long classes = c.classes();
    double dropout = c.real("final_dropout", 0.1);
    long projected = c.integer("classifier_proj_size", 256);
    Architecture.Body body =
        in -> {
          Flow extracted = features.apply(in.get("input_values"));
          Optional<Flow> steps =
              in.find("attention_mask").map(counts -> features.steps(counts, extracted));
          SpeechEncoder.States all = encoder.apply(extracted, steps);
          Flow states = all.last();
          return switch (className) {
            case "Wav2Vec2ForCTC" ->
                Map.of("logits", Pieces.linear(states.dropout(dropout), "lm_head", letters));
            case "Wav2Vec2ForSequenceClassification" ->
                Map.of(
                    "logits",
                    Pieces.linear(
                        pooled(Pieces.linear(states, "projector", projected), steps),
                        "classifier",
                        classes));
            default -> {
              Map<String, Flow> results = new LinkedHashMap<>();
              results.put("last_hidden_state", states);
              results.put("extract_features", all.features());
              yield results;
            }
          };
        };
    String conv = "(pos_conv_embed\\.conv)\\.";
    Keys keys =
        Keys.of("wav2vec2")
            .rename(conv + "weight_g$", "$1.parametrizations.weight.original0")
            .rename(conv + "weight_v$", "$1.parametrizations.weight.original1")
            // For masking while training from scratch, which is not done here.
            .ignore("(^|\\.)masked_spec_embed$")
            .ignore("^(quantizer|project_q|project_hid)\\.");
    Architecture plain =
        Architecture.of(
            List.of(
                Architecture.required(
                    new Input("input_values", DType.F32, Shape.of(Shape.UNKNOWN))),
                Architecture.optional(Architecture.ids("attention_mask"))),
            body,
            keys);
    return switch (className) {
      case "Wav2Vec2ForCTC" -> plain.trainedBy(letters(c));
      case "Wav2Vec2ForSequenceClassification" -> plain.trainedBy(Labels.oneClass());
      default -> plain;
    };
  }
}
