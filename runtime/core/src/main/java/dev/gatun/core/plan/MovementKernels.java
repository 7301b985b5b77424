package dev.gatun.core.plan;

import static dev.gatun.kernels.StridedCopy.denseStrides;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Concat;
import dev.gatun.core.op.Expand;
import dev.gatun.core.op.Flip;
import dev.gatun.core.op.Gather;
import dev.gatun.core.op.Slice;
import dev.gatun.core.op.Split;
import dev.gatun.core.op.Tile;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.StridedCopy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that only moves elements, of any type, as strided copies: transpose, slice, concat,
 * split, expand, tile, flip and gathers of evenly spaced constant indices.
 */
final class MovementKernels implements Candidate {
  private interface Rule {
    /** The copies, or empty when the arguments are not known. */
    Optional<List<Move>> moves(Node node);
  }

  private static final Map<OpDef, Rule> RULES =
      Map.of(
          Transpose.OP, MovementKernels::transpose,
          Expand.OP, MovementKernels::expand,
          Slice.OP, MovementKernels::slice,
          Concat.OP, MovementKernels::concat,
          Split.OP, MovementKernels::split,
          Tile.OP, MovementKernels::tile,
          Flip.OP, MovementKernels::flip,
          Gather.OP, MovementKernels::gather);

  @Override
  public String name() {
    return "movement/vector/any/strided";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    Rule rule = RULES.get(node.op());
    if (rule == null) {
      return new Lowering.Refused("");
    }
    if (dtype(node.output()) == DType.STRING) {
      return new Lowering.Refused("strings are not in native memory");
    }
    if (hasTooManyAxes(node)) {
      return new Lowering.Refused("more than " + StridedCopy.MAX_RANK + " axes");
    }
    Optional<List<Move>> found = rule.moves(node);
    if (found.isEmpty()) {
      return new Lowering.Refused("its arguments are not constants");
    }
    List<Move> moves = found.get();
    if (node.op() == Concat.OP && moves.stream().allMatch(move -> move.copy.isPlain())) {
      return new Lowering.Join(
          moves.stream().map(Move::dstOffset).toList(),
          parts -> new Moves(parts.stream().map(moves::get).toList()));
    }
    return Lowering.Kernels.of(new Moves(moves))
        .noted(moves.size() == 1 ? moves.get(0).copy.describe() : "");
  }

  /**
   * Where each output begins in the first input, in bytes, if all of them are contiguous pieces of
   * it: then nothing has to move.
   */
  static Optional<List<Long>> contiguous(Node node) {
    Rule rule = RULES.get(node.op());
    if (rule == null || hasTooManyAxes(node)) {
      return Optional.empty();
    }
    return rule.moves(node)
        .filter(moves -> moves.size() == node.outputs().size())
        .filter(moves -> moves.stream().allMatch(move -> move.src == 0 && move.copy.isPlain()))
        .map(moves -> moves.stream().map(Move::srcOffset).toList());
  }

  private static boolean hasTooManyAxes(Node node) {
    for (Value value : node.inputs()) {
      if (!value.isAbsent() && value.tensorType().shape().rank() > StridedCopy.MAX_RANK) {
        return true;
      }
    }
    return false;
  }

  /** One strided copy between two of the node's buffers; offsets in bytes. */
  private record Move(StridedCopy copy, int src, long srcOffset, int dst, long dstOffset) {}

  /** Copies that need not wait for each other. */
  private static final class Moves implements Kernel {
    private final Move[] moves;
    private final int[] firstTask;

    Moves(List<Move> list) {
      moves = list.toArray(Move[]::new);
      firstTask = new int[moves.length + 1];
      for (int i = 0; i < moves.length; i++) {
        firstTask[i + 1] = firstTask[i] + moves[i].copy.tasks();
      }
    }

    @Override
    public int tasks() {
      return firstTask[moves.length];
    }

    @Override
    public void run(long[] buffers, int task) {
      int i = 0;
      while (firstTask[i + 1] <= task) {
        i++;
      }
      Move move = moves[i];
      move.copy.run(
          buffers[move.src] + move.srcOffset,
          buffers[move.dst] + move.dstOffset,
          task - firstTask[i]);
    }
  }

  private static DType dtype(Value value) {
    return value.tensorType().dtype();
  }

  private static Shape shape(Value value) {
    return value.tensorType().shape();
  }

  private static Optional<List<Move>> one(Node node, StridedCopy copy, long srcOffset) {
    return Optional.of(List.of(new Move(copy, 0, srcOffset, node.inputs().size(), 0)));
  }

  private static Optional<List<Move>> transpose(Node node) {
    int bytes = dtype(node.output()).bytes();
    long[] sizes = shape(node.input(0)).sizes();
    return one(
        node, StridedCopy.transpose(bytes, sizes, Transpose.perm(node.attrs(), sizes.length)), 0);
  }

  private static Optional<List<Move>> expand(Node node) {
    int bytes = dtype(node.output()).bytes();
    long[] to = shape(node.output()).sizes();
    return one(node, StridedCopy.broadcast(bytes, shape(node.input(0)).sizes(), to), 0);
  }

