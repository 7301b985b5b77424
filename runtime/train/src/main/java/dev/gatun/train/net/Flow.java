package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Cast;
import dev.gatun.core.op.Concat;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.ConvTranspose;
import dev.gatun.core.op.Einsum;
import dev.gatun.core.op.Gemm;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.RandomLike;
import dev.gatun.core.op.Where;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A value while a network's graph is written: what functions given to {@link Net#of}, layers,
 * losses and optimizers work with. Methods add operators (arithmetic broadcasts as NumPy does) or
 * layers; none computes anything.
 *
 * <p>Axis 0 is the batch, whose size is not known.
 */
public final class Flow implements Chain<Flow>, Arithmetic, Shaping {
  private static final Set<OpDef> PRODUCTS =
      Set.of(Matmul.OP, Gemm.OP, Einsum.OP, Conv.OP, ConvTranspose.OP);

  private final Trace trace;
  private final Value value;

  Flow(Trace trace, Value value) {
    this.trace = trace;
    this.value = value;
  }

  /** A value of a graph as a flow, for formulas without layers. */
  public static Flow of(GraphBuilder b, Value value) {
    return new Flow(Trace.formula(b), value);
  }

  Trace trace() {
    return trace;
  }

  /** The value of the graph. */
  public Value value() {
    return value;
  }

  /** The graph that is being written. */
  public GraphBuilder graph() {
    return trace.builder();
  }

  /** Shape, {@link Shape#UNKNOWN} for the batch. */
  public Shape shape() {
    return value.tensorType().shape();
  }

  /** Size of an axis, counted from the end when negative. */
  public long size(int axis) {
    return shape().size(axis);
  }

  /** Number of axes. */
  public int rank() {
    return shape().rank();
  }

  /** Element type. */
  public DType dtype() {
    return value.tensorType().dtype();
  }

  /** True while the graph of a training step is written, false for that of inference. */
  public boolean training() {
    return trace.training();
  }

  @Override
  public Flow then(Layer layer) {
    return trace.apply(layer, this);
  }

  /**
   * As {@link #then}, but the layer's parameters get no gradient here: as the discriminator's when
   * it judges for the generator. The layer must be an object that is applied elsewhere, too.
   */
  public Flow thenFixed(Layer layer) {
    return trace.applyFixed(layer, this);
  }

  /** Gives the next layer (or module) a name instead of its kind and a number. */
  @Override
  public Flow named(String name) {
    trace.name(name);
    return this;
  }

  /**
   * A parameter of the layer that is being applied, float32. Weight decay applies to it if it has
   * two or more axes.
   *
   * @param name unique in the layer
   */
  public Flow parameter(String name, Shape shape, Initializer first) {
    return trace.parameter(name, DType.F32, shape, first, false, shape.rank() > 1);
  }

  /** A buffer of the layer that is being applied: kept with the parameters, without a gradient. */
  public Flow buffer(String name, Shape shape, double first) {
    return trace.parameter(name, DType.F32, shape, Initializers.constant(first), true, false);
  }

  /** Gives a buffer of the layer that is being applied another value from the next step on. */
  public void update(String name, Flow next) {
    trace.update(name, next);
  }

  /** True when a parameter of the layer that is being applied stays as it is. */
  public boolean isFrozen(String name) {
    return trace.isFrozen(name);
  }

  /** Adds a number to the loss of a training step, such as a penalty on activations. */
  public void penalty(Flow number) {
    trace.penalty(number);
  }

  /**
   * Keeps this value under a name (below that of the layer that is being applied): diagnostics can
   * show it, and inference can be asked for it.
   */
  public Flow probe(String name) {
    trace.probe(name, this);
    return this;
  }

  /**
   * Random numbers of this value's type and shape, others in each step; only while training.
   *
   * @param distribution "uniform" in [0, 1) or "normal"
   * @param shared axes along which all numbers are the same one, so that their size is 1
   */
  public Flow random(String distribution, long... shared) {
    Attrs attrs =
        Attrs.of("distribution", distribution, "stream", trace.stream(), "shared", shared);
    return with(graph().add(RandomLike.OP, attrs, stop().value, trace.key()));
  }

  /** Adds any operator of one output to the graph. */
  public Flow op(OpDef op, Attrs attrs, Flow... others) {
    boolean product = PRODUCTS.contains(op);
    Value[] args = new Value[others.length + 1];
    for (int i = 0; i < args.length; i++) {
      Value arg = i == 0 ? value : others[i - 1].value;
      args[i] = product ? trace.rounded(arg) : arg;
    }
    Value result = graph().add(op, attrs, args);
    return with(product ? trace.rounded(result) : result);
  }

  @Override
  public Flow op(OpDef op, Flow... others) {
    return op(op, Attrs.NONE, others);
  }

  /** Another value of the same graph. */
  public Flow with(Value other) {
    return new Flow(trace, other);
  }

  /** A constant. */
  public Flow constant(Tensor tensor) {
    return with(graph().constant(tensor));
  }

  /** A number of this value's type. */
  @Override
  public Flow number(double number) {
    return constant(Tensor.scalar(dtype(), number));
  }

  /** This value as another type; gradients pass. */
  public Flow cast(DType type) {
    return dtype() == type ? this : op(Cast.OP, Attrs.of("to", type));
  }

  /** This value where the flow that asks ({@code condition}, booleans) is true, else another. */
  public Flow where(Flow condition, Flow otherwise) {
    return condition.op(Where.OP, this, otherwise);
  }

  /** Values one after the other along an axis. */
  public static Flow concat(int axis, Flow... parts) {
    return concat(axis, List.of(parts));
  }

  /** As above. */
  public static Flow concat(int axis, List<Flow> parts) {
    if (parts.isEmpty()) {
      throw new GatunException("concat: there must be at least one part");
    }
    List<Value> values = new ArrayList<>();
    parts.forEach(part -> values.add(part.value));
    Flow first = parts.get(0);
    return parts.size() == 1
        ? first
        : first.with(
            first.graph().add(Concat.OP, Attrs.of("axis", axis), values.toArray(new Value[0])));
  }

  @Override
  public Flow self() {
    return this;
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
