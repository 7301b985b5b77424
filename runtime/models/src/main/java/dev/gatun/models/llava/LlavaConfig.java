package dev.gatun.models.llava;

import dev.gatun.models.clip.PictureTower;
import dev.gatun.models.family.Config;
import dev.gatun.models.llama.LanguageModel;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.train.net.Layer;
import java.util.ArrayList;
import java.util.List;

/**
 * Options of LLaVA, with the defaults of the published config class.
 *
 * @param layers after how many blocks of the tower states are taken; several stand side by side
 * @param whole whether the state of the whole picture counts beside those of its patches
 * @param imageToken the id that stands for a patch
 * @param bias of the projector
 */
record LlavaConfig(
    PictureTower tower,
    LanguageModel language,
    List<Long> layers,
    boolean whole,
    long imageToken,
    Layer activation,
    boolean bias) {
  static LlavaConfig of(Config c) {
    Config vision = c.object("vision_config");
    vision.require(
        "model_type",
        vision.text("model_type", "clip_vision_model").equals("clip_vision_model"),
        "clip_vision_model");
    Config text = c.object("text_config").withDefault("model_type", "llama");
    text.require(
        "model_type",
        new Llama().modelTypes().contains(text.text("model_type", "")),
        String.join(", ", new Llama().modelTypes()));
    PictureTower tower = PictureTower.of(vision);
    String strategy = c.text("vision_feature_select_strategy", "default");
    c.require(
        "vision_feature_select_strategy",
        List.of("default", "full").contains(strategy),
        "default, full");
    List<Long> layers = new ArrayList<>();
    List<Long> asked =
        c.isList("vision_feature_layer")
            ? c.integers("vision_feature_layer", List.of())
            : List.of(c.integer("vision_feature_layer", -2));
    for (long layer : asked) {
      // States are counted from those before the first block; -1 are those after the last.
      long after = layer < 0 ? tower.layers() + 1 + layer : layer;
      c.require(
          "vision_feature_layer",
          after >= 0 && after <= tower.layers(),
          "-%d to %d".formatted(tower.layers() + 1, tower.layers()));
      layers.add(after);
    }
    c.require("vision_feature_layer", !layers.isEmpty(), "a number or several");
    return new LlavaConfig(
        tower,
        LanguageModel.of(text),
        layers,
        strategy.equals("full"),
        c.integer("image_token_index", c.integer("image_token_id", 32000)),
        ActivationNames.of(c, "projector_hidden_act", "gelu"),
        c.flag("multimodal_projector_bias", true));
  }

  /** How many blocks of the tower are needed. */
  long blocks() {
    return layers.stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /** How many ids stand for a picture. */
  long places() {
    return tower.patches().count() + (whole ? 1 : 0);
  }
}
