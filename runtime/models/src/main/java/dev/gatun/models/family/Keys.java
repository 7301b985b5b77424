package dev.gatun.models.family;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What the keys of state dicts mean: other names of parameters, and tensors that are not needed.
 *
 * @param base beginning of the names of the network without its head; files of such networks leave
 *     it out
 * @param substitutes what a parameter is taken from where a file does not have it
 */
public record Keys(
    String base, List<Rename> renames, List<Pattern> ignored, Map<String, String> substitutes) {
  /** Another name: a pattern, and what it is called here. */
  public record Rename(Pattern pattern, String replacement) {}

  private static final List<Rename> USUAL =
      List.of(
          new Rename(Pattern.compile("\\.LayerNorm\\.gamma$"), ".LayerNorm.weight"),
          new Rename(Pattern.compile("\\.LayerNorm\\.beta$"), ".LayerNorm.bias"));
  private static final List<Pattern> NEVER = List.of(Pattern.compile("\\.num_batches_tracked$"));

  /** Names below a base. */
  public static Keys of(String base) {
    return new Keys(base, USUAL, NEVER, Map.of());
  }

  /** With another name, a regular expression with groups. */
  public Keys rename(String pattern, String replacement) {
    List<Rename> all = new ArrayList<>(renames);
    all.add(new Rename(Pattern.compile(pattern), replacement));
    return new Keys(base, all, ignored, substitutes);
  }

  /** With a tensor that is not needed, a regular expression found anywhere in the name. */
  public Keys ignore(String pattern) {
    List<Pattern> all = new ArrayList<>(ignored);
    all.add(Pattern.compile(pattern));
    return new Keys(base, renames, all, substitutes);
  }

  /** With another parameter whose value is taken where a file does not have one of its own. */
  public Keys otherwise(String parameter, String other) {
    Map<String, String> all = new HashMap<>(substitutes);
    all.put(parameter, other);
    return new Keys(base, renames, ignored, all);
  }

  /** The name of a file's key here. */
  public String name(String key) {
    String name = key;
    for (Rename rename : renames) {
      name = rename.pattern.matcher(name).replaceAll(rename.replacement);
    }
    return name;
  }

  /** Which of these names means a parameter: itself, without or with the base, or a substitute. */
  public Optional<String> find(String parameter, Predicate<String> known) {
    Optional<String> found = own(parameter, known);
    String other = substitutes.get(parameter);
    return found.isPresent() || other == null ? found : own(other, known);
  }

  /** Whether a name means the parameter itself and not a substitute. */
  public boolean isOwn(String parameter, String name) {
    return own(parameter, name::equals).isPresent();
  }

  private Optional<String> own(String parameter, Predicate<String> known) {
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
