package dev.gatun.models.bert;

import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Keys;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** RoBERTa with its heads, and networks that differ from it in their words only. */
public final class Roberta implements Family {
  private static final List<String> PREFIXES = List.of("Roberta", "XLMRoberta", "Camembert");

  @Override
  public List<String> modelTypes() {
    return List.of("roberta", "xlm-roberta", "camembert");
  }

  @Override
  public List<String> classes() {
    List<String> names = new ArrayList<>();
    for (String prefix : PREFIXES) {
      names.add(prefix + "Model");
      for (String head :
          List.of(
              "MaskedLM", "SequenceClassification", "TokenClassification", "QuestionAnswering")) {
        names.add(prefix + "For" + head);
      }
    }
    return names;
  }

  @Override
  public Architecture architecture(Config c, String className) {
    BertConfig config = BertConfig.of(c);
    BertEncoder encoder = new BertEncoder(config, "roberta", true);
    long classes = c.classes();
    String head = className.contains("For") ? className.substring(className.indexOf("For")) : "";
    Architecture.Body body =
        switch (head) {
          case "ForMaskedLM" -> in -> Map.of("logits", words(encoder, encoder.apply(in)));
          case "ForSequenceClassification" ->
              in -> Map.of("logits", classified(config, encoder.apply(in), classes));
          case "ForTokenClassification" ->
              in ->
                  Map.of(
                      "logits",
                      Pieces.linear(
                          encoder.apply(in).dropout(config.headDropout()), "classifier", classes));
          case "ForQuestionAnswering" -> in -> Heads.answer(encoder.apply(in));
          default ->
              in -> {
                Flow states = encoder.apply(in);
                Map<String, Flow> results = new LinkedHashMap<>();
                results.put("last_hidden_state", states);
                results.put(
                    "pooler_output",
                    Pieces.linear(states.select(1, 0), "roberta.pooler.dense", config.width())
                        .tanh());
                return results;
              };
        };
    Keys keys =
        Keys.of("roberta")
            .ignore("\\.position_ids$")
            .otherwise("lm_head.decoder.bias", "lm_head.bias");
    // Which of the two biases counts follows from whether the weights are tied.
    keys = config.tied() ? keys.ignore("^lm_head\\.decoder\\.") : keys.ignore("^lm_head\\.bias$");
    return Heads.withLoss(Architecture.of(Heads.fields(true), body, keys), c, className);
  }

  private static Flow classified(BertConfig config, Flow states, long classes) {
    Flow x = states.select(1, 0).dropout(config.headDropout());
    x = Pieces.linear(x, "classifier.dense", config.width()).tanh().dropout(config.headDropout());
    return Pieces.linear(x, "classifier.out_proj", classes);
  }

  private static Flow words(BertEncoder encoder, Flow states) {
    BertConfig config = encoder.config();
    Flow x = Pieces.linear(states, "lm_head.dense", config.width()).then(Activations.gelu());
    x = Pieces.norm(x, "lm_head.layer_norm", config.epsilon());
    Flow table =
        config.tied()
            ? encoder.words(x)
            : Pieces.table(x, "lm_head.decoder.weight", config.vocabulary(), config.width());
    return x.matmulTransposed(table)
        .add(
            x.parameter(
                config.tied() ? "lm_head.bias" : "lm_head.decoder.bias",
                Shape.of(config.vocabulary()),
                Initializers.zeros()));
  }
}
