package dev.gatun.train.recipe;

import dev.gatun.core.tensor.GatunException;
import java.util.List;
import java.util.Locale;

/** All recipes. */
public final class Recipes {
  /** A recipe is here and in a file of its own, nowhere else. */
  private static final List<Recipe> ALL =
      List.of(new Mlp(), new LeNet(), new Autoencoder(), new CharRnn(), new CharGpt());

  /** Their names. */
  public static List<String> names() {
    return ALL.stream().map(Recipe::name).toList();
  }

  /** A line for each. */
  public static List<String> summaries() {
    return ALL.stream()
        .map(recipe -> String.format(Locale.ROOT, "%-12s %s", recipe.name(), recipe.summary()))
        .toList();
  }

  static Recipe named(String name) {
    return ALL.stream()
        .filter(recipe -> recipe.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new GatunException(
                    "there is no recipe '" + name + "'; there are " + String.join(", ", names())));
  }

  private Recipes() {}
}
