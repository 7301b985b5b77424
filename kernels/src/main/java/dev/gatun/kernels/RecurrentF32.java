package dev.gatun.kernels;

import java.util.Arrays;

/**
 * LSTM, GRU and RNN over whole sequences as ONNX defines them with their default activations, one
 * direction at a time.
 *
 * <p>The caller's matrix product has already projected the inputs of all steps (with every bias
 * that does not belong into a reset); a step here is the product of the states with the packed
 * recurrent weights ({@link RecurrentWeightsF32}) and the pointwise cell. States stay in heap
 * arrays between steps. Rows of the batch are independent, so a caller may split them and the
 * directions between threads. Bound by the cache that holds the weights for one row, compute bound
 * for many.
 */
public final class RecurrentF32 {
  /** What a step computes. */
  public enum Cell {
    /** Gates i, o, f, c. */
    LSTM(4),
    /** Gates z, r, h; the reset multiplies the state before the product. */
    GRU(3),
    /** Gates z, r, h; the reset multiplies the product (linear_before_reset). */
    GRU_LINEAR_BEFORE_RESET(3),
    TANH(1),
    RELU(1);

    private final int gates;

    Cell(int gates) {
      this.gates = gates;
    }

    /** Gates of a unit: columns of the projection and of the recurrent weights. */
    public int gates() {
      return gates;
    }
  }

  /**
   * Addresses of one direction; 0 leaves an optional one out.
   *
   * @param x projected inputs [steps, batch, gates * hidden]
   * @param weights packed recurrent weights, for a GRU those of z and r
   * @param candidateWeights packed recurrent weights of a GRU's h
   * @param candidateBias recurrent bias [hidden] of h under linear before reset, optional
   * @param peepholes [3, hidden] of an LSTM in the order i, o, f, optional
   * @param lengths 32-bit steps of each row, optional
   * @param h0 first hidden states [batch, hidden], optional
   * @param c0 first cell states [batch, hidden], optional
   * @param y hidden states of all steps, zero after the end of a row, optional
   * @param yh last hidden states [batch, hidden], optional
   * @param yc last cell states [batch, hidden], optional
   */
  public record Operands(
      long x,
      long weights,
      long candidateWeights,
      long candidateBias,
      long peepholes,
      long lengths,
      long h0,
      long c0,
      long y,
      long yh,
      long yc) {}

  /** Distances in bytes between steps and rows of x and y, and between rows of the states. */
  public record Strides(long xStep, long xRow, long yStep, long yRow, long state) {}

  private final Cell cell;
  private final int steps;
  private final int hidden;
  private final boolean reverse;
  private final boolean inputForget;
  private final float clip;
  private final Strides strides;

  /**
   * A plan for one direction.
   *
   * @param clip bound of the sums before an activation; 0 for none
   * @param inputForget the forget gate of an LSTM is 1 - i
   */
  public RecurrentF32(
      Cell cell,
      int steps,
      int hidden,
      boolean reverse,
      boolean inputForget,
      float clip,
      Strides strides) {
    this.cell = cell;
    this.steps = steps;
    this.hidden = hidden;
    this.reverse = reverse;
    this.inputForget = inputForget;
    this.clip = clip > 0 ? clip : Float.POSITIVE_INFINITY;
    this.strides = strides;
  }

  /** Size of the packed recurrent weights of a cell, without a GRU's candidate. */
  public static long weightBytes(Cell cell, int hidden) {
    return RecurrentWeightsF32.bytes(columns(cell) * hidden, hidden);
  }

  /** Size of the packed weights of a GRU's candidate; 0 for other cells. */
  public static long candidateWeightBytes(Cell cell, int hidden) {
    return cell.gates() == 3 ? RecurrentWeightsF32.bytes(hidden, hidden) : 0;
  }

  /** Packs ONNX's recurrent weights r [gates * hidden, hidden], contiguous. */
  public static void pack(Cell cell, long r, int hidden, long weights, long candidateWeights) {
    int columns = columns(cell) * hidden;
    long rowBytes = 4L * hidden;
    RecurrentWeightsF32.pack(r, rowBytes, weights, columns, hidden);
    if (cell.gates() == 3) {
      RecurrentWeightsF32.pack(r + columns * rowBytes, rowBytes, candidateWeights, hidden, hidden);
    }
  }

  /** Gates that the first product computes. */
  private static int columns(Cell cell) {
    return cell.gates() == 3 ? 2 : cell.gates();
  }

  /** Rows [firstRow, lastRow) of the batch through all steps. */
  public void run(Operands o, int firstRow, int lastRow) {
    int rows = lastRow - firstRow;
    int columns = columns(cell) * hidden;
    RecurrentScratchF32 s = RecurrentScratchF32.get(rows, hidden, columns);
    begin(o.h0(), s.h, firstRow, rows);
    begin(o.c0(), s.c, firstRow, rows);
    for (int step = 0; step < steps; step++) {
      RecurrentWeightsF32.multiply(o.weights(), s.h, s.gates, rows, columns, hidden);
      if (cell == Cell.GRU_LINEAR_BEFORE_RESET) {
        RecurrentWeightsF32.multiply(o.candidateWeights(), s.h, s.candidate, rows, hidden, hidden);
      } else if (cell == Cell.GRU) {
        for (int r = 0; r < rows; r++) {
          int time = time(o, firstRow + r, step);
          if (time >= 0) {
            resetAndUpdate(s, r, x(o, firstRow + r, time));
            // The states after the reset take the place of the cell states.
            RecurrentCellF32.scaleBy(
                s.h, r * hidden, s.gates, gate(r) + hidden, s.c, r * hidden, hidden);
          }
        }
        RecurrentWeightsF32.multiply(o.candidateWeights(), s.c, s.candidate, rows, hidden, hidden);
      }
      for (int r = 0; r < rows; r++) {
        int row = firstRow + r;
        int time = time(o, row, step);
        if (time < 0) {
          // The row has ended: its steps from the length on are zero.
          end(o, row, step);
          continue;
        }
        cell(s, o, r, x(o, row, time));
        if (o.y() != 0) {
          RecurrentCellF32.store(s.h, r * hidden, y(o, row, time), hidden);
        }
      }
    }
    finish(o.yh(), s.h, firstRow, rows);
    finish(o.yc(), s.c, firstRow, rows);
  }

