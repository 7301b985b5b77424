package dev.gatun.kernels;

import dev.gatun.kernels.RecurrentGradientF32.Places;
import dev.gatun.kernels.RecurrentLayer.Cell;
import java.util.List;

/**
 * One step back of one slice of the hidden units, for the rows of a block.
 *
 * <p>A slice has its own memory: the gradient of the state that goes past the product ({@code
 * carry}), that with the product, the gradient of the cells, and vectors of a row for slopes. Rows
 * whose units are no whole vectors are copied there, too, and back.
 */
final class RecurrentBackF32 {
  private static final int L = Lanes.F32_LENGTH;
  private static final int PANEL = PackedWeightsF32.COLUMNS;

  // Vectors of a row: slopes of four gates, the cell's activation and its slope, then copies.
  private static final int ACTIVATED = 4;
  private static final int GATES = 6;
  private static final int RESULTS = 10;
  private static final int PRODUCTS = 14;
  private static final int OLD = 18;
  private static final int OUTSIDE = 19;
  private static final int PEEPHOLES = 20;
  private static final int VECTORS = 23;

  private final RecurrentLayer layer;
  private final RecurrentColumns columns;
  private final Places places;
  private final int terms;
  private final long hiddenBytes;
  private final long unitBytes;
  private final long matrixBytes;
  private final long sliceBytes;

  RecurrentBackF32(RecurrentLayer layer, RecurrentColumns columns, Places places, int mostRows) {
    this.layer = layer;
    this.columns = columns;
    this.places = places;
    terms = layer.cell().gates() * layer.hidden();
    hiddenBytes = 4L * layer.hidden();
    unitBytes = 4L * columns.units();
    matrixBytes = lines(mostRows * unitBytes);
    sliceBytes = 3 * matrixBytes + lines(VECTORS * unitBytes);
  }

  private static long lines(long bytes) {
    return Math.ceilDiv(bytes, Memory.ALIGNMENT) * Memory.ALIGNMENT;
  }

  /** Size of the memory of a group. */
  long groupBytes() {
    return columns.slices() * sliceBytes;
  }

  /** Sets up a group. */
  void begin(long[] buffers, long states, int direction, int firstRow, int rows) {
    for (int slice = 0; slice < columns.slices(); slice++) {
      long own = states + slice * sliceBytes;
      RecurrentCellF32.zero(own, Math.toIntExact(sliceBytes / 4));
      long at = state(direction, firstRow, slice);
      int real = columns.real(slice);
      if (given(buffers, places.dyh())) {
        GemmEdgesF32.copy(buffers[places.dyh()] + at, hiddenBytes, own, unitBytes, rows, real);
      }
      if (given(buffers, places.dyc())) {
        long cells = own + 2 * matrixBytes;
        GemmEdgesF32.copy(buffers[places.dyc()] + at, hiddenBytes, cells, unitBytes, rows, real);
      }
    }
  }

  private static boolean given(long[] buffers, int place) {
    return place >= 0 && buffers[place] != 0;
  }

  /** Where a slice of a row is in [directions, batch, hidden]. */
  private long state(int direction, int row, int slice) {
    return ((long) direction * layer.batch() + row) * hiddenBytes + slice * unitBytes;
  }

  /** The same in [directions, steps, batch, n hidden]. */
  private long saved(int direction, int time, int row, int slice, int n) {
    long at = ((long) direction * layer.steps() + time) * layer.batch() + row;
    return at * n * hiddenBytes + slice * unitBytes;
  }

  /** The same in [steps, directions, batch, hidden]. */
  private long shown(int direction, int time, int row, int slice) {
    long at = ((long) time * layer.directions() + direction) * layer.batch() + row;
    return at * hiddenBytes + slice * unitBytes;
  }

