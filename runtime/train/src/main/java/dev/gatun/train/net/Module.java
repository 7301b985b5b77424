package dev.gatun.train.net;

import java.util.List;
import java.util.Locale;

/**
 * A function of several values with several results, maybe with parameters; as {@link Layer}, which
 * is the form for one of each.
 */
@FunctionalInterface
public interface Module {
  /** The results. */
  List<Flow> apply(List<Flow> inputs);

  /** What parameters are named after, with a number behind it. */
  default String label() {
    Class<?> type = getClass();
    return type.isHidden() || type.isSynthetic() || type.getSimpleName().isEmpty()
        ? "block"
        : type.getSimpleName().substring(0, 1).toLowerCase(Locale.ROOT)
            + type.getSimpleName().substring(1);
  }

  /** True when calling this object again uses the same parameters. */
  default boolean isShared() {
    return !getClass().isHidden() && !getClass().isSynthetic();
  }

  /** Applies this module as a part of a network, with a scope for its parameters. */
  default List<Flow> call(Flow... inputs) {
    return inputs[0].trace().call(this, List.of(inputs));
  }
}
