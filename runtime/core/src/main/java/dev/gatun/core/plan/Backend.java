package dev.gatun.core.plan;

import dev.gatun.ffi.OneDnn;
import dev.gatun.ffi.OpenBlas;
import java.util.Locale;

/** Which kernels may be chosen. */
public enum Backend {
  /**
   * Gatun's own kernels, or oneDNN's if it is there: whose were measured to be faster for a node
   * ({@code gatun tune}), or usually are.
   */
  AUTO,
  /** Gatun's own kernels only. */
  VECTOR,
  /** oneDNN first, Gatun's own kernels where it has no primitive. */
  ONEDNN,
  /** OpenBLAS first, Gatun's own kernels for what it has not. */
  OPENBLAS,
  /** The reference interpreter only: slow, and the truth. */
  REFERENCE;

  /**
   * Fails unless the library that the backend is named after is there.
   *
   * @throws dev.gatun.ffi.NativeLibraryException with every place that was searched
   */
  public void requireLibrary() {
    switch (this) {
      case ONEDNN -> OneDnn.find().orElseThrow();
      case OPENBLAS -> OpenBlas.find().orElseThrow();
      case AUTO, VECTOR, REFERENCE -> {}
    }
  }

  /**
   * Begins to open the backend's native library on a thread of its own, so that it is there when a
   * model has been read; without this a session opens it. A library that is missing is reported by
   * the session.
   */
  public void prepare() {
    switch (this) {
      case AUTO, ONEDNN -> Thread.ofPlatform().daemon().name("gatun-onednn").start(OneDnn::find);
      case OPENBLAS -> Thread.ofPlatform().daemon().name("gatun-openblas").start(OpenBlas::find);
      case VECTOR, REFERENCE -> {}
    }
  }

  /** Whether its kernels compete under {@link #AUTO}, and its library is here. */
  public boolean isMeasured() {
    return this == VECTOR || this == ONEDNN && OneDnn.find().library().isPresent();
  }

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
