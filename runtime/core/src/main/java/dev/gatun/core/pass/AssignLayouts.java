package dev.gatun.core.pass;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.AveragePool;
import dev.gatun.core.op.BatchNorm;
import dev.gatun.core.op.BatchNormGradient;
import dev.gatun.core.op.BatchNormTrain;
import dev.gatun.core.op.Concat;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.ConvTranspose;
import dev.gatun.core.op.ConvWeightGradient;
import dev.gatun.core.op.DepthToSpace;
import dev.gatun.core.op.GlobalAveragePool;
import dev.gatun.core.op.GlobalMaxPool;
import dev.gatun.core.op.GroupNorm;
import dev.gatun.core.op.InstanceNorm;
import dev.gatun.core.op.LpPool;
import dev.gatun.core.op.MaxPool;
import dev.gatun.core.op.MaxPoolGradient;
import dev.gatun.core.op.Pad;
import dev.gatun.core.op.ReduceMax;
import dev.gatun.core.op.ReduceMean;
import dev.gatun.core.op.ReduceMin;
import dev.gatun.core.op.ReduceSum;
import dev.gatun.core.op.ReduceSumSquare;
import dev.gatun.core.op.Resize;
import dev.gatun.core.op.SpaceToDepth;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Moves convolutions and what surrounds them to channels-last.
 *
 * <p>A convolution becomes transpose, channels-last convolution, transpose back. Whatever comes
 * after and can work on either layout looks through the transpose back and is rewritten the same
 * way, so that the transposes sink to where the layout really matters; those that nobody reads any
 * more disappear.
 */
final class AssignLayouts implements Pass {
  private static final Set<OpDef> HAVE_LAYOUT =
      Set.of(
          Conv.OP,
          ConvTranspose.OP,
          MaxPool.OP,
          AveragePool.OP,
          LpPool.OP,
          GlobalAveragePool.OP,
          GlobalMaxPool.OP,
          BatchNorm.OP,
          BatchNormTrain.OP,
          BatchNormGradient.OP,
          ConvWeightGradient.OP,
          MaxPoolGradient.OP,
          InstanceNorm.OP,
          GroupNorm.OP,
          DepthToSpace.OP,
          SpaceToDepth.OP);

  /** Of these a channels-last form pays only when the input is channels-last already. */
  private static final Set<OpDef> STARTS_LAYOUT =
      Set.of(
          Conv.OP,
          ConvTranspose.OP,
          MaxPool.OP,
          AveragePool.OP,
          BatchNormTrain.OP,
          BatchNormGradient.OP,
          ConvWeightGradient.OP,
          MaxPoolGradient.OP);

  /** Their second input is an image, too. */
  private static final Set<OpDef> HAVE_TWO_IMAGES =
      Set.of(BatchNormGradient.OP, ConvWeightGradient.OP, MaxPoolGradient.OP);

  private static final Set<OpDef> REDUCTIONS =
      Set.of(ReduceSum.OP, ReduceMean.OP, ReduceMax.OP, ReduceMin.OP, ReduceSumSquare.OP);

  @Override
  public String name() {
    return "assignLayouts";
  }

  @Override
  public Graph apply(Graph graph) {
    return Rewriter.rewrite(graph, AssignLayouts::rewrite);
  }

  private static Optional<List<Value>> rewrite(Node node, List<Value> inputs, GraphBuilder b) {
    if (inputs.isEmpty()
        || !node.outputs().get(0).type().isFixed()
        || !(inputs.get(0).type() instanceof Type.OfTensor first)
        || !first.shape().isFixed()) {
      return Optional.empty();
    }
    int rank = first.shape().rank();
    OpDef op = node.op();
    if (HAVE_LAYOUT.contains(op)) {
      boolean wanted =
          rank >= 3
              && rank <= 5
              && first.dtype() == DType.F32
              && node.attrs().text("layout").equals("NCHW")
              && (STARTS_LAYOUT.contains(op) || isSunk(inputs.get(0)));
      return wanted ? Optional.of(withLayout(node, inputs, b)) : Optional.empty();
    }
    if (op == Transpose.OP) {
      return throughTranspose(node, inputs.get(0), b);
    }
    if (op.pointwise().isPresent()) {
      return pointwise(node, inputs, b);
    }
    if (rank < 3 || !isSunk(inputs.get(0))) {
      return Optional.empty();
    }
    if (op == Concat.OP) {
      return concat(node, inputs, b);
    }
    if (op == Resize.OP) {
      return permutedArguments(node, inputs, b, List.of(1, 2));
    }
    if (REDUCTIONS.contains(op)) {
      return reduction(node, inputs, b);
    }
    if (op == Pad.OP && inputs.size() <= 3) {
      return pad(node, inputs, b);
    }
    return Optional.empty();
  }

