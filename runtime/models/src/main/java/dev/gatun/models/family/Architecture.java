package dev.gatun.models.family;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network as a config describes it, without weights.
 *
 * @param fields what it may be given
 * @param body what it computes; parameters are called as in published files
 * @param keys what else parameters are called
 * @param objective the loss for labels, if the network has one
 * @param decoding how it goes on word by word, if it can
 */
public record Architecture(
    List<Field> fields,
    Body body,
    Keys keys,
    Optional<Objective> objective,
    Optional<Decoding> decoding) {
  /**
   * An input.
   *
   * @param required false if the network can do without
   */
  public record Field(Input input, boolean required) {}

  /** Results by name. */
  @FunctionalInterface
  public interface Body {
    /** Writes the network for the inputs that are given. */
    Map<String, Flow> apply(Given given);
  }

  public Architecture {
    fields = List.copyOf(fields);
  }

  /** An architecture whose first results are what a loss is of. */
  public static Architecture of(List<Field> fields, Body body, Keys keys) {
    return new Architecture(fields, body, keys, Optional.empty(), Optional.empty());
  }

  /** The same with a loss. */
  public Architecture trainedBy(Objective loss) {
    return new Architecture(fields, body, keys, Optional.of(loss), decoding);
  }

  /** The same, able to go on word by word. */
  public Architecture decodedBy(Decoding how) {
    return new Architecture(fields, body, keys, objective, Optional.of(how));
  }

  /** An input that must be given. */
  public static Field required(Input input) {
    return new Field(input, true);
  }

  /** An input that may be given. */
  public static Field optional(Input input) {
    return new Field(input, false);
  }

  /** Whole numbers, as many a sample as there are words. */
  public static Input ids(String name) {
    return new Input(name, DType.I64, Shape.of(Shape.UNKNOWN));
  }

  /** Names of all inputs. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    fields.forEach(field -> names.add(field.input().name()));
    return names;
  }
}
