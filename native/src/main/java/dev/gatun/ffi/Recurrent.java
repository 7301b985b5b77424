package dev.gatun.ffi;

import static dev.gatun.ffi.MemoryDesc.any;

/**
 * A layer of recurrent cells over a whole sequence, forward and backward: LSTM, GRU (two forms) and
 * the plain cell.
 *
 * <p>With T steps, N sequences, I inputs, H hidden units, D directions (1 or 2), G gates: src [T,
 * N, I]; dst [T, N, H], or 2H where directions are concatenated; initial and last states [1, D, N,
 * H]; weights on the input [1, D, I, G, H], on the state [1, D, H, G, H], bias [1, D, G, H] (4
 * gates for {@link Cell#LBR_GRU}). All f32; activations row-major, weights in the layout oneDNN
 * chooses.
 *
 * <p>Gates: LSTM input, forget, candidate, output; GRU update, reset, candidate, and the new state
 * is update * old + (1 - update) * candidate. {@code LBR_GRU} applies the reset gate after the
 * product with the state (linear_before_reset of ONNX, the only form of PyTorch) and has a fourth
 * bias, that of the state in the candidate.
 *
 * <p>Arguments: SRC, SRC_1 (state), SRC_2 (LSTM cell state), WEIGHTS, WEIGHTS_1, BIAS, DST, DST_1,
 * DST_2; in training WORKSPACE; backward also their DIFF forms. Gradients of weights and bias are
 * added to what is in their buffers.
 */
public final class Recurrent extends PrimitiveBuilder<Recurrent> {
  /** Kinds of cells. */
  public enum Cell {
    /** state = activation(weights * src + weights1 * state + bias). */
    PLAIN("vanilla_rnn", 1, 1),
    /** Long short-term memory. */
    LSTM("lstm", 4, 4),
    /** Gated recurrent unit, reset gate before the product. */
    GRU("gru", 3, 3),
    /** Gated recurrent unit, reset gate after the product. */
    LBR_GRU("lbr_gru", 3, 4);

    private final String function;
    private final int gates;
    private final int biases;

    Cell(String function, int gates, int biases) {
      this.function = function;
      this.gates = gates;
      this.biases = biases;
    }
  }

  /** In which order the steps are taken. */
  public enum Direction {
    /** First to last. */
    FORWARD(1, 1, 1),
    /** Last to first. */
    REVERSE(2, 1, 1),
    /** Both, results side by side. */
    BOTH_CONCATENATED(3, 2, 2),
    /** Both, results added. */
    BOTH_ADDED(4, 2, 1);

    private final int code;
    private final int directions;
    private final int outputs;

    Direction(int code, int directions, int outputs) {
      this.code = code;
      this.directions = directions;
      this.outputs = outputs;
    }
  }

  private static final int ADD_TO_GRADIENTS = 0;

  private final Cell cell;
  private final Activation activation;
  private Direction direction = Direction.FORWARD;
  private long steps;
  private long batch;
  private long inputs;
  private long hidden;

  private Recurrent(OneDnn dnnl, Cell cell, Activation activation) {
    super(dnnl);
    this.cell = cell;
    this.activation = activation;
  }

  /** Starts a layer of gated cells. */
  public static Recurrent of(OneDnn dnnl, Cell cell) {
    return new Recurrent(dnnl, cell, Activation.TANH);
  }

  /** Starts a layer of plain cells with RELU, TANH or LOGISTIC. */
  public static Recurrent plain(OneDnn dnnl, Activation activation) {
    return new Recurrent(dnnl, Cell.PLAIN, activation);
  }

  /** Order of the steps; first to last when not called. */
  public Recurrent direction(Direction value) {
    direction = value;
    return this;
  }

  /** T steps, N sequences, I inputs and H hidden units. */
  public Recurrent sizes(long stepCount, long batchSize, long inputCount, long hiddenCount) {
    steps = stepCount;
    batch = batchSize;
    inputs = inputCount;
    hidden = hiddenCount;
    return this;
  }

  /** Forward for inference. */
  public PrimitiveResult inference() {
    return build(describe("forward"), (s, out, attr) -> forward(s, out, attr, FORWARD_INFERENCE));
  }

  /** Forward in training. */
  public PrimitiveResult forward() {
    return build(describe("forward"), (s, out, attr) -> forward(s, out, attr, FORWARD_TRAINING));
  }

  /** Gradients of everything; the weights may have to be in another layout than forward. */
  public PrimitiveResult backward() {
    return build(describe("backward"), this::backward);
  }

  private static MemoryDesc f32(long... dims) {
    return MemoryDesc.rowMajor(DataType.F32, dims);
  }

  /** Handles of the descriptors of one set of buffers; gradients have the same as values. */
  private final class Descs {
    final long src;
    final long state;
    final long cellState;
    final long weights;
    final long weights1;
    final long bias;
    final long dst;

    Descs(DnnlScope s) {
      long d = direction.directions;
      src = s.desc(f32(steps, batch, inputs));
      state = s.desc(f32(1, d, batch, hidden));
      cellState = cell == Cell.LSTM ? s.desc(f32(1, d, batch, hidden)) : 0;
      weights = s.desc(any(DataType.F32, 1, d, inputs, cell.gates, hidden));
      weights1 = s.desc(any(DataType.F32, 1, d, hidden, cell.gates, hidden));
      bias = s.desc(f32(1, d, cell.biases, hidden));
      dst = s.desc(f32(steps, batch, hidden * direction.outputs));
    }
  }

