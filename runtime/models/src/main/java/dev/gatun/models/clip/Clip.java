package dev.gatun.models.clip;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Given;
import dev.gatun.models.family.Keys;
import dev.gatun.models.part.LastWord;
import dev.gatun.models.part.Masks;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** CLIP (Radford and others 2021): pictures and texts in one space; either may be left out. */
public final class Clip implements Family {
  /** Options of both sides, with the defaults of the published config classes. */
  private record Options(
      Tower text,
      PictureTower vision,
      long vocabulary,
      long positions,
      long end,
      long projected,
      double scale) {
    static Options of(Config c) {
      Config text = c.object("text_config");
      Config vision = c.object("vision_config");
      return new Options(
          Tower.of(text, 512, 8, 2048),
          PictureTower.of(vision),
          text.integer("vocab_size", 49408),
          text.integer("max_position_embeddings", 77),
          text.integer("eos_token_id", 49407),
          c.integer("projection_dim", 512),
          c.real("logit_scale_init_value", 2.6592));
    }
  }

  @Override
  public List<String> modelTypes() {
    return List.of("clip");
  }

  @Override
  public List<String> classes() {
    return List.of("CLIPModel");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    Options o = Options.of(c);
    Keys keys = Keys.of("").ignore("\\.position_ids$");
    return Architecture.of(
            List.of(
                Architecture.optional(Architecture.ids("input_ids")),
                Architecture.optional(Architecture.ids("attention_mask")),
                Architecture.optional(o.vision().patches().input())),
            in -> results(o, in),
            keys)
        .trainedBy(new Contrast());
  }

  private static Map<String, Flow> results(Options o, Given in) {
    Optional<Flow> ids = in.find("input_ids");
    Optional<Flow> pixels = in.find("pixel_values");
    if (ids.isEmpty() && pixels.isEmpty()) {
      throw new GatunException("clip: needs input_ids, pixel_values or both");
    }
    Map<String, Flow> results = new LinkedHashMap<>();
    Optional<Flow> texts =
        ids.map(
            i -> normed(Pieces.linear(text(o, i, in), "text_projection", o.projected(), false)));
    Optional<Flow> images =
        pixels.map(
            p -> normed(Pieces.linear(image(o, p), "visual_projection", o.projected(), false)));
    if (texts.isPresent() && images.isPresent()) {
      Flow scale =
          texts
              .get()
              .parameter("logit_scale", Shape.SCALAR, Initializers.constant(o.scale()))
              .exp();
      results.put("logits_per_image", images.get().matmulTransposed(texts.get()).mul(scale));
      results.put("logits_per_text", texts.get().matmulTransposed(images.get()).mul(scale));
    }
    texts.ifPresent(x -> results.put("text_embeds", x));
    images.ifPresent(x -> results.put("image_embeds", x));
    return results;
  }

  private static Flow normed(Flow x) {
    return x.div(x.square().sumKept(-1).sqrt());
  }

  private static Flow text(Options o, Flow ids, Given in) {
    Tower tower = o.text();
    Flow at = Masks.positions(ids, 1).unsqueeze(0);
    String base = "text_model.";
    Flow x = Pieces.embed(ids, base + "embeddings.token_embedding", o.vocabulary(), tower.width());
    Flow table =
        Pieces.table(
            x, base + "embeddings.position_embedding.weight", o.positions(), tower.width());
    x = x.add(Pieces.rows(table, at));
    x = tower.apply(x, base, in.find("attention_mask").map(Masks::padding), true);
    x = Pieces.norm(x, base + "final_layer_norm", tower.epsilon());
    // Not a mistake: configs with an end of 2 are older than the option and mean the largest id.
    return o.end() == 2 ? LastWord.ofLargestId(x, ids) : LastWord.firstOfId(x, ids, o.end());
  }

  private static Flow image(Options o, Flow pixels) {
    Flow x = o.vision().states(pixels, "vision_model.", List.of(o.vision().layers())).get(0);
    return Pieces.norm(x.select(1, 0), "vision_model.post_layernorm", o.vision().epsilon());
  }
}
