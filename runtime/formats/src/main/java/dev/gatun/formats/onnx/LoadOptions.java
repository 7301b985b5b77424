package dev.gatun.formats.onnx;

import java.lang.foreign.Arena;

/**
 * How a model is loaded.
 *
 * @param fillMissing give initializers without data (their {@code doc_string} is {@code fill})
 *     deterministic values that follow from name and shape; for measurements only
 * @param freezeDefaults treat initializers that are also graph inputs as constants, so that the
 *     compiler may fold and pack them; files of IR version 3 or less always do
 * @param arena owns the mapping of the file; tensors may be used as long as it is alive
 */
public record LoadOptions(boolean fillMissing, boolean freezeDefaults, Arena arena) {
  /** No missing data, inputs with defaults stay inputs, memory is freed with the last tensor. */
  public static LoadOptions defaults() {
    return new LoadOptions(false, false, Arena.ofAuto());
  }

  /** A copy that fills missing initializers. */
  public LoadOptions withFillMissing() {
    return new LoadOptions(true, freezeDefaults, arena);
  }

  /** A copy that makes inputs with defaults constants. */
  public LoadOptions withFrozenDefaults() {
    return new LoadOptions(fillMissing, true, arena);
  }

  /** A copy with another owner of the mapping. */
  public LoadOptions withArena(Arena owner) {
    return new LoadOptions(fillMissing, freezeDefaults, owner);
  }
}
