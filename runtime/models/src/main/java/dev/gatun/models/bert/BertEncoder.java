package dev.gatun.models.bert;

import dev.gatun.models.family.Given;
import dev.gatun.models.part.Attend;
import dev.gatun.models.part.Masks;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import java.util.Optional;

/**
 * Embeddings and blocks of BERT (Devlin and others 2019) and RoBERTa (Liu and others 2019): norms
 * come after each residual sum.
 *
 * @param base beginning of all names
 * @param afterPadding whether positions count from behind the padding id, and only what is no
 *     padding, as RoBERTa's do
 */
record BertEncoder(BertConfig config, String base, boolean afterPadding) {
  /** The last hidden states [B, T, C]. */
  Flow apply(Given in) {
    Flow ids = in.get("input_ids");
    Optional<Flow> mask = in.find("attention_mask").map(Masks::padding);
    Flow x = ids.named(base + ".embeddings").then(i -> embeddings(i, in));
    for (int layer = 0; layer < config.layers(); layer++) {
      x = x.named(base + ".encoder.layer." + layer).then(y -> block(y, mask));
    }
    return x;
  }

  /** The table of words, for a head that reads it. */
  Flow words(Flow any) {
    return Pieces.table(
        any, base + ".embeddings.word_embeddings.weight", config.vocabulary(), config.width());
  }

  private Flow embeddings(Flow ids, Given in) {
    long width = config.width();
    Flow x = Pieces.embed(ids, "word_embeddings", config.vocabulary(), width);
    Flow table = Pieces.table(ids, "position_embeddings.weight", config.positions(), width);
    Flow types = Pieces.table(ids, "token_type_embeddings.weight", config.types(), width);
    Optional<Flow> type = in.find("token_type_ids");
    x = x.add(type.isPresent() ? Pieces.rows(types, type.get()) : types.slice(0, 0, 1));
    x = x.add(Pieces.rows(table, in.find("position_ids").orElseGet(() -> positions(ids))));
    return Pieces.norm(x, "LayerNorm", config.epsilon()).dropout(config.dropout());
  }

  private Flow positions(Flow ids) {
    if (!afterPadding) {
      return Masks.positions(ids, 1).unsqueeze(0);
    }
    Flow counts = ids.equal((double) config.padding()).not();
    Flow at = Masks.countedPositions(counts).add((double) config.padding() + 1);
    return at.where(counts, at.number((double) config.padding()));
  }

  private Flow block(Flow x, Optional<Flow> mask) {
    long width = config.width();
    Attend attend = Attend.of(config.heads(), width, config.attentionDropout());
    Flow seen =
        attend.apply(
            Pieces.linear(x, "attention.self.query", width),
            Pieces.linear(x, "attention.self.key", width),
            Pieces.linear(x, "attention.self.value", width),
            mask);
    Flow y = joined(x, seen, "attention.output");
    Flow inner = Pieces.linear(y, "intermediate.dense", config.inner()).then(config.activation());
    return joined(y, inner, "output");
  }

  private Flow joined(Flow x, Flow branch, String name) {
    Flow y = Pieces.linear(branch, name + ".dense", config.width()).dropout(config.dropout());
    return Pieces.norm(y.add(x), name + ".LayerNorm", config.epsilon());
  }
}
