package dev.gatun.kernels;

import java.util.List;

/**
 * What an LSTM, GRU or RNN layer computes, as ONNX defines it.
 *
 * @param directions 1 or 2
 * @param reverse whether the first direction runs backwards; the second always does
 * @param batchFirst x [batch, steps, features], y [batch, steps, directions, hidden] and states
 *     [batch, directions, hidden] instead of [steps, batch, features], [steps, directions, batch,
 *     hidden] and [directions, batch, hidden]
 * @param coupled the forget gate of an LSTM is 1 - i
 * @param clip bound of the sums before an activation; 0 for none
 * @param activations those of the first direction, then of the second: gates, candidate and, for an
 *     LSTM, cell; an RNN has one
 */
public record RecurrentLayer(
    Cell cell,
    int steps,
    int batch,
    int features,
    int hidden,
    int directions,
    boolean reverse,
    boolean batchFirst,
    boolean coupled,
    float clip,
    List<RecurrentActivation> activations) {

  /** What a step computes. */
  public enum Cell {
    /** Gates i, o, f, c. */
    LSTM(4, 3),
    /** Gates z, r, h; the reset multiplies the state before the product. */
    GRU(3, 2),
    /** Gates z, r, h; the reset multiplies the product (linear_before_reset). */
    GRU_LINEAR_BEFORE_RESET(3, 2),
    RNN(1, 1);

    private final int gates;
    private final int activations;

    Cell(int gates, int activations) {
      this.gates = gates;
      this.activations = activations;
    }

    /** Gates of a unit: rows of the weights for each. */
    public int gates() {
      return gates;
    }

    /** Activations of one direction. */
    public int activations() {
      return activations;
    }

    /** Products with the whole state that follow one another in a step. */
    int rounds() {
      return this == GRU ? 2 : 1;
    }
  }

  public RecurrentLayer {
    activations = List.copyOf(activations);
    if (steps < 1 || batch < 1 || features < 0 || hidden < 1 || directions < 1 || directions > 2) {
      throw new IllegalArgumentException(
          "a recurrent layer needs steps, a batch, units and 1 or 2 directions, got %d, %d, %d, %d"
              .formatted(steps, batch, hidden, directions));
    }
    if (activations.size() != directions * cell.activations()) {
      throw new IllegalArgumentException(
          "%s in %d directions needs %d activations, got %s"
              .formatted(cell, directions, directions * cell.activations(), activations));
    }
  }

  boolean backwards(int direction) {
    return reverse || direction == 1;
  }
}
