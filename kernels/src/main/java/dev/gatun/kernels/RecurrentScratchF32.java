package dev.gatun.kernels;

/** States and gates of the rows that a thread takes through a sequence; grown and kept. */
final class RecurrentScratchF32 {
  private static final ThreadLocal<RecurrentScratchF32> CURRENT =
      ThreadLocal.withInitial(RecurrentScratchF32::new);

  /** Hidden states [rows, hidden]. */
  float[] h = new float[0];

  /** Cell states of an LSTM, or the reset states of a GRU [rows, hidden]. */
  float[] c = new float[0];

  /** Products, then gates [rows, padded columns]. */
  float[] gates = new float[0];

  /** The candidate of a GRU [rows, padded hidden]. */
  float[] candidate = new float[0];

  /** The scratch of the calling thread, large enough. */
  static RecurrentScratchF32 get(int rows, int hidden, int columns) {
    RecurrentScratchF32 scratch = CURRENT.get();
    scratch.grow(rows, hidden, columns);
    return scratch;
  }

  private void grow(int rows, int hidden, int columns) {
    if (h.length < rows * hidden) {
      h = new float[rows * hidden];
      c = new float[rows * hidden];
    }
    if (gates.length < rows * RecurrentWeightsF32.padded(columns)) {
      gates = new float[rows * RecurrentWeightsF32.padded(columns)];
    }
    if (candidate.length < rows * RecurrentWeightsF32.padded(hidden)) {
      candidate = new float[rows * RecurrentWeightsF32.padded(hidden)];
    }
  }

  private RecurrentScratchF32() {}
}