  private void begin(long from, float[] state, int firstRow, int rows) {
    Arrays.fill(state, 0, rows * hidden, 0f);
    for (int r = 0; from != 0 && r < rows; r++) {
      RecurrentCellF32.load(from + (firstRow + r) * strides.state(), state, r * hidden, hidden);
    }
  }

  private void finish(long to, float[] state, int firstRow, int rows) {
    for (int r = 0; to != 0 && r < rows; r++) {
      RecurrentCellF32.store(state, r * hidden, to + (firstRow + r) * strides.state(), hidden);
    }
  }

  /** The time that a row is at in a step, or -1 when it has ended. */
  private int time(Operands o, int row, int step) {
    int length = o.lengths() == 0 ? steps : Memory.ALL.get(Memory.I32, o.lengths() + 4L * row);
    return step >= length ? -1 : reverse ? length - 1 - step : step;
  }

  private void end(Operands o, int row, int step) {
    if (o.y() != 0) {
      RecurrentCellF32.zero(y(o, row, step), hidden);
    }
  }

  private long x(Operands o, int row, int time) {
    return o.x() + time * strides.xStep() + row * strides.xRow();
  }

  private long y(Operands o, int row, int time) {
    return o.y() + time * strides.yStep() + row * strides.yRow();
  }

  private int gate(int r) {
    return r * RecurrentWeightsF32.padded(columns(cell) * hidden);
  }

  private void cell(RecurrentScratchF32 s, Operands o, int r, long x) {
    int at = r * hidden;
    int candidate = r * RecurrentWeightsF32.padded(hidden);
    switch (cell) {
      case LSTM -> lstm(s, o, r, x);
      case GRU -> {
        RecurrentCellF32.tanh(s.candidate, candidate, x + 8L * hidden, hidden, clip);
        RecurrentCellF32.update(s.h, at, s.candidate, candidate, s.gates, gate(r), hidden);
      }
      case GRU_LINEAR_BEFORE_RESET -> {
        resetAndUpdate(s, r, x);
        int reset = gate(r) + hidden;
        if (o.candidateBias() != 0) {
          RecurrentCellF32.resetCandidate(
              s.candidate, candidate, o.candidateBias(), s.gates, reset, hidden);
        } else {
          RecurrentCellF32.scaleBy(
              s.candidate, candidate, s.gates, reset, s.candidate, candidate, hidden);
        }
        RecurrentCellF32.tanh(s.candidate, candidate, x + 8L * hidden, hidden, clip);
        RecurrentCellF32.update(s.h, at, s.candidate, candidate, s.gates, gate(r), hidden);
      }
      case TANH -> {
        RecurrentCellF32.tanh(s.gates, gate(r), x, hidden, clip);
        System.arraycopy(s.gates, gate(r), s.h, at, hidden);
      }
      case RELU -> {
        RecurrentCellF32.relu(s.gates, gate(r), x, hidden, clip);
        System.arraycopy(s.gates, gate(r), s.h, at, hidden);
      }
    }
  }

  private void resetAndUpdate(RecurrentScratchF32 s, int r, long x) {
    // z and r lie side by side, so one pass does both.
    RecurrentCellF32.sigmoid(s.gates, gate(r), x, 2 * hidden, clip);
  }

  private void lstm(RecurrentScratchF32 s, Operands o, int r, long x) {
    int at = r * hidden;
    int input = gate(r);
    int output = input + hidden;
    int forget = output + hidden;
    int candidate = forget + hidden;
    long rowBytes = 4L * hidden;
    if (o.peepholes() != 0) {
      RecurrentCellF32.addProduct(s.gates, input, o.peepholes(), s.c, at, hidden);
      RecurrentCellF32.addProduct(s.gates, forget, o.peepholes() + 2 * rowBytes, s.c, at, hidden);
    }
    RecurrentCellF32.sigmoid(s.gates, input, x, hidden, clip);
    if (inputForget) {
      RecurrentCellF32.complement(s.gates, input, s.gates, forget, hidden);
    } else {
      RecurrentCellF32.sigmoid(s.gates, forget, x + 2 * rowBytes, hidden, clip);
    }
    RecurrentCellF32.tanh(s.gates, candidate, x + 3 * rowBytes, hidden, clip);
    RecurrentCellF32.cell(s.c, at, s.gates, forget, input, candidate, hidden);
    if (o.peepholes() != 0) {
      RecurrentCellF32.addProduct(s.gates, output, o.peepholes() + rowBytes, s.c, at, hidden);
    }
    RecurrentCellF32.sigmoid(s.gates, output, x + rowBytes, hidden, clip);
    RecurrentCellF32.output(s.gates, output, s.c, at, s.h, hidden);
  }
}
