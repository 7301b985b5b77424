package dev.gatun.models.llava;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.CumSum;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Decoding;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Given;
import dev.gatun.models.family.Keys;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.Masks;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * LLaVA (Liu and others 2023): CLIP looks at pictures, two layers turn what it sees into words of a
 * decoder, which then goes on after pictures and words. The id {@code image_token_index} is there
 * once for each patch; pictures follow each other in the order of the rows.
 */
public final class Llava implements Family {
  private static final String PIXELS = "pixel_values";
  private static final String MEMORY = "memory.pictures";

  @Override
  public List<String> modelTypes() {
    return List.of("llava");
  }

  @Override
  public List<String> classes() {
    return List.of("LlavaForConditionalGeneration");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    LlavaConfig o = LlavaConfig.of(c);
    Keys keys =
        Keys.of("")
            // Files of newer versions have one name for all parts.
            .rename("^model\\.language_model\\.", "language_model.model.")
            .rename("^lm_head\\.", "language_model.lm_head.")
            .rename("^model\\.(vision_tower|multi_modal_projector)\\.", "$1.")
            .ignore("\\.rotary_emb\\.inv_freq$")
            .ignore("\\.position_ids$")
            // Blocks behind the one whose states are taken, and the norm behind all.
            .ignore("vision_tower\\.vision_model\\.post_layernorm\\.");
    for (long i = o.blocks(); i < o.tower().layers(); i++) {
      keys = keys.ignore("vision_tower\\.vision_model\\.encoder\\.layers\\." + i + "\\.");
    }
    if (o.language().tied()) {
      keys = keys.ignore("lm_head\\.weight$");
    }
    Input memory = new Input(MEMORY, DType.F32, Shape.of(Shape.UNKNOWN, o.language().width()));
    return Architecture.of(
            List.of(
                Architecture.required(Architecture.ids("input_ids")),
                Architecture.optional(Architecture.ids("attention_mask")),
                Architecture.optional(Architecture.ids("position_ids")),
                Architecture.optional(o.tower().patches().input())),
            in -> Map.of("logits", logits(o, in)),
            keys)
        .trainedBy(Labels.nextWord())
        .decodedBy(
            o.language()
                .decoding()
                .inserting(
                    in -> Map.of(MEMORY, pictures(o, in.get(PIXELS))),
                    new Decoding.Inserted(
                        PIXELS, o.imageToken(), o.language().vocabulary(), memory)));
  }

  private static Flow logits(LlavaConfig o, Given in) {
    Optional<Flow> seen = in.find(PIXELS).map(pixels -> pictures(o, pixels));
    return in.get("input_ids")
        .named("language_model")
        .then(ids -> o.language().logits(in, mixed(o, in, ids, seen)));
  }

  /** What stands for words, and for pictures between them [B, T, width]. */
  private static Flow mixed(LlavaConfig o, Given in, Flow ids, Optional<Flow> seen) {
    if (in.cache().isPresent()) {
      Flow memory = in.get(MEMORY);
      Flow own = ids.greaterEqual((double) o.language().vocabulary());
      // Rows have vectors of their own: row b's begin at b times their number.
      Flow first = Masks.positions(ids, 0).mul(count(memory)).unsqueeze(1);
      Flow index = ids.sub((double) o.language().vocabulary()).where(own, ids.number(0)).add(first);
      return put(o, ids, own, memory, index);
    }
    if (seen.isEmpty()) {
      return o.language().embed(ids);
    }
    Flow own = ids.equal((double) o.imageToken());
    Flow one = own.cast(DType.I64);
    Flow inRow = one.op(CumSum.OP, Attrs.NONE, ids.constant(Tensor.scalar(1))).sub(1);
    Flow counts = one.sum(1);
    Flow before = counts.op(CumSum.OP, Attrs.NONE, ids.constant(Tensor.scalar(0))).sub(counts);
    Flow index = inRow.add(before.unsqueeze(1)).where(own, ids.number(0));
    return put(o, ids, own, seen.get(), index);
  }

  private static Flow put(LlavaConfig o, Flow ids, Flow own, Flow vectors, Flow index) {
    Flow words = o.language().embed(ids.number(0).where(own, ids));
    Flow inserted = Pieces.rows(vectors.reshape(-1, o.language().width()), index);
    return inserted.where(own.unsqueeze(2), words);
  }

  private static Flow count(Flow memory) {
    return memory.sizes().slice(0, 1, 2).squeeze(0);
  }

  /** What CLIP sees, as words of the decoder [N, patches, width]. */
  private static Flow pictures(LlavaConfig o, Flow pixels) {
    List<Flow> states =
        o.tower().states(pixels, "vision_tower.vision_model.", o.layers()).stream()
            .map(x -> o.whole() ? x : x.slice(1, 1, Long.MAX_VALUE))
            .toList();
    Flow x = states.size() == 1 ? states.get(0) : Flow.concat(2, states);
    String name = "multi_modal_projector.linear_";
    x = Pieces.linear(x, name + "1", o.language().width(), o.bias()).then(o.activation());
    return Pieces.linear(x, name + "2", o.language().width(), o.bias());
  }
}