  private static Optional<List<Move>> slice(Node node) {
    Optional<long[]> starts = longs(node, 1);
    Optional<long[]> ends = longs(node, 2);
    Optional<long[]> axes = longs(node, 3);
    Optional<long[]> steps = longs(node, 4);
    if (starts.isEmpty()
        || ends.isEmpty()
        || node.has(3) && axes.isEmpty()
        || node.has(4) && steps.isEmpty()) {
      return Optional.empty();
    }
    Slice.Walk walk = Slice.Walk.of(shape(node.input(0)), starts.get(), ends.get(), axes, steps);
    int bytes = dtype(node.output()).bytes();
    long[] strides = walk.strides().clone();
    for (int i = 0; i < strides.length; i++) {
      strides[i] *= bytes;
    }
    long[] to = shape(node.output()).sizes();
    return one(
        node, StridedCopy.of(bytes, to, strides, denseStrides(bytes, to)), walk.offset() * bytes);
  }

  /** Indices a, a + d, a + 2 d, ... are a slice, which needs no table and no check in a run. */
  private static Optional<List<Move>> gather(Node node) {
    Optional<long[]> given = longs(node, 1);
    if (given.isEmpty() || given.get().length == 0) {
      return Optional.empty();
    }
    Shape x = shape(node.input(0));
    int axis = x.axis("gather", node.attrs().integer("axis"));
    long size = x.size(axis);
    long[] ids = given.get().clone();
    long step = 0;
    for (int i = 0; i < ids.length; i++) {
      ids[i] += ids[i] < 0 ? size : 0;
      step = i == 1 ? ids[1] - ids[0] : step;
      if (ids[i] < 0 || ids[i] >= size || i > 0 && ids[i] - ids[i - 1] != step) {
        return Optional.empty();
      }
    }
    int bytes = dtype(node.output()).bytes();
    long inner = Elements.count(x, axis + 1, x.rank()) * bytes;
    long[] sizes = {Elements.count(x, 0, axis), ids.length, inner / bytes};
    long[] strides = {size * inner, step * inner, bytes};
    StridedCopy copy = StridedCopy.of(bytes, sizes, strides, denseStrides(bytes, sizes));
    return one(node, copy, ids[0] * inner);
  }

  private static Optional<List<Move>> flip(Node node) {
    int bytes = dtype(node.output()).bytes();
    Shape shape = shape(node.output());
    long[] strides = denseStrides(bytes, shape.sizes());
    long offset = 0;
    for (long given : node.attrs().longs("axes")) {
      int axis = shape.axis("flip", given);
      offset += Math.max(0, shape.size(axis) - 1) * strides[axis];
      strides[axis] = -strides[axis];
    }
    long[] dense = denseStrides(bytes, shape.sizes());
    return one(node, StridedCopy.of(bytes, shape.sizes(), strides, dense), offset);
  }

  private static Optional<List<Move>> concat(Node node) {
    int bytes = dtype(node.output()).bytes();
    Shape to = shape(node.output());
    int axis = to.axis("concat", node.attrs().integer("axis"));
    long[] dstStrides = denseStrides(bytes, to.sizes());
    List<Move> moves = new ArrayList<>();
    long at = 0;
    for (int i = 0; i < node.inputs().size(); i++) {
      long[] sizes = shape(node.input(i)).sizes();
      StridedCopy copy = StridedCopy.of(bytes, sizes, denseStrides(bytes, sizes), dstStrides);
      moves.add(new Move(copy, i, 0, node.inputs().size(), at * dstStrides[axis]));
      at += sizes[axis];
    }
    return Optional.of(moves);
  }

  private static Optional<List<Move>> split(Node node) {
    int bytes = dtype(node.output()).bytes();
    Shape from = shape(node.input(0));
    int axis = from.axis("split", node.attrs().integer("axis"));
    long[] srcStrides = denseStrides(bytes, from.sizes());
    List<Move> moves = new ArrayList<>();
    long at = 0;
    for (int i = 0; i < node.outputs().size(); i++) {
      long[] sizes = shape(node.outputs().get(i)).sizes();
      StridedCopy copy = StridedCopy.of(bytes, sizes, srcStrides, denseStrides(bytes, sizes));
      moves.add(new Move(copy, 0, at * srcStrides[axis], node.inputs().size() + i, 0));
      at += sizes[axis];
    }
    return Optional.of(moves);
  }

  /** Every axis becomes two: how often it is repeated, and itself. */
  private static Optional<List<Move>> tile(Node node) {
    Shape from = shape(node.input(0));
    int rank = from.rank();
    if (2 * rank > StridedCopy.MAX_RANK) {
      return Optional.empty();
    }
    int bytes = dtype(node.output()).bytes();
    long[] src = denseStrides(bytes, from.sizes());
    long[] dst = denseStrides(bytes, shape(node.output()).sizes());
    long[] sizes = new long[2 * rank];
    long[] srcStrides = new long[2 * rank];
    long[] dstStrides = new long[2 * rank];
    for (int i = 0; i < rank; i++) {
      long size = from.size(i);
      sizes[2 * i] = size == 0 ? 0 : shape(node.output()).size(i) / size;
      sizes[2 * i + 1] = size;
      srcStrides[2 * i + 1] = src[i];
      dstStrides[2 * i] = size * dst[i];
      dstStrides[2 * i + 1] = dst[i];
    }
    return one(node, StridedCopy.of(bytes, sizes, srcStrides, dstStrides), 0);
  }

  private static Optional<long[]> longs(Node node, int input) {
    return node.has(input) ? node.input(input).constant().map(Tensor::toLongs) : Optional.empty();
  }
}
