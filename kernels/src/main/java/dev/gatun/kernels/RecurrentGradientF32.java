package dev.gatun.kernels;

/**
 * LSTM, GRU (whose reset multiplies the product) and RNN back through time: the gradients of the
 * sums that go into the activations at each step, from what the layer saved on its way forward.
 * What follows from them for weights and inputs are products over all steps at once, which are not
 * done here.
 *
 * <p>A step multiplies the gradients of the step after it with the recurrent weights, packed in
 * each run ({@link #pack}), and takes the cells of the same hidden units right behind. As on the
 * way forward, directions and blocks of rows are independent, and the slices of hidden units of
 * such a group are a {@link RecurrentGang}. Rows that have ended are zero and hand on what they
 * have; all rows of a step are at one time.
 */
public final class RecurrentGradientF32 implements RecurrentGang.Work {
  /**
   * Which of the buffers of a run are what; -1 for one that is absent.
   *
   * @param weights recurrent weights [directions, gates hidden, hidden]
   * @param gates saved gates [directions, steps, batch, 4 hidden], of an RNN absent
   * @param states of an LSTM cells [directions, steps, batch, hidden], else hidden states [steps,
   *     directions, batch, hidden]
   * @param lengths 32-bit steps of each row, optional
   * @param initial states (of an LSTM cells) before the first step [directions, batch, hidden],
   *     optional
   * @param peepholes of an LSTM [directions, 3 hidden], optional
   * @param dy gradients of the hidden states, as those, optional
   * @param dyh gradient of the last hidden states [directions, batch, hidden], optional
   * @param dyc that of the last cells, optional
   * @param dz gradients of the sums [directions, steps, batch, gates hidden]
   * @param du those of the products with the state, of a GRU
   * @param dh0 gradient of the initial hidden states, optional
   * @param dc0 that of the initial cells, optional
   * @param scratch at least {@link #scratchBytes}, aligned to cache lines
   */
  public record Places(
      int weights,
      int gates,
      int states,
      int lengths,
      int initial,
      int peepholes,
      int dy,
      int dyh,
      int dyc,
      int dz,
      int du,
      int dh0,
      int dc0,
      int scratch) {}

  private static final int PANEL = PackedWeightsF32.COLUMNS;

  private final RecurrentLayer layer;
  private final Places places;
  private final RecurrentSplit split;
  private final RecurrentColumns columns;
  private final RecurrentBackF32 step;
  private final int terms;
  private final int panels;
  private final int groups;
  private final long zerosAt;
  private final long groupsAt;
  private final long groupBytes;
  private final long statesAt;

  public RecurrentGradientF32(RecurrentLayer layer, Places places, int threads) {
    this(
        layer,
        places,
        RecurrentSplit.choose(layer, threads, slices -> RecurrentColumns.of(layer, slices, PANEL)));
  }

  RecurrentGradientF32(RecurrentLayer layer, Places places, RecurrentSplit split) {
    if (!covers(layer)) {
      throw new IllegalArgumentException("no kernel for the gradient of " + layer);
    }
    this.layer = layer;
    this.places = places;
    this.split = split;
    columns = split.columns();
    terms = layer.cell().gates() * layer.hidden();
    panels = PackedWeightsF32.panels(layer.hidden());
    groups = layer.directions() * split.rowBlocks();
    statesAt = RecurrentGang.bytes(columns.slices());
    step = new RecurrentBackF32(layer, columns, places, split.mostRows());
    groupBytes = lines(statesAt + step.groupBytes());
    zerosAt = lines(layer.directions() * PackedWeightsF32.bytes(layer.hidden(), terms));
    groupsAt = zerosAt + lines(4L * columns.units());
  }

  /** Whether there is a kernel for a layer's gradient. */
  public static boolean covers(RecurrentLayer layer) {
    return layer.clip() == 0
        && !layer.coupled()
        && layer.cell() != RecurrentLayer.Cell.GRU
        && layer.activations().stream().allMatch(RecurrentSlopeF32::has);
  }

  private static long lines(long bytes) {
    return Math.ceilDiv(bytes, Memory.ALIGNMENT) * Memory.ALIGNMENT;
  }

  /** How the layer was cut, for logs. */
  public String describe() {
    return split.rowBlocks() + "x" + columns.slices() + " of " + columns.units() + " units";
  }

  /** Size of the memory that a run needs besides its operands. */
  public long scratchBytes() {
    return groupsAt + groups * groupBytes;
  }

  /** Tasks of {@link #pack}. */
  public int packTasks() {
    return layer.directions() * panels;
  }

  /** Packs a panel of the recurrent weights. */
  public void pack(long[] buffers, int task) {
    int panel = task % panels;
    int hidden = layer.hidden();
    long direction = task / panels;
    PackedWeightsF32.pack(
        buffers[places.weights()] + direction * terms * 4L * hidden,
        4L * hidden,
        hidden,
        terms,
        packed(buffers, direction),
        panel,
        panel + 1);
  }

  private long packed(long[] buffers, long direction) {
    return buffers[places.scratch()] + direction * PackedWeightsF32.bytes(layer.hidden(), terms);
  }

  /** Sets up the gradients behind the last step; one task. */
  public void begin(long[] buffers) {
    RecurrentCellF32.zero(buffers[places.scratch()] + zerosAt, columns.units());
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
    boolean further = places.dh0() >= 0 || places.dc0() >= 0;
    RecurrentGang.run(
        group(buffers, group),
        columns.slices(),
        layer.steps() + (further ? 1 : 0),
        buffers,
        group,
        task % columns.slices(),
        this);
  }

  @Override
  public void round(long[] buffers, int group, int slice, int round) {
    int block = group % split.rowBlocks();
    int direction = group / split.rowBlocks();
    int firstPanel = slice * columns.units() / PANEL;
    step.run(
        buffers,
        packed(buffers, direction) + (long) firstPanel * terms * PANEL * 4,
        buffers[places.scratch()] + zerosAt,
        group(buffers, group) + statesAt,
        direction,
        split.firstRow(block),
        split.rows(block),
        slice,
        round);
  }

  private long group(long[] buffers, int group) {
    return buffers[places.scratch()] + groupsAt + group * groupBytes;
  }
}
