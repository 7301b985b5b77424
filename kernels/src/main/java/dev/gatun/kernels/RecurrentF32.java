package dev.gatun.kernels;

/**
 * LSTM, GRU and RNN over whole sequences as ONNX defines them.
 *
 * <p>One matrix product projects the inputs of all steps, with the biases in it; it is the caller's
 * first phase ({@link #input}). The second, {@link #begin}, sets up the states, and the third takes
 * the steps: the product of the states with the recurrent weights, whose sums start at the
 * projected inputs, and right behind it the cells of the same hidden units. Directions and blocks
 * of rows are independent; the slices of hidden units of such a group are a {@link RecurrentGang}.
 *
 * <p>One row is bound by reading the recurrent weights, which is why a slice stays with its thread:
 * in L2, if the team's L2 caches together hold them. Many rows are compute bound.
 */
public final class RecurrentF32 implements RecurrentGang.Work {
  /**
   * Which of the buffers of a run are what; -1 for one that is absent.
   *
   * @param x inputs, read by nothing here but the caller's {@link #input}
   * @param lengths 32-bit steps of each row, optional
   * @param h0 first hidden states, optional
   * @param c0 first cell states of an LSTM, optional
   * @param y hidden states of all steps, zero after the end of a row
   * @param yh last hidden states, optional
   * @param yc last cell states of an LSTM, optional
   * @param gates where the gates of each step go, [directions, steps, batch, 4 hidden], optional:
   *     of an LSTM all, of a GRU z, r, the candidate, and what the product of r is (or r
   *     multiplies)
   * @param cells where the cell states of an LSTM's steps go, [directions, steps, batch, hidden],
   *     optional
   * @param scratch at least {@link #scratchBytes}, aligned to cache lines
   * @param peepholes whether an LSTM has peepholes
   */
  public record Places(
      int x,
      int lengths,
      int h0,
      int c0,
      int y,
      int yh,
      int yc,
      int gates,
      int cells,
      int scratch,
      boolean peepholes) {}

  /**
   * Where the packed weights are.
   *
   * @param input packed input weights
   * @param recurrent packed recurrent weights
   * @param biases packed biases
   * @param peepholes packed peepholes of an LSTM that has them
   * @param inScratch whether these are offsets into the scratch memory of a run, not addresses
   */
  public record Packed(long input, long recurrent, long biases, long peepholes, boolean inScratch) {
    long base(long scratch) {
      return inScratch ? scratch : 0;
    }
  }

  private final RecurrentLayer layer;
  private final Places places;
  private final RecurrentSplit split;
  private final RecurrentColumns columns;
  private final RecurrentStepF32 step;
  private final Packed packed;
  private final GemmF32 input;
  private final int groups;
  private final long groupsAt;
  private final long groupBytes;
  private final long statesAt;

  public RecurrentF32(RecurrentLayer layer, Places places, int threads) {
    this(layer, places, RecurrentSplit.choose(layer, threads), threads);
  }

  /** The same plan on weights; it can be run, unlike one without. */
  public RecurrentF32 bind(Packed weights) {
    return new RecurrentF32(this, weights);
  }

  private RecurrentF32(RecurrentF32 other, Packed packed) {
    layer = other.layer;
    places = other.places;
    split = other.split;
    columns = other.columns;
    step = other.step;
    input = other.input;
    groups = other.groups;
    groupsAt = other.groupsAt;
    groupBytes = other.groupBytes;
    statesAt = other.statesAt;
    this.packed = packed;
  }

  RecurrentF32(RecurrentLayer layer, Places places, RecurrentSplit split, int threads) {
    this.layer = layer;
    this.places = places;
    this.split = split;
    columns = split.columns();
    input =
        GemmF32.plan(
            Math.multiplyExact(layer.steps(), layer.batch()),
            columns.total(),
            layer.features(),
            threads);
    groups = layer.directions() * split.rowBlocks();
    statesAt = RecurrentGang.bytes(columns.slices());
    step = new RecurrentStepF32(layer, columns, places, split.mostRows());
    groupBytes = lines(statesAt + step.groupBytes());
    groupsAt = lines(4L * layer.steps() * layer.batch() * columns.total());
    packed = new Packed(0, 0, 0, 0, false);
  }

