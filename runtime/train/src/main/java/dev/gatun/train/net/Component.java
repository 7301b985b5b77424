package dev.gatun.train.net;

import java.util.Locale;

/** A part of a network with parameters of its own: what {@link Layer} and {@link Module} share. */
public interface Component {
  /** What parameters are named after, with a number behind it. */
  default String label() {
    Class<?> type = getClass();
    return type.isHidden() || type.isSynthetic() || type.getSimpleName().isEmpty()
        ? "block"
        : type.getSimpleName().substring(0, 1).toLowerCase(Locale.ROOT)
            + type.getSimpleName().substring(1);
  }

  /** True when applying this object again uses the same parameters. */
  default boolean isShared() {
    return !getClass().isHidden() && !getClass().isSynthetic();
  }
}
