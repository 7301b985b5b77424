package dev.gatun.kernels;

import dev.gatun.kernels.RecurrentF32.Places;
import java.util.List;

/**
 * One step of one slice of the hidden units, for the rows of a block.
 *
 * <p>The states of a group are in memory, whole vectors a row: hidden states twice, one read and
 * one written by a step, cell states, and for a GRU the states after the reset. A step copies the
 * states it multiplies into its thread's array, as every matrix product does, and leaves the sums
 * of its gates in memory of its own, where the cell finds them in L1.
 */
final class RecurrentStepF32 {
  private static final int PANEL = PackedWeightsF32.COLUMNS;
  private static final int PANEL_BYTES = 4 * PANEL;

  /** Vectors of a unit's step that are saved for the gradient. */
  private static final int SAVED = 4;

  private final RecurrentLayer layer;
  private final RecurrentColumns columns;
  private final Places places;
  private final long stateRowBytes;
  private final long stateBytes;
  private final long gatesRowBytes;
  private final long gatesBytes;
  private final long xRowBytes;
  private final long xStepBytes;
  private final long yRowBytes;
  private final long yStepBytes;
  private final long yDirectionBytes;
  private final long lastRowBytes;
  private final long lastDirectionBytes;

  RecurrentStepF32(RecurrentLayer layer, RecurrentColumns columns, Places places, int mostRows) {
    this.layer = layer;
    this.columns = columns;
    this.places = places;
    int directions = layer.directions();
    boolean batchFirst = layer.batchFirst();
    stateRowBytes = 4L * columns.padded();
    stateBytes = lines(mostRows * stateRowBytes);
    // Not a power of two, which would map the rows of a tile to the same cache sets.
    gatesRowBytes = lines(4L * columns.width()) + Memory.ALIGNMENT;
    gatesBytes = mostRows * gatesRowBytes;
    xRowBytes = 4L * columns.total() * (batchFirst ? layer.steps() : 1);
    xStepBytes = 4L * columns.total() * (batchFirst ? 1 : layer.batch());
    long hiddenBytes = 4L * layer.hidden();
    yRowBytes = hiddenBytes * (batchFirst ? (long) layer.steps() * directions : 1);
    yStepBytes = hiddenBytes * directions * (batchFirst ? 1 : layer.batch());
    yDirectionBytes = hiddenBytes * (batchFirst ? 1 : layer.batch());
    lastRowBytes = hiddenBytes * (batchFirst ? directions : 1);
    lastDirectionBytes = hiddenBytes * (batchFirst ? 1 : layer.batch());
  }

  private static long lines(long bytes) {
    return Math.ceilDiv(bytes, Memory.ALIGNMENT) * Memory.ALIGNMENT;
  }

  /** Size of the states and gates of a group. */
  long groupBytes() {
    return 4 * stateBytes + columns.slices() * gatesBytes;
  }

  private long hidden(long states, int step) {
    return states + (step & 1) * stateBytes;
  }

  private long cells(long states) {
    return states + 2 * stateBytes;
  }

  private long resets(long states) {
    return states + 3 * stateBytes;
  }

  /** Sets up the states of a group. */
  void begin(long[] buffers, long states, int direction, int firstRow, int rows) {
    // All four states: as many floats as one has bytes.
    RecurrentCellF32.zero(states, Math.toIntExact(stateBytes));
    load(buffers, places.h0(), hidden(states, 0), direction, firstRow, rows);
    load(buffers, places.c0(), cells(states), direction, firstRow, rows);
  }

  private void load(long[] buffers, int place, long to, int direction, int firstRow, int rows) {
    if (place >= 0 && buffers[place] != 0) {
      long from = buffers[place] + direction * lastDirectionBytes + firstRow * lastRowBytes;
      GemmEdgesF32.copy(from, lastRowBytes, to, stateRowBytes, rows, layer.hidden());
    }
  }