  /** Does a round of a slice: a step, or after the last the gradients of the initial states. */
  void run(
      long[] buffers,
      long packed,
      long zeros,
      long states,
      int direction,
      int firstRow,
      int rows,
      int slice,
      int round) {
    boolean reverse = layer.backwards(direction);
    int time = reverse ? round : layer.steps() - 1 - round;
    int later = reverse ? time - 1 : time + 1;
    long carry = states + slice * sliceBytes;
    long whole = carry + matrixBytes;
    long cells = whole + matrixBytes;
    long vectors = cells + matrixBytes;
    int gates = layer.cell().gates();
    if (round > 0) {
      long from =
          buffers[layer.cell() == Cell.GRU_LINEAR_BEFORE_RESET ? places.du() : places.dz()]
              + saved(direction, later, firstRow, 0, gates);
      float[] block = RecurrentProductF32.left(from, 4L * terms, rows, terms);
      int panels = Math.ceilDiv(columns.real(slice), PANEL);
      // Every other step goes the other way, so that it starts with the weights still in cache.
      RecurrentProductF32.run(
          block,
          rows,
          terms,
          packed,
          0,
          panels,
          carry,
          unitBytes,
          whole,
          unitBytes,
          (round & 1) != 0);
    }
    for (int r = 0; r < rows; r++) {
      int row = firstRow + r;
      int length = length(buffers, row);
      // A row that had ended hands on what it had.
      long dh = (round > 0 && later < length ? whole : carry) + r * unitBytes;
      long own = carry + r * unitBytes;
      if (round == layer.steps()) {
        finish(buffers, direction, row, slice, dh, cells + r * unitBytes);
      } else if (time < length) {
        step(
            buffers,
            zeros,
            vectors,
            own,
            dh,
            cells + r * unitBytes,
            direction,
            row,
            slice,
            time,
            length);
      } else {
        if (dh != own) {
          GemmEdgesF32.copy(dh, 0, own, 0, 1, columns.units());
        }
        clear(buffers, saved(direction, time, row, slice, gates), columns.real(slice));
      }
    }
  }

  private int length(long[] buffers, int row) {
    return places.lengths() < 0
        ? layer.steps()
        : Memory.ALL.get(Memory.I32, buffers[places.lengths()] + 4L * row);
  }

  private void finish(long[] buffers, int direction, int row, int slice, long dh, long dc) {
    long at = state(direction, row, slice);
    int real = columns.real(slice);
    if (places.dh0() >= 0) {
      GemmEdgesF32.copy(dh, 0, buffers[places.dh0()] + at, 0, 1, real);
    }
    if (places.dc0() >= 0) {
      GemmEdgesF32.copy(dc, 0, buffers[places.dc0()] + at, 0, 1, real);
    }
  }

  private void clear(long[] buffers, long at, int real) {
    for (int gate = 0; gate < layer.cell().gates(); gate++) {
      RecurrentCellF32.zero(buffers[places.dz()] + at + gate * hiddenBytes, real);
      if (places.du() >= 0) {
        RecurrentCellF32.zero(buffers[places.du()] + at + gate * hiddenBytes, real);
      }
    }
  }