  private int forward(DnnlScope s, long out, long attr, int kind) throws Throwable {
    Descs d = new Descs(s);
    long engine = dnnl().engine();
    String name = "dnnl_" + cell.function + "_forward_primitive_desc_create";
    return switch (cell) {
      case PLAIN ->
          (int)
              dnnl()
                  .function(name, "ippiii" + "ppppppp" + "iff" + "p")
                  .invokeExact(
                      out,
                      engine,
                      kind,
                      activation.code(),
                      direction.code,
                      d.src,
                      d.state,
                      d.weights,
                      d.weights1,
                      d.bias,
                      d.dst,
                      d.state,
                      ADD_TO_GRADIENTS,
                      0f,
                      0f,
                      attr);
      case LSTM ->
          (int)
              dnnl()
                  .function(name, "ippii" + "ppppppppppp" + "ip")
                  .invokeExact(
                      out,
                      engine,
                      kind,
                      direction.code,
                      d.src,
                      d.state,
                      d.cellState,
                      d.weights,
                      d.weights1,
                      0L,
                      0L,
                      d.bias,
                      d.dst,
                      d.state,
                      d.cellState,
                      ADD_TO_GRADIENTS,
                      attr);
      case GRU, LBR_GRU ->
          (int)
              dnnl()
                  .function(name, "ippii" + "ppppppp" + "ip")
                  .invokeExact(
                      out,
                      engine,
                      kind,
                      direction.code,
                      d.src,
                      d.state,
                      d.weights,
                      d.weights1,
                      d.bias,
                      d.dst,
                      d.state,
                      ADD_TO_GRADIENTS,
                      attr);
    };
  }

  private int backward(DnnlScope s, long out, long attr) throws Throwable {
    Descs d = new Descs(s);
    Descs g = new Descs(s);
    long engine = dnnl().engine();
    long hint = hint(s, (scope, o, a) -> forward(scope, o, a, FORWARD_TRAINING));
    String name = "dnnl_" + cell.function + "_backward_primitive_desc_create";
    return switch (cell) {
      case PLAIN ->
          (int)
              dnnl()
                  .function(name, "ippiii" + "ppppppp" + "ppppppp" + "iff" + "pp")
                  .invokeExact(
                      out,
                      engine,
                      BACKWARD,
                      activation.code(),
                      direction.code,
                      d.src,
                      d.state,
                      d.weights,
                      d.weights1,
                      d.bias,
                      d.dst,
                      d.state,
                      g.src,
                      g.state,
                      g.weights,
                      g.weights1,
                      g.bias,
                      g.dst,
                      g.state,
                      ADD_TO_GRADIENTS,
                      0f,
                      0f,
                      hint,
                      attr);
      case LSTM ->
          (int)
              dnnl()
                  .function(name, "ippii" + "ppppppppppp" + "ppppppppppp" + "ipp")
                  .invokeExact(
                      out,
                      engine,
                      BACKWARD,
                      direction.code,
                      d.src,
                      d.state,
                      d.cellState,
                      d.weights,
                      d.weights1,
                      0L,
                      0L,
                      d.bias,
                      d.dst,
                      d.state,
                      d.cellState,
                      g.src,
                      g.state,
                      g.cellState,
                      g.weights,
                      g.weights1,
                      0L,
                      0L,
                      g.bias,
                      g.dst,
                      g.state,
                      g.cellState,
                      ADD_TO_GRADIENTS,
                      hint,
                      attr);
      case GRU, LBR_GRU ->
          (int)
              dnnl()
                  .function(name, "ippii" + "ppppppp" + "ppppppp" + "ipp")
                  .invokeExact(
                      out,
                      engine,
                      BACKWARD,
                      direction.code,
                      d.src,
                      d.state,
                      d.weights,
                      d.weights1,
                      d.bias,
                      d.dst,
                      d.state,
                      g.src,
                      g.state,
                      g.weights,
                      g.weights1,
                      g.bias,
                      g.dst,
                      g.state,
                      ADD_TO_GRADIENTS,
                      hint,
                      attr);
    };
  }

  private String describe(String way) {
    if (steps <= 0 || batch <= 0 || inputs <= 0 || hidden <= 0) {
      throw new IllegalStateException("recurrent cells need sizes(...) of 1 or more");
    }
    return cell
        + (cell == Cell.PLAIN ? " " + activation : "")
        + " "
        + way
        + " "
        + direction
        + " of src "
        + f32(steps, batch, inputs)
        + " with "
        + hidden
        + " hidden units";
  }

  /**
   * Nothing here is plain loops: the cells that oneDNN calls {@code ref}, training among them, are
   * matrix products with compiled element-wise parts and run at 60 to 110 GFLOP/s where the others
   * run at 60 to 105 (one thread, README).
   */
  @Override
  boolean isReference(String implementation) {
    return false;
  }

  @Override
  Recurrent self() {
    return this;
  }
}
