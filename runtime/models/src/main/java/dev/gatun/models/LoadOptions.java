package dev.gatun.models;

import java.util.List;
import java.util.Optional;

/**
 * How a network is loaded.
 *
 * @param strictness what file and network must have in common
 * @param className another class than the config's, for another head
 * @param labels names of classes instead of the config's
 */
public record LoadOptions(
    Strictness strictness, Optional<String> className, Optional<List<String>> labels) {
  /** What file and network must have in common. */
  public enum Strictness {
    /** All keys of both. */
    EXACT,
    /** Everything the network needs; a file may have more, such as other heads. */
    COMPLETE,
    /** Nothing: what is missing or of another shape gets first values. */
    PARTIAL
  }

  /** Everything that the network needs must be there. */
  public static final LoadOptions DEFAULT =
      new LoadOptions(Strictness.COMPLETE, Optional.empty(), Optional.empty());

  /** Another strictness. */
  public LoadOptions strictness(Strictness other) {
    return new LoadOptions(other, className, labels);
  }

  /** Another head, such as {@code BertForSequenceClassification}; what it lacks is made anew. */
  public LoadOptions as(String otherClass) {
    return new LoadOptions(Strictness.PARTIAL, Optional.of(otherClass), labels);
  }

  /** Other classes; a head of another size is made anew. */
  public LoadOptions labels(List<String> names) {
    return new LoadOptions(Strictness.PARTIAL, className, Optional.of(List.copyOf(names)));
  }
}