  private static List<Value> withLayout(Node node, List<Value> inputs, GraphBuilder b) {
    List<Value> args = new ArrayList<>(inputs);
    args.set(0, channelsLast(inputs.get(0), b));
    if (HAVE_TWO_IMAGES.contains(node.op())) {
      args.set(1, channelsLast(inputs.get(1), b));
    }
    List<Value> results =
        b.add(
            node.op(),
            node.attrs().with("layout", "NHWC"),
            args,
            node.outputs().size(),
            node.name());
    List<Value> back = new ArrayList<>();
    for (Value result : results) {
      // Weights keep their own order, and statistics have but one axis.
      boolean image =
          node.op() != ConvWeightGradient.OP
              && result.tensorType().shape().rank() == inputs.get(0).tensorType().shape().rank();
      back.add(image ? channelsFirst(result, b) : result);
    }
    return back;
  }

  /** A transpose of a sunk value is one transpose of the channels-last value, or none. */
  private static Optional<List<Value>> throughTranspose(Node node, Value input, GraphBuilder b) {
    Optional<Node> before = input.producer().filter(p -> p.op() == Transpose.OP);
    if (before.isEmpty()) {
      return Optional.empty();
    }
    int[] first = Transpose.perm(before.get().attrs(), node.input(0).tensorType().shape().rank());
    int[] second = Transpose.perm(node.attrs(), first.length);
    int[] perm = new int[first.length];
    boolean same = true;
    for (int i = 0; i < perm.length; i++) {
      perm[i] = first[second[i]];
      same &= perm[i] == i;
    }
    Value source = before.get().input(0);
    return Optional.of(
        List.of(same ? source : b.add(Transpose.OP, Attrs.of("perm", perm), source)));
  }

  private static Optional<List<Value>> pointwise(Node node, List<Value> inputs, GraphBuilder b) {
    Shape shape = node.output().tensorType().shape();
    int rank = shape.rank();
    if (rank < 3 || rank > 5) {
      return Optional.empty();
    }
    boolean any = false;
    for (Value input : inputs) {
      boolean sunk = isSunk(input) && input.tensorType().shape().rank() == rank;
      any |= sunk;
      if (!sunk && input.constant().isEmpty() && input.tensorType().shape().elements() > 1) {
        return Optional.empty();
      }
    }
    if (!any) {
      return Optional.empty();
    }
    List<Value> args = new ArrayList<>();
    for (Value input : inputs) {
      Shape from = input.tensorType().shape();
      if (isSunk(input) && from.rank() == rank) {
        args.add(channelsLast(input, b));
      } else if (input.constant().isPresent()) {
        args.add(b.constant(input.name(), permute(withRank(input.constant().get(), rank))));
      } else {
        // A single element: any rank up to this one broadcasts.
        args.add(input);
      }
    }
    List<Value> results = b.add(node.op(), node.attrs(), args, 1, node.name());
    return Optional.of(List.of(channelsFirst(results.get(0), b)));
  }

  private static Optional<List<Value>> concat(Node node, List<Value> inputs, GraphBuilder b) {
    int rank = node.output().tensorType().shape().rank();
    List<Value> args = new ArrayList<>();
    for (Value input : inputs) {
      if (!isSunk(input)) {
        return Optional.empty();
      }
      args.add(channelsLast(input, b));
    }
    int axis = node.output().tensorType().shape().axis("concat", node.attrs().integer("axis"));
    Attrs attrs = node.attrs().with("axis", position(axis, rank));
    return Optional.of(
        List.of(channelsFirst(b.add(Concat.OP, attrs, args, 1, node.name()).get(0), b)));
  }

  /** For operators whose further inputs are constants with one number an axis. */
  private static Optional<List<Value>> permutedArguments(
      Node node, List<Value> inputs, GraphBuilder b, List<Integer> perAxis) {
    int rank = node.output().tensorType().shape().rank();
    List<Value> args = new ArrayList<>(inputs);
    args.set(0, channelsLast(inputs.get(0), b));
    for (int i = 1; i < inputs.size(); i++) {
      Value input = inputs.get(i);
      if (input.isAbsent()) {
        continue;
      }
      Optional<Tensor> constant = input.constant();
      if (!perAxis.contains(i) || constant.isEmpty() || constant.get().elements() != rank) {
        return Optional.empty();
      }
      args.set(i, b.constant(input.name(), Permutation.entries(constant.get(), toLast(rank))));
    }
    if (node.attrs().has("axes")) {
      return Optional.empty();
    }
    return Optional.of(
        List.of(channelsFirst(b.add(node.op(), node.attrs(), args, 1, node.name()).get(0), b)));
  }

