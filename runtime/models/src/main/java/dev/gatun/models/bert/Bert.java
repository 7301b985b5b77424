package dev.gatun.models.bert;

import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Given;
import dev.gatun.models.family.Keys;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** BERT with its heads. */
public final class Bert implements Family {
  @Override
  public List<String> modelTypes() {
    return List.of("bert");
  }

  @Override
  public List<String> classes() {
    return List.of(
        "BertModel",
        "BertForMaskedLM",
        "BertForPreTraining",
        "BertForNextSentencePrediction",
        "BertForSequenceClassification",
        "BertForTokenClassification",
        "BertForQuestionAnswering");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    BertConfig config = BertConfig.of(c);
    BertEncoder encoder = new BertEncoder(config, "bert", false);
    long classes = c.classes();
    Architecture.Body body =
        switch (className) {
          case "BertForMaskedLM" -> in -> Map.of("logits", words(encoder, encoder.apply(in)));
          case "BertForPreTraining" -> in -> pretraining(encoder, in);
          case "BertForNextSentencePrediction" ->
              in -> Map.of("logits", Pieces.linear(pooled(encoder, in), "cls.seq_relationship", 2));
          case "BertForSequenceClassification" ->
              in ->
                  Map.of("logits", classified(pooled(encoder, in), config.headDropout(), classes));
          case "BertForTokenClassification" ->
              in -> Map.of("logits", classified(encoder.apply(in), config.headDropout(), classes));
          case "BertForQuestionAnswering" -> in -> Heads.answer(encoder.apply(in));
          default -> in -> states(encoder, in);
        };
    Keys keys =
        Keys.of("bert")
            .ignore("\\.position_ids$")
            .otherwise("cls.predictions.decoder.bias", "cls.predictions.bias");
    // Which of the two biases counts follows from whether the weights are tied.
    keys =
        config.tied()
            ? keys.ignore("^cls\\.predictions\\.decoder\\.")
            : keys.ignore("^cls\\.predictions\\.bias$");
    return Heads.withLoss(Architecture.of(Heads.fields(true), body, keys), c, className);
  }

  private static Map<String, Flow> states(BertEncoder encoder, Given in) {
    Flow states = encoder.apply(in);
    Map<String, Flow> results = new LinkedHashMap<>();
    results.put("last_hidden_state", states);
    results.put("pooler_output", pooled(encoder, states));
    return results;
  }

  private static Map<String, Flow> pretraining(BertEncoder encoder, Given in) {
    Flow states = encoder.apply(in);
    Map<String, Flow> results = new LinkedHashMap<>();
    results.put("prediction_logits", words(encoder, states));
    results.put(
        "seq_relationship_logits",
        Pieces.linear(pooled(encoder, states), "cls.seq_relationship", 2));
    return results;
  }

  private static Flow pooled(BertEncoder encoder, Given in) {
    return pooled(encoder, encoder.apply(in));
  }

  private static Flow pooled(BertEncoder encoder, Flow states) {
    return Pieces.linear(states.select(1, 0), "bert.pooler.dense", encoder.config().width()).tanh();
  }

  private static Flow classified(Flow x, double dropout, long classes) {
    return Pieces.linear(x.dropout(dropout), "classifier", classes);
  }

  private static Flow words(BertEncoder encoder, Flow states) {
    BertConfig config = encoder.config();
    Flow x =
        Pieces.linear(states, "cls.predictions.transform.dense", config.width())
            .then(config.activation());
    x = Pieces.norm(x, "cls.predictions.transform.LayerNorm", config.epsilon());
    Flow table =
        config.tied()
            ? encoder.words(x)
            : Pieces.table(
                x, "cls.predictions.decoder.weight", config.vocabulary(), config.width());
    return x.matmulTransposed(table)
        .add(
            x.parameter(
                config.tied() ? "cls.predictions.bias" : "cls.predictions.decoder.bias",
                Shape.of(config.vocabulary()),
                Initializers.zeros()));
  }
}
