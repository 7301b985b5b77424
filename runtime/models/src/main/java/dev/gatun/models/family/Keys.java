package dev.gatun.models.family;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What the keys of state dicts mean: other names of parameters, and tensors that are not needed.
 *
 * @param base beginning of the names of the network without its head; files of such networks leave
 *     it out
 */
public record Keys(String base, List<Rename> renames, List<Pattern> ignored) {
  /** Another name: a pattern, and what it is called here. */
  public record Rename(Pattern pattern, String replacement) {}

  private static final List<Rename> USUAL =
      List.of(
          new Rename(Pattern.compile("\\.LayerNorm\\.gamma$"), ".LayerNorm.weight"),
          new Rename(Pattern.compile("\\.LayerNorm\\.beta$"), ".LayerNorm.bias"));
  private static final List<Pattern> NEVER = List.of(Pattern.compile("\\.num_batches_tracked$"));

  /** Names below a base. */
  public static Keys of(String base) {
    return new Keys(base, USUAL, NEVER);
  }

  /** With another name, a regular expression with groups. */
  public Keys rename(String pattern, String replacement) {
    List<Rename> all = new ArrayList<>(renames);
    all.add(new Rename(Pattern.compile(pattern), replacement));
    return new Keys(base, all, ignored);
  }

  /** With a tensor that is not needed, a regular expression found anywhere in the name. */
  public Keys ignore(String pattern) {
    List<Pattern> all = new ArrayList<>(ignored);
    all.add(Pattern.compile(pattern));
    return new Keys(base, renames, all);
  }

  /** The name of a file's key here. */
  public String name(String key) {
    String name = key;
    for (Rename rename : renames) {
      name = rename.pattern.matcher(name).replaceAll(rename.replacement);
    }
    return name;
  }

  /** Which of these names means a parameter: itself, or without or with the base. */
  public Optional<String> find(String parameter, Predicate<String> known) {
    if (known.test(parameter)) {
      return Optional.of(parameter);
    }
    if (base.isEmpty()) {
      return Optional.empty();
    }
    String other =
        parameter.startsWith(base + ".")
            ? parameter.substring(base.length() + 1)
            : base + "." + parameter;
    return known.test(other) ? Optional.of(other) : Optional.empty();
  }

  /** Whether a file's key is known not to be needed. */
  public boolean isIgnored(String key) {
    return ignored.stream().anyMatch(pattern -> pattern.matcher(key).find());
  }
}
