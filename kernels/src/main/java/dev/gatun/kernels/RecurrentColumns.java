package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;

/**
 * The order of the gates' columns in packed weights, products and biases: [direction][slice][gate]
 * [unit of the slice].
 *
 * <p>A slice has all gates of its hidden units side by side, so whoever computes its columns can
 * compute its cells, too. All slices are equally wide; units beyond the last have zero weights.
 *
 * @param slices parts of the hidden units
 * @param units hidden units of a slice, whole panels of every gate
 */
record RecurrentColumns(RecurrentLayer layer, int slices, int units) {
  private static final int L = Lanes.F32_LENGTH;
  private static final int PANEL_BYTES = 4 * PackedWeightsF32.COLUMNS;

  /** At most that many slices of whole panels. */
  static RecurrentColumns of(RecurrentLayer layer, int mostSlices) {
    // The four gates of an LSTM make whole panels out of single vectors; others need two.
    boolean lstm = layer.cell() == RecurrentLayer.Cell.LSTM;
    return of(layer, mostSlices, lstm ? L : PackedWeightsF32.COLUMNS);
  }

  /** Slices of a multiple of {@code grain} units. */
  static RecurrentColumns of(RecurrentLayer layer, int mostSlices, int grain) {
    int units = Math.ceilDiv(Math.ceilDiv(layer.hidden(), Math.max(1, mostSlices)), grain) * grain;
    return new RecurrentColumns(layer, Math.ceilDiv(layer.hidden(), units), units);
  }

  /** Columns of a slice. */
  int width() {
    return layer.cell().gates() * units;
  }

  /** Columns of all slices and directions. */
  int total() {
    return layer.directions() * slices * width();
  }

  /** Hidden units with those that fill up the last slice. */
  int padded() {
    return slices * units;
  }

  /** First column of a slice. */
  int column(int direction, int slice) {
    return (direction * slices + slice) * width();
  }

  /** Hidden units that a slice really has. */
  int real(int slice) {
    return Math.min(units, layer.hidden() - slice * units);
  }

  /** Does one of {@code parts} tasks of packing weights [directions, gates * hidden, k]. */
  void packWeights(long src, int k, long dst, int part, int parts) {
    int vectors = total() / L;
    int perGate = units / L;
    int last = (int) ((long) vectors * (part + 1) / parts);
    for (int v = (int) ((long) vectors * part / parts); v < last; v++) {
      int gateOfAll = v / perGate;
      int gate = gateOfAll % layer.cell().gates();
      int slice = gateOfAll / layer.cell().gates() % slices;
      int direction = gateOfAll / layer.cell().gates() / slices;
      int unit = slice * units + v % perGate * L;
      int real = Math.clamp(layer.hidden() - unit, 0, L);
      long row = (direction * (long) layer.cell().gates() + gate) * layer.hidden() + unit;
      long to = dst + (long) (v / 2) * k * PANEL_BYTES + v % 2 * 4L * L;
      if (real < L) {
        clear(to, k);
      }
      if (real > 0) {
        PackedWeightsF32.transpose(src + 4L * k * row, 4L * k, real, k, to, PANEL_BYTES);
      }
    }
  }

  private static void clear(long panel, int k) {
    for (int row = 0; row < k; row++) {
      FloatVector.zero(Lanes.F32)
          .intoMemorySegment(Memory.ALL, panel + row * (long) PANEL_BYTES, Lanes.ORDER);
    }
  }

  /** Floats of packed biases: those of the columns, then those of candidates. */
  int biasFloats() {
    return total() + layer.directions() * padded();
  }

  /** Where the recurrent bias of the candidate stands, [directions][padded]. */
  int candidateBias(int direction) {
    return total() + direction * padded();
  }

  /** Floats of packed peepholes, [directions][3][padded]. */
  int peepholeFloats() {
    return 3 * layer.directions() * padded();
  }

  /** Where a peephole stands. */
  int peephole(int direction, int gate) {
    return (3 * direction + gate) * padded();
  }

  /**
   * Packs biases [directions, 2, gates, hidden], or zeros if {@code src} is 0. The two of a gate
   * are added, but for the gate whose product a reset multiplies.
   */
  void packBiases(long src, long dst) {
    RecurrentCellF32.zero(dst, biasFloats());
    int gates = layer.cell().gates();
    int hidden = layer.hidden();
    boolean apart = layer.cell() == RecurrentLayer.Cell.GRU_LINEAR_BEFORE_RESET;
    for (int d = 0; d < layer.directions() && src != 0; d++) {
      for (int i = 0; i < hidden; i++) {
        for (int g = 0; g < gates; g++) {
          long at = (2L * d * gates + g) * hidden + i;
          float input = Memory.ALL.get(Memory.F32, src + 4 * at);
          float state = Memory.ALL.get(Memory.F32, src + 4 * (at + (long) gates * hidden));
          boolean candidate = apart && g == 2;
          int column = column(d, i / units) + g * units + i % units;
          put(dst, column, candidate ? input : input + state);
          if (candidate) {
            put(dst, candidateBias(d) + i, state);
          }
        }
      }
    }
  }

  /** Packs peepholes [directions, 3, hidden]. */
  void packPeepholes(long src, long dst) {
    RecurrentCellF32.zero(dst, peepholeFloats());
    for (int row = 0; row < 3 * layer.directions(); row++) {
      GemmEdgesF32.copy(
          src + 4L * row * layer.hidden(), 0, dst + 4L * row * padded(), 0, 1, layer.hidden());
    }
  }

  private static void put(long dst, int index, float value) {
    Memory.ALL.set(Memory.F32, dst + 4L * index, value);
  }
}
