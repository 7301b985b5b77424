package dev.gatun.models;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.vision.Torchvision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Something that the catalog knows.
 *
 * @param type the model_type, or torchvision
 * @param name the network's class, or torchvision's name for it
 * @param parameters number of them with the options that its published config class has by default;
 *     -1 if it needs options that have no default
 */
public record CatalogEntry(String type, String name, long parameters) {
  /** All that is known, with numbers of parameters; no weights are made. */
  public static List<CatalogEntry> all() {
    List<CatalogEntry> all = new ArrayList<>();
    for (Family family : Catalog.families()) {
      if (family.modelTypes().contains(Torchvision.TYPE)) {
        family.classes().stream()
            .sorted()
            .forEach(name -> all.add(entry(Pretrained.torchvision(name), Torchvision.TYPE, name)));
        continue;
      }
      for (String type : family.modelTypes()) {
        for (String name : classes(family, type)) {
          Config config = Config.of("{\"model_type\": \"" + type + "\"}").withClass(name);
          all.add(entry(config, type, name));
        }
      }
    }
    return all;
  }

  /** Classes that are called as the type, or all where none is. */
  private static List<String> classes(Family family, String type) {
    String prefix = type.replaceAll("[-_]", "");
    List<String> own =
        family.classes().stream()
            .filter(
                name ->
                    name.toLowerCase(Locale.ROOT).matches(prefix + "(model|for|lmhead|encoder).*"))
            .toList();
    return own.isEmpty() ? family.classes() : own;
  }

  private static CatalogEntry entry(Config config, String type, String name) {
    try (Pretrained model =
        Pretrained.initialized(
            config,
            p ->
                Tensor.computed(
                    DType.F32,
                    p.shape(),
                    to -> {
                      throw new IllegalStateException("nobody reads these weights");
                    }))) {
      return new CatalogEntry(type, name, model.parameterCount());
    } catch (GatunException e) {
      return new CatalogEntry(type, name, -1);
    }
  }
}
