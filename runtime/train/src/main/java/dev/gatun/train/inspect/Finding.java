package dev.gatun.train.inspect;

/**
 * Something that is wrong, or looks like it.
 *
 * @param where layer, parameter or input
 * @param text what was seen, and what helps
 */
public record Finding(Cause cause, String where, String text) {
  /** What usually is to blame. */
  public enum Cause {
    /** First weights that are too large, too small or all the same. */
    INITIALIZATION,
    /** Steps that are too long or too short. */
    LEARNING_RATE,
    /** Units that are zero for every sample, or bounded functions at their bounds. */
    ACTIVATION,
    /** Inputs that are not scaled, or constant. */
    PREPROCESSING,
    /** Gradients that vanish or explode on their way through the layers. */
    ARCHITECTURE
  }

  @Override
  public String toString() {
    return where + ": " + text;
  }
}
