package dev.gatun.core.plan;

import java.util.Locale;

/** Which kernels may be chosen. */
public enum Backend {
  /** Everything there is; the order of the candidates decides. */
  AUTO,
  /** Gatun's own kernels only. */
  VECTOR,
  /** oneDNN first, Gatun's own kernels where it has no primitive. */
  ONEDNN,
  /** OpenBLAS first, Gatun's own kernels for what it has not. */
  OPENBLAS,
  /** The reference interpreter only: slow, and the truth. */
  REFERENCE;

  /** Parses "auto", "vector", "onednn", "openblas" or "reference". */
  public static Backend parse(String text) {
    for (Backend backend : values()) {
      if (backend.toString().equals(text.toLowerCase(Locale.ROOT))) {
        return backend;
      }
    }
    throw new IllegalArgumentException(
        "unknown backend '" + text + "'; use auto, vector, onednn, openblas or reference");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
