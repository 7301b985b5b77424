package dev.gatun.train.schedule;

import dev.gatun.core.tensor.GatunException;

/**
 * Lowers the learning rate when a measure has stopped getting better; the one schedule that depends
 * on what happens, so it has a {@link State} to be kept with checkpoints.
 *
 * @param factor what the rate is multiplied by, between 0 and 1
 * @param patience how many observations without improvement are borne; the next one lowers the rate
 * @param threshold an improvement must be more than this part of the best value
 * @param cooldown observations after a reduction during which none is counted
 * @param least the rate is not lowered below this
 * @param larger true when larger values are better
 */
public record Plateau(
    double factor, int patience, double threshold, int cooldown, double least, boolean larger) {
  /**
   * What a plateau remembers.
   *
   * @param scale product of the reductions so far
   */
  public record State(double best, int bad, int cooling, double scale) {}

  public Plateau {
    if (!(factor > 0 && factor < 1)) {
      throw new GatunException("plateau: factor must be between 0 and 1, got " + factor);
    }
    if (patience < 0 || cooldown < 0) {
      throw new GatunException(
          "plateau: patience and cooldown must be 0 or more, got " + patience + ", " + cooldown);
    }
  }

  /** For a loss: threshold 1e-4, no cooldown, no least rate. */
  public static Plateau of(double factor, int patience) {
    return new Plateau(factor, patience, 1e-4, 0, 0, false);
  }

  /** For a measure of which more is better. */
  public Plateau larger(boolean isBetter) {
    return new Plateau(factor, patience, threshold, cooldown, least, isBetter);
  }

  /** The state before the first observation. */
  public State start() {
    return new State(larger ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY, 0, 0, 1);
  }

  /** The rate in force: base times the reductions so far, not below the least. */
  public double rate(State state, double base) {
    return Math.max(base * state.scale(), Math.min(least, base));
  }

  /** The state after an observation. NaN counts as no improvement. */
  public State observe(State state, double value) {
    boolean better =
        larger
            ? value > state.best() + Math.abs(finite(state.best())) * threshold
            : value < state.best() - Math.abs(finite(state.best())) * threshold;
    double best = better ? value : state.best();
    int bad = better ? 0 : state.bad() + 1;
    int cooling = state.cooling();
    if (cooling > 0) {
      cooling--;
      bad = 0;
    }
    if (bad <= patience) {
      return new State(best, bad, cooling, state.scale());
    }
    return new State(best, 0, cooldown, state.scale() * factor);
  }

  private static double finite(double value) {
    return Double.isInfinite(value) ? 0 : value;
  }
}