  /** Does a round of a slice: a step, or the first or second product of a GRU's. */
  void run(
      long[] buffers,
      long weights,
      long biases,
      long peepholes,
      long states,
      int direction,
      int firstRow,
      int rows,
      int slice,
      int round) {
    int rounds = layer.cell().rounds();
    int step = round / rounds;
    boolean secondOfTwo = round % rounds == 1;
    int column = columns.column(direction, slice);
    int units = columns.units();
    long gates = states + 4 * stateBytes + slice * gatesBytes;
    long packed = weights + (long) (column / PANEL) * layer.hidden() * PANEL_BYTES;
    boolean reverse = layer.backwards(direction);
    // Rows of different lengths are at different times when they go backwards.
    boolean apart = reverse && places.lengths() >= 0;
    long x = buffers[places.scratch()] + firstRow * xRowBytes + 4L * column;
    long from = gates;
    long fromRowBytes = gatesRowBytes;
    if (!apart) {
      from = x + (reverse ? layer.steps() - 1 - step : step) * xStepBytes;
      fromRowBytes = xRowBytes;
    } else if (!secondOfTwo) {
      for (int r = 0; r < rows; r++) {
        long at = x + Math.max(0, time(buffers, firstRow + r, step, reverse)) * xStepBytes;
        GemmEdgesF32.copy(at + r * xRowBytes, 0, gates + r * gatesRowBytes, 0, 1, columns.width());
      }
    }
    long read = secondOfTwo ? resets(states) : hidden(states, step);
    int hidden = layer.hidden();
    float[] block = RecurrentProductF32.left(read, stateRowBytes, rows, hidden);
    int panels = columns.width() / PANEL;
    int gatePanels = units / PANEL;
    // Every other step goes the other way, so that it starts with the weights still in cache.
    boolean odd = (step & 1) != 0;
    switch (layer.cell()) {
      case LSTM, RNN -> product(block, rows, packed, 0, panels, from, fromRowBytes, gates, odd);
      case GRU -> {
        int first = secondOfTwo ? 2 * gatePanels : 0;
        int last = secondOfTwo ? panels : 2 * gatePanels;
        product(block, rows, packed, first, last, from, fromRowBytes, gates, odd);
      }
      case GRU_LINEAR_BEFORE_RESET -> {
        long skip = 2L * gatePanels * PANEL_BYTES;
        if (apart) {
          // The reset needs the input of the candidate apart from its product.
          for (int r = 0; r < rows; r++) {
            long at = gates + r * gatesRowBytes + skip;
            GemmEdgesF32.copy(at, 0, resets(states, r, slice), 0, 1, units);
          }
        }
        long bias = biases + 4L * (columns.candidateBias(direction) + slice * units) - skip;
        int candidate = 2 * gatePanels;
        if (odd) {
          product(block, rows, packed, candidate, panels, bias, 0, gates, odd);
        }
        product(block, rows, packed, 0, candidate, from, fromRowBytes, gates, odd);
        if (!odd) {
          product(block, rows, packed, candidate, panels, bias, 0, gates, odd);
        }
        if (apart) {
          from = resets(states, 0, slice) - skip;
          fromRowBytes = stateRowBytes;
        }
      }
    }
    for (int r = 0; r < rows; r++) {
      int time = time(buffers, firstRow + r, step, reverse);
      long inputs = from + r * fromRowBytes;
      long at = slice * 4L * units + r * stateRowBytes;
      long kept = kept(buffers, direction, firstRow + r, slice, time < 0 ? step : time);
      cell(
          gates + r * gatesRowBytes,
          inputs,
          peepholes,
          direction,
          slice,
          hidden(states, step) + at,
          hidden(states, step + 1) + at,
          cells(states) + at,
          resets(states) + at,
          secondOfTwo,
          time >= 0,
          kept);
      if (places.cells() >= 0) {
        long to =
            buffers[places.cells()] + cell(direction, firstRow + r, slice, time < 0 ? step : time);
        if (time >= 0) {
          GemmEdgesF32.copy(cells(states) + at, 0, to, 0, 1, columns.real(slice));
        } else {
          RecurrentCellF32.zero(to, columns.real(slice));
        }
      }
    }
    if (rounds == 1 || secondOfTwo) {
      store(buffers, states, direction, firstRow, rows, slice, step, reverse);
    }
  }