  /**
   * A reduction over given axes; those that vanish leave at most one, so that order is no matter.
   */
  private static Optional<List<Value>> reduction(Node node, List<Value> inputs, GraphBuilder b) {
    int rank = inputs.get(0).tensorType().shape().rank();
    boolean keep = node.attrs().flag("keepDims");
    if (!node.has(1) || inputs.get(1).constant().isEmpty()) {
      return Optional.empty();
    }
    long[] axes = inputs.get(1).constant().get().toLongs();
    if (axes.length == 0 || !keep && axes.length < rank - 1) {
      return Optional.empty();
    }
    Shape shape = inputs.get(0).tensorType().shape();
    long[] moved = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      moved[i] = position(shape.axis(node.op().name(), axes[i]), rank);
    }
    List<Value> args = List.of(channelsLast(inputs.get(0), b), b.constant(Tensor.vector(moved)));
    Value result = b.add(node.op(), node.attrs(), args, 1, node.name()).get(0);
    return Optional.of(List.of(keep ? channelsFirst(result, b) : result));
  }

  private static Optional<List<Value>> pad(Node node, List<Value> inputs, GraphBuilder b) {
    int rank = node.output().tensorType().shape().rank();
    Optional<Tensor> pads = inputs.get(1).constant();
    if (pads.isEmpty() || pads.get().elements() != 2L * rank) {
      return Optional.empty();
    }
    long[] before = pads.get().toLongs();
    long[] after = new long[2 * rank];
    int[] perm = toLast(rank);
    for (int i = 0; i < rank; i++) {
      after[i] = before[perm[i]];
      after[rank + i] = before[rank + perm[i]];
    }
    List<Value> args = new ArrayList<>(inputs);
    args.set(0, channelsLast(inputs.get(0), b));
    args.set(1, b.constant(Tensor.vector(after)));
    return Optional.of(
        List.of(channelsFirst(b.add(Pad.OP, node.attrs(), args, 1, node.name()).get(0), b)));
  }

  /** Whether the value is a channels-last one transposed back. */
  private static boolean isSunk(Value value) {
    if (!(value.type() instanceof Type.OfTensor type) || !type.shape().isFixed()) {
      return false;
    }
    int rank = type.shape().rank();
    return rank >= 3
        && value
            .producer()
            .filter(p -> p.op() == Transpose.OP)
            .filter(p -> java.util.Arrays.equals(Transpose.perm(p.attrs(), rank), toFirst(rank)))
            .isPresent();
  }

  private static Value channelsLast(Value value, GraphBuilder b) {
    if (isSunk(value)) {
      return value.producer().orElseThrow().input(0);
    }
    int rank = value.tensorType().shape().rank();
    return b.add(Transpose.OP, Attrs.of("perm", toLast(rank)), value);
  }

  private static Value channelsFirst(Value value, GraphBuilder b) {
    int rank = value.tensorType().shape().rank();
    return b.add(Transpose.OP, Attrs.of("perm", toFirst(rank)), value);
  }

  private static Tensor withRank(Tensor tensor, int rank) {
    long[] sizes = new long[rank];
    java.util.Arrays.fill(sizes, 1);
    int from = tensor.shape().rank();
    for (int i = 0; i < from; i++) {
      sizes[rank - from + i] = tensor.shape().size(i);
    }
    return tensor.reshape(Shape.of(sizes));
  }

  private static Tensor permute(Tensor tensor) {
    return Permutation.of(tensor, toLast(tensor.shape().rank()));
  }

  /** Axis i of the channels-last tensor is axis toLast[i] of the channels-first one. */
  private static int[] toLast(int rank) {
    int[] perm = new int[rank];
    for (int i = 1; i < rank - 1; i++) {
      perm[i] = i + 1;
    }
    perm[rank - 1] = 1;
    return perm;
  }

  private static int[] toFirst(int rank) {
    int[] perm = new int[rank];
    perm[1] = rank - 1;
    for (int i = 2; i < rank; i++) {
      perm[i] = i - 1;
    }
    return perm;
  }

  /** Where an axis of the channels-first tensor lies in the channels-last one. */
  private static int position(int axis, int rank) {
    return axis == 0 ? 0 : axis == 1 ? rank - 1 : axis - 1;
  }
}
