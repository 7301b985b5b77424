package dev.gatun.models;

import dev.gatun.core.pass.WeightType;
import java.util.List;
import java.util.Optional;

/**
 * How a network is loaded.
 *
 * @param strictness what file and network must have in common
 * @param className another class than the config's, for another head
 * @param labels names of classes instead of the config's
 * @param weights to what the matrices of products are rounded in memory, if to anything
 */
public record LoadOptions(
    Strictness strictness,
    Optional<String> className,
    Optional<List<String>> labels,
    Optional<WeightType> weights) {
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
      new LoadOptions(Strictness.COMPLETE, Optional.empty(), Optional.empty(), Optional.empty());

  /** Another strictness. */
  public LoadOptions strictness(Strictness other) {
    return new LoadOptions(other, className, labels, weights);
  }

  /** Another head, such as {@code BertForSequenceClassification}; what it lacks is made anew. */
  public LoadOptions as(String otherClass) {
    return new LoadOptions(Strictness.PARTIAL, Optional.of(otherClass), labels, weights);
  }

  /** Other classes; a head of another size is made anew. */
  public LoadOptions labels(List<String> names) {
    return new LoadOptions(Strictness.PARTIAL, className, Optional.of(List.copyOf(names)), weights);
  }

  /**
   * With the matrices of products in fewer bits, rounded as the type says: words come as much
   * faster as there is less to read. What is trained or saved is not rounded.
   */
  public LoadOptions weights(WeightType type) {
    return new LoadOptions(strictness, className, labels, Optional.of(type));
  }
}