  /**
   * Where a row's cells of a time stand among the saved ones, [directions, steps, batch, hidden].
   */
  private long cell(int direction, int row, int slice, int time) {
    long at = ((long) direction * layer.steps() + time) * layer.batch() + row;
    return 4L * (at * layer.hidden() + (long) slice * columns.units());
  }

  /** Where a row's gates of a time are saved, [directions, steps, batch, 4, hidden]; 0 if not. */
  private long kept(long[] buffers, int direction, int row, int slice, int time) {
    if (places.gates() < 0) {
      return 0;
    }
    long at = ((long) direction * layer.steps() + time) * layer.batch() + row;
    return buffers[places.gates()]
        + 4L * (at * SAVED * layer.hidden() + (long) slice * columns.units());
  }

  /** Saves one of the four vectors of a row's units. */
  private void keep(long kept, int which, long from, int slice) {
    if (kept != 0) {
      GemmEdgesF32.copy(from, 0, kept + 4L * which * layer.hidden(), 0, 1, columns.real(slice));
    }
  }

  private long resets(long states, int row, int slice) {
    return resets(states) + row * stateRowBytes + slice * 4L * columns.units();
  }

  /** The time that a row is at in a step, or -1 when it has ended. */
  private int time(long[] buffers, int row, int step, boolean reverse) {
    int length =
        places.lengths() < 0
            ? layer.steps()
            : Memory.ALL.get(Memory.I32, buffers[places.lengths()] + 4L * row);
    return step >= length ? -1 : reverse ? length - 1 - step : step;
  }

  /** gates[r, panel] = from[r, panel] + states[r] * weights[panel] for some panels of the slice. */
  private void product(
      float[] block,
      int rows,
      long packed,
      int firstPanel,
      int lastPanel,
      long from,
      long fromRowBytes,
      long gates,
      boolean backwards) {
    RecurrentProductF32.run(
        block,
        rows,
        layer.hidden(),
        packed,
        firstPanel,
        lastPanel,
        from,
        fromRowBytes,
        gates,
        gatesRowBytes,
        backwards);
  }

  /** The cells of a row; one that has ended keeps its states. */
  private void cell(
      long gates,
      long inputs,
      long peepholes,
      int direction,
      int slice,
      long old,
      long next,
      long c,
      long reset,
      boolean secondOfTwo,
      boolean live,
      long kept) {
    int units = columns.units();
    if (!live) {
      GemmEdgesF32.copy(old, 0, next, 0, 1, units);
      for (int i = 0; kept != 0 && i < SAVED; i++) {
        RecurrentCellF32.zero(kept + 4L * i * layer.hidden(), columns.real(slice));
      }
      return;
    }
    List<RecurrentActivation> act = layer.activations();
    int first = direction * layer.cell().activations();
    long candidate = gates + 8L * units;
    switch (layer.cell()) {
      case LSTM -> lstm(gates, peepholes, direction, slice, next, c, kept);
      case GRU -> {
        if (!secondOfTwo) {
          activate(act.get(first), gates, 2 * units);
          RecurrentCellF32.multiply(gates + 4L * units, old, reset, units);
          keep(kept, 0, gates, slice);
          keep(kept, 1, gates + 4L * units, slice);
          keep(kept, 3, reset, slice);
        } else {
          activate(act.get(first + 1), candidate, units);
          keep(kept, 2, candidate, slice);
          RecurrentCellF32.update(next, candidate, gates, old, units);
        }
      }
      case GRU_LINEAR_BEFORE_RESET -> {
        activate(act.get(first), gates, 2 * units);
        keep(kept, 0, gates, slice);
        keep(kept, 1, gates + 4L * units, slice);
        keep(kept, 3, candidate, slice);
        RecurrentCellF32.reset(candidate, gates + 4L * units, inputs + 8L * units, units);
        activate(act.get(first + 1), candidate, units);
        keep(kept, 2, candidate, slice);
        RecurrentCellF32.update(next, candidate, gates, old, units);
      }
      case RNN -> {
        activate(act.get(first), gates, units);
        GemmEdgesF32.copy(gates, 0, next, 0, 1, units);
      }
    }
  }

