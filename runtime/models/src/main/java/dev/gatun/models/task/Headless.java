package dev.gatun.models.task;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.Catalog;
import dev.gatun.models.LoadOptions;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import java.nio.file.Path;

/** Published networks without their heads, for what they know of texts or pictures. */
final class Headless {
  /** How the network of a folder is loaded without its head, if it has one. */
  static LoadOptions options(Path folder) {
    Config config = Config.read(folder.resolve("config.json"));
    String type = config.text("model_type", "");
    String headless = "";
    for (Family family : Catalog.families()) {
      if (family.modelTypes().contains(type)) {
        headless = family.classes().get(0);
      }
    }
    return headless.isEmpty()
        ? LoadOptions.DEFAULT
        : LoadOptions.DEFAULT.as(headless).strictness(LoadOptions.Strictness.PARTIAL);
  }

  /** A pooler that a checkpoint lacks is not read; anything else would be first values. */
  static void requireWeights(Pretrained model, Path folder) {
    for (String missing : model.report().missing()) {
      if (!missing.contains("pooler")) {
        throw new GatunException(folder + ": the weights lack '" + missing + "'");
      }
    }
  }

  private Headless() {}
}