  /** The cells of a row that has not ended. */
  private void step(
      long[] buffers,
      long zeros,
      long vectors,
      long carry,
      long dh,
      long dc,
      int direction,
      int row,
      int slice,
      int time,
      int length) {
    int real = columns.real(slice);
    int count = Math.ceilDiv(real, L) * L;
    boolean direct = count == real;
    long dy = zeros;
    if (given(buffers, places.dy())) {
      long from = buffers[places.dy()] + shown(direction, time, row, slice);
      dy = staged(from, vectors, OUTSIDE, real, direct);
    }
    int gates = layer.cell().gates();
    long result = saved(direction, time, row, slice, gates);
    long dz = direct ? buffers[places.dz()] + result : vectors + RESULTS * unitBytes;
    long resultBytes = direct ? hiddenBytes : unitBytes;
    long du = 0;
    List<RecurrentActivation> act = layer.activations();
    int first = direction * layer.cell().activations();
    if (layer.cell() == Cell.RNN) {
      long y = buffers[places.states()] + shown(direction, time, row, slice);
      y = staged(y, vectors, GATES, real, direct);
      RecurrentSlopeF32.run(act.get(first), y, vectors, count);
      RecurrentGradientCellF32.rnn(vectors, dh, dy, dz, count);
      RecurrentCellF32.zero(carry, count);
    } else {
      long saved = buffers[places.gates()] + saved(direction, time, row, slice, 4);
      long savedBytes = hiddenBytes;
      if (!direct) {
        GemmEdgesF32.copy(saved, hiddenBytes, vectors + GATES * unitBytes, unitBytes, 4, real);
        saved = vectors + GATES * unitBytes;
        savedBytes = unitBytes;
      }
      long old = old(buffers, zeros, direction, row, slice, time, length);
      old = old == zeros ? zeros : staged(old, vectors, OLD, real, direct);
      int sigmas = gates - 1;
      for (int gate = 0; gate < gates; gate++) {
        RecurrentActivation a = act.get(gate < sigmas ? first : first + 1);
        RecurrentSlopeF32.run(a, saved + gate * savedBytes, vectors + gate * unitBytes, count);
      }
      if (layer.cell() == Cell.LSTM) {
        long cell = buffers[places.states()] + saved(direction, time, row, slice, 1);
        long activated = vectors + ACTIVATED * unitBytes;
        GemmEdgesF32.copy(cell, 0, activated, 0, 1, real);
        act.get(first + 2).apply(activated, count);
        RecurrentSlopeF32.run(act.get(first + 2), activated, activated + unitBytes, count);
        RecurrentGradientCellF32.lstm(
            saved,
            savedBytes,
            vectors,
            unitBytes,
            old,
            dh,
            dy,
            dc,
            peephole(buffers, zeros, vectors, direction, slice, 0),
            peephole(buffers, zeros, vectors, direction, slice, 1),
            peephole(buffers, zeros, vectors, direction, slice, 2),
            dz,
            resultBytes,
            count);
        RecurrentCellF32.zero(carry, count);
      } else {
        du = direct ? buffers[places.du()] + result : vectors + PRODUCTS * unitBytes;
        RecurrentGradientCellF32.gru(
            saved, savedBytes, vectors, unitBytes, old, dh, dy, carry, dz, du, resultBytes, count);
      }
    }
    if (!direct) {
      long to = buffers[places.dz()] + result;
      GemmEdgesF32.copy(dz, unitBytes, to, hiddenBytes, gates, real);
      if (du != 0) {
        GemmEdgesF32.copy(du, unitBytes, buffers[places.du()] + result, hiddenBytes, gates, real);
      }
    }
  }

  /** The state before a step: that of the step before, or the initial one. */
  private long old(
      long[] buffers, long zeros, int direction, int row, int slice, int time, int length) {
    int before = layer.backwards(direction) ? time + 1 : time - 1;
    if (before >= 0 && before < length) {
      return buffers[places.states()]
          + (layer.cell() == Cell.LSTM
              ? saved(direction, before, row, slice, 1)
              : shown(direction, before, row, slice));
    }
    return given(buffers, places.initial())
        ? buffers[places.initial()] + state(direction, row, slice)
        : zeros;
  }

  private long peephole(
      long[] buffers, long zeros, long vectors, int direction, int slice, int gate) {
    if (!given(buffers, places.peepholes())) {
      return zeros;
    }
    long from =
        buffers[places.peepholes()] + (3L * direction + gate) * hiddenBytes + slice * unitBytes;
    int real = columns.real(slice);
    return staged(from, vectors, PEEPHOLES + gate, real, real % L == 0);
  }

  private long staged(long from, long vectors, int slot, int real, boolean direct) {
    if (direct) {
      return from;
    }
    long to = vectors + slot * unitBytes;
    GemmEdgesF32.copy(from, 0, to, 0, 1, real);
    return to;
  }
}