  private static long lines(long bytes) {
    return Math.ceilDiv(bytes, Memory.ALIGNMENT) * Memory.ALIGNMENT;
  }

  /** How the layer was cut, for logs. */
  public String describe() {
    return split.rowBlocks() + "x" + columns.slices() + " of " + columns.units() + " units";
  }

  /** Names the form of packed weights and vectors: equal forms of equal weights are equal. */
  public record Form(int slices, int units, RecurrentLayer.Cell cell, int hidden) {}

  public Form form() {
    return new Form(columns.slices(), columns.units(), layer.cell(), layer.hidden());
  }

  /** Size of packed weights [directions, gates * hidden, k]. */
  public long weightBytes(int k) {
    return PackedWeightsF32.bytes(columns.total(), k);
  }

  /** Packs weights [directions, gates * hidden, k]: k is features or hidden. */
  public void packWeights(long src, int k, long dst) {
    columns.packWeights(src, k, dst, 0, 1);
  }

  /** Does one of {@code parts} tasks of packing weights. */
  public void packWeights(long src, int k, long dst, int part, int parts) {
    columns.packWeights(src, k, dst, part, parts);
  }

  /** Size of packed biases. */
  public long biasBytes() {
    return 4L * columns.biasFloats();
  }

  /** Packs biases [directions, 2 gates hidden]; zeros if {@code src} is 0. */
  public void packBiases(long src, long dst) {
    columns.packBiases(src, dst);
  }

  /** Size of packed peepholes. */
  public long peepholeBytes() {
    return 4L * columns.peepholeFloats();
  }

  /** Packs peepholes [directions, 3 hidden]. */
  public void packPeepholes(long src, long dst) {
    columns.packPeepholes(src, dst);
  }

  /** Size of the memory that a run needs besides its operands. */
  public long scratchBytes() {
    return groupsAt + groups * groupBytes;
  }

  /** Tasks of {@link #input}. */
  public int inputTasks() {
    return input.tasks();
  }

  /** Projects inputs. */
  public void input(long[] buffers, int task) {
    float inf = Float.POSITIVE_INFINITY;
    long rowBytes = 4L * layer.features();
    long to = buffers[places.scratch()];
    long base = packed.base(to);
    input.run(
        buffers[places.x()],
        rowBytes,
        base + packed.input(),
        base + packed.biases(),
        -inf,
        inf,
        to,
        4L * columns.total(),
        null,
        buffers,
        task);
  }

  /**
   * Sets up the states; one task.
   *
   * @throws IndexOutOfBoundsException when a length is negative or beyond the steps
   */
  public void begin(long[] buffers) {
    if (places.lengths() >= 0) {
      for (int row = 0; row < layer.batch(); row++) {
        int length = Memory.ALL.get(Memory.I32, buffers[places.lengths()] + 4L * row);
        if (length < 0 || length > layer.steps()) {
          throw new IndexOutOfBoundsException(
              "sequence " + row + " has length " + length + ", x has " + layer.steps());
        }
      }
    }
    for (int group = 0; group < groups; group++) {
      long at = group(buffers, group);
      RecurrentGang.reset(at, columns.slices());
      int block = group % split.rowBlocks();
      step.begin(
          buffers,
          at + statesAt,
          group / split.rowBlocks(),
          split.firstRow(block),
          split.rows(block));
    }
  }

  /** Tasks of {@link #run}. */
  public int tasks() {
    return groups * columns.slices();
  }

  /** Takes part in the steps; returns when those of the task's group are done. */
  public void run(long[] buffers, int task) {
    int group = task / columns.slices();
    RecurrentGang.run(
        group(buffers, group),
        columns.slices(),
        layer.steps() * layer.cell().rounds(),
        buffers,
        group,
        task % columns.slices(),
        this);
  }

  @Override
  public void round(long[] buffers, int group, int slice, int round) {
    int block = group % split.rowBlocks();
    long base = packed.base(buffers[places.scratch()]);
    step.run(
        buffers,
        base + packed.recurrent(),
        base + packed.biases(),
        base + packed.peepholes(),
        group(buffers, group) + statesAt,
        group / split.rowBlocks(),
        split.firstRow(block),
        split.rows(block),
        slice,
        round);
  }

  private long group(long[] buffers, int group) {
    return buffers[places.scratch()] + groupsAt + group * groupBytes;
  }
}