  private void activate(RecurrentActivation activation, long at, int count) {
    if (layer.clip() > 0) {
      RecurrentCellF32.clip(at, count, layer.clip());
    }
    activation.apply(at, count);
  }

  private void lstm(
      long gates, long factors, int direction, int slice, long next, long c, long kept) {
    int units = columns.units();
    long bytes = 4L * units;
    long output = gates + bytes;
    long forget = output + bytes;
    long candidate = forget + bytes;
    List<RecurrentActivation> act = layer.activations();
    RecurrentActivation f = act.get(3 * direction);
    RecurrentActivation g = act.get(3 * direction + 1);
    RecurrentActivation h = act.get(3 * direction + 2);
    boolean peepholes = places.peepholes();
    if (!peepholes && !layer.coupled()) {
      activate(f, gates, 3 * units);
      activate(g, candidate, units);
      keep(kept, 0, gates, slice);
      keep(kept, 1, output, slice);
      keep(kept, 2, forget, slice);
      keep(kept, 3, candidate, slice);
      if (h.kind() == RecurrentActivation.Kind.TANH) {
        RecurrentCellF32.output(gates, c, next, units);
        return;
      }
    } else {
      if (peepholes) {
        RecurrentCellF32.addProduct(gates, peephole(factors, direction, 0, slice), c, units);
        RecurrentCellF32.addProduct(forget, peephole(factors, direction, 2, slice), c, units);
      }
      activate(f, gates, units);
      if (layer.coupled()) {
        RecurrentCellF32.complement(gates, forget, units);
      } else {
        activate(f, forget, units);
      }
      activate(g, candidate, units);
      keep(kept, 0, gates, slice);
      keep(kept, 2, forget, slice);
      keep(kept, 3, candidate, slice);
    }
    RecurrentCellF32.cell(c, forget, gates, candidate, units);
    if (peepholes || layer.coupled()) {
      if (peepholes) {
        RecurrentCellF32.addProduct(output, peephole(factors, direction, 1, slice), c, units);
      }
      activate(f, output, units);
      keep(kept, 1, output, slice);
    }
    h.apply(gates, units);
    RecurrentCellF32.multiply(output, gates, next, units);
  }

  private long peephole(long factors, int direction, int gate, int slice) {
    return factors + 4L * (columns.peephole(direction, gate) + slice * columns.units());
  }

  /** Copies the states of the slice's own units where the caller wants them. */
  private void store(
      long[] buffers,
      long states,
      int direction,
      int firstRow,
      int rows,
      int slice,
      int step,
      boolean reverse) {
    int real = columns.real(slice);
    long unit = 4L * columns.units() * slice;
    long h = hidden(states, step + 1) + unit;
    long y = buffers[places.y()] + direction * yDirectionBytes + firstRow * yRowBytes + unit;
    if (places.lengths() < 0) {
      long at = y + (reverse ? layer.steps() - 1 - step : step) * yStepBytes;
      GemmEdgesF32.copy(h, stateRowBytes, at, yRowBytes, rows, real);
    } else {
      for (int r = 0; r < rows; r++) {
        int time = time(buffers, firstRow + r, step, reverse);
        if (time >= 0) {
          long at = y + r * yRowBytes + time * yStepBytes;
          GemmEdgesF32.copy(h + r * stateRowBytes, 0, at, 0, 1, real);
        } else {
          // The row has ended: its steps from the length on are zero.
          RecurrentCellF32.zero(y + r * yRowBytes + step * yStepBytes, real);
        }
      }
    }
    if (step == layer.steps() - 1) {
      long last = direction * lastDirectionBytes + firstRow * lastRowBytes + unit;
      if (places.yh() >= 0) {
        long to = buffers[places.yh()] + last;
        GemmEdgesF32.copy(h, stateRowBytes, to, lastRowBytes, rows, real);
      }
      if (places.yc() >= 0) {
        long to = buffers[places.yc()] + last;
        GemmEdgesF32.copy(cells(states) + unit, stateRowBytes, to, lastRowBytes, rows, real);
      }
    }
  }
}
