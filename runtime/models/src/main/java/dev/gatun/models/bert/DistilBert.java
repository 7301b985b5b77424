package dev.gatun.models.bert;

import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Given;
import dev.gatun.models.family.Keys;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.models.part.Attend;
import dev.gatun.models.part.Masks;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** DistilBERT (Sanh and others 2019) with its heads. */
public final class DistilBert implements Family {
  private static final double EPSILON = 1e-12;

  /** Options, with the defaults of the published config class. */
  private record Options(
      long vocabulary,
      long width,
      long layers,
      long heads,
      long inner,
      Layer activation,
      double dropout,
      double attentionDropout,
      double answerDropout,
      double headDropout,
      long positions,
      boolean tied) {
    static Options of(Config c) {
      return new Options(
          c.integer("vocab_size", 30522),
          c.integer("dim", 768),
          c.integer("n_layers", 6),
          c.integer("n_heads", 12),
          c.integer("hidden_dim", 4 * 768),
          ActivationNames.of(c, "activation", "gelu"),
          c.real("dropout", 0.1),
          c.real("attention_dropout", 0.1),
          c.real("qa_dropout", 0.1),
          c.real("seq_classif_dropout", 0.2),
          c.integer("max_position_embeddings", 512),
          c.flag("tie_word_embeddings", true));
    }
  }

  @Override
  public List<String> modelTypes() {
    return List.of("distilbert");
  }

  @Override
  public List<String> classes() {
    return List.of(
        "DistilBertModel",
        "DistilBertForMaskedLM",
        "DistilBertForSequenceClassification",
        "DistilBertForTokenClassification",
        "DistilBertForQuestionAnswering");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    Options o = Options.of(c);
    long classes = c.classes();
    Architecture.Body body =
        switch (className) {
          case "DistilBertForMaskedLM" -> in -> Map.of("logits", words(o, encoder(o, in)));
          case "DistilBertForSequenceClassification" ->
              in -> Map.of("logits", classified(o, encoder(o, in), classes));
          case "DistilBertForTokenClassification" ->
              in ->
                  Map.of(
                      "logits",
                      Pieces.linear(encoder(o, in).dropout(o.dropout()), "classifier", classes));
          case "DistilBertForQuestionAnswering" ->
              in -> Heads.answer(encoder(o, in).dropout(o.answerDropout()));
          default -> in -> Map.of("last_hidden_state", encoder(o, in));
        };
    Keys keys = Keys.of("distilbert").ignore("\\.position_ids$");
    if (o.tied()) {
      keys = keys.ignore("^vocab_projector\\.weight$");
    }
    return Heads.withLoss(Architecture.of(Heads.fields(false), body, keys), c, className);
  }

  private static Flow encoder(Options o, Given in) {
    Flow ids = in.get("input_ids");
    Optional<Flow> mask = in.find("attention_mask").map(Masks::padding);
    Flow x = ids.named("distilbert.embeddings").then(i -> embeddings(o, i, in));
    for (int layer = 0; layer < o.layers(); layer++) {
      x = x.named("distilbert.transformer.layer." + layer).then(y -> block(o, y, mask));
    }
    return x;
  }

  private static Flow embeddings(Options o, Flow ids, Given in) {
    Flow x = Pieces.embed(ids, "word_embeddings", o.vocabulary(), o.width());
    Flow table = Pieces.table(ids, "position_embeddings.weight", o.positions(), o.width());
    Flow at = in.find("position_ids").orElseGet(() -> Masks.positions(ids, 1).unsqueeze(0));
    return Pieces.norm(x.add(Pieces.rows(table, at)), "LayerNorm", EPSILON).dropout(o.dropout());
  }

  private static Flow block(Options o, Flow x, Optional<Flow> mask) {
    Flow seen =
        Attend.of(o.heads(), o.width(), o.attentionDropout())
            .apply(
                Pieces.linear(x, "attention.q_lin", o.width()),
                Pieces.linear(x, "attention.k_lin", o.width()),
                Pieces.linear(x, "attention.v_lin", o.width()),
                mask);
    Flow y = Pieces.linear(seen, "attention.out_lin", o.width()).add(x);
    y = Pieces.norm(y, "sa_layer_norm", EPSILON);
    Flow inner = Pieces.linear(y, "ffn.lin1", o.inner()).then(o.activation());
    Flow out = Pieces.linear(inner, "ffn.lin2", o.width()).dropout(o.dropout());
    return Pieces.norm(out.add(y), "output_layer_norm", EPSILON);
  }

  private static Flow classified(Options o, Flow states, long classes) {
    Flow x = Pieces.linear(states.select(1, 0), "pre_classifier", o.width()).relu();
    return Pieces.linear(x.dropout(o.headDropout()), "classifier", classes);
  }

  private static Flow words(Options o, Flow states) {
    Flow x = Pieces.linear(states, "vocab_transform", o.width()).then(o.activation());
    x = Pieces.norm(x, "vocab_layer_norm", EPSILON);
    String table = o.tied() ? "distilbert.embeddings.word_embeddings" : "vocab_projector";
    return x.matmulTransposed(Pieces.table(x, table + ".weight", o.vocabulary(), o.width()))
        .add(x.parameter("vocab_projector.bias", Shape.of(o.vocabulary()), Initializers.zeros()));
  }
}
