package dev.gatun.core.plan;

import dev.gatun.core.codegen.BlockFunction;
import dev.gatun.core.codegen.PointwiseBody;
import dev.gatun.core.codegen.Region;
import dev.gatun.core.codegen.RegionCompiler;
import dev.gatun.core.fuse.Fused;
import dev.gatun.core.fuse.NarrowMatmul;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Clip;
import dev.gatun.core.op.Relu;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.kernels.Epilogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A convolution or matrix product with what follows it, as a kernel wants it: a bias added first,
 * then a clamp, then a generated epilogue; each may be missing.
 *
 * @param anchor the convolution or matrix product
 * @param inputs of the anchor; indices into the node's inputs, or -1 where one is absent
 * @param bias index of a bias a column, or -1
 * @param low lower bound of the clamp
 * @param high upper bound of the clamp
 * @param epilogue what comes after the clamp; null for nothing
 * @param result type of the node's result
 * @param note what was fused, for {@code explain}
 * @param operands inputs that the epilogue reads, of the result's type: their memory may be reused
 */
record Anchored(
    Node anchor,
    int[] inputs,
    int bias,
    float low,
    float high,
    @Nullable Epilogue epilogue,
    Type.OfTensor result,
    String note,
    List<Integer> operands) {

  /** The node's parts if it is, or starts with, the operator; a reason if they do not fit. */
  static Optional<Anchored> of(Node node, OpDef op) {
    if (node.op() == op) {
      return Optional.of(
          new Anchored(
              node,
              operands(node, node),
              -1,
              Float.NEGATIVE_INFINITY,
              Float.POSITIVE_INFINITY,
              null,
              node.output().tensorType(),
              "",
              List.of()));
    }
    if (node.op() != Fused.OP) {
      return Optional.empty();
    }
    Graph body = Fused.body(node);
    return Fused.anchor(body).filter(a -> a.op() == op).map(a -> split(node, body, a));
  }

  /** The anchor's right operand if it is a constant. */
  Optional<Tensor> weight(Node node) {
    return weight(node, inputs);
  }

  /** For each input of the anchor its index among the node's inputs, or -1 if it is none. */
  static int[] operands(Node node, Node anchor) {
    int[] inputs = new int[anchor.inputs().size()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] =
          node != anchor
              ? Fused.body(node).inputs().indexOf(anchor.input(i))
              : node.has(i) ? i : -1;
    }
    return inputs;
  }

  /** The right operand if it is a constant, which inside a fused body is only an input. */
  static Optional<Tensor> weight(Node node, int[] operands) {
    return operands[1] < 0 ? Optional.empty() : node.input(operands[1]).constant();
  }

  private static Anchored split(Node node, Graph body, Node anchor) {
    int[] inputs = operands(node, anchor);
    List<Node> rest = new ArrayList<>(body.nodes());
    rest.remove(anchor);
    Type.OfTensor result = node.output().tensorType();
    Value acc = anchor.output();
    int bias = -1;
    float low = Float.NEGATIVE_INFINITY;
    float high = Float.POSITIVE_INFINITY;
    boolean hasBias = anchor.op() != NarrowMatmul.OP && anchor.has(2);
    if (!hasBias && !rest.isEmpty() && rest.get(0).op() == Add.OP) {
      Node add = rest.get(0);
      Value other = add.input(0) == acc ? add.input(1) : add.input(0);
      int index = body.inputs().indexOf(other);
      if (index >= 0
          && other != acc
          && isColumnVector(other.tensorType(), result.shape())
          && onlyReader(rest, acc, add)) {
        bias = index;
        acc = add.output();
        rest.remove(0);
      }
    }
    if (!rest.isEmpty() && rest.get(0).input(0) == acc && onlyReader(rest, acc, rest.get(0))) {
      Node first = rest.get(0);
      if (first.op() == Relu.OP) {
        low = 0;
        acc = first.output();
        rest.remove(0);
      } else if (first.op() == Clip.OP && first.attrs().real("min") <= first.attrs().real("max")) {
        low = (float) first.attrs().real("min");
        high = (float) first.attrs().real("max");
        acc = first.output();
        rest.remove(0);
      }
    }
    List<Integer> operands = new ArrayList<>();
    Epilogue epilogue = rest.isEmpty() ? null : generate(node, body, acc, rest, operands);
    List<Node> fused = new ArrayList<>(body.nodes());
    fused.remove(anchor);
    return new Anchored(
        anchor,
        inputs,
        bias,
        low,
        high,
        epilogue,
        result,
        "fused " + PointwiseKernels.names(fused),
        operands);
  }

  static boolean onlyReader(List<Node> nodes, Value value, Node reader) {
    for (Node node : nodes) {
      if (node != reader && node.inputs().contains(value)) {
        return false;
      }
    }
    return true;
  }

  static boolean isColumnVector(Type.OfTensor type, Shape result) {
    Shape shape = type.shape();
    return type.dtype() == DType.F32
        && shape.rank() >= 1
        && shape.rank() <= result.rank()
        && shape.size(-1) == result.size(-1)
        && shape.elements() == result.size(-1);
  }

  /**
   * An epilogue that runs the nodes on the accumulator; adds what may be overwritten to operands.
   */
  static Epilogue generate(
      Node node, Graph body, Value acc, List<Node> rest, List<Integer> operands) {
    PointwiseBody pointwise = PointwiseBody.of(rest, List.of(acc));
    Type.OfTensor result = node.output().tensorType();
    List<Type.OfTensor> types = new ArrayList<>();
    int[] buffers = new int[pointwise.inputs().size()];
    for (int i = 0; i < buffers.length; i++) {
      Value value = pointwise.inputs().get(i);
      types.add(value.tensorType());
      // The accumulator is where the result is going to be.
      buffers[i] = i == 0 ? node.inputs().size() : body.inputs().indexOf(value);
      if (i > 0 && value.tensorType().equals(result)) {
        operands.add(buffers[i]);
      }
    }
    RegionLoop loop = new RegionLoop(result, types, false);
    Region region = new Region(pointwise.expr(), loop.perRow());
    String refusal = RegionCompiler.refusal(region);
    if (!refusal.isEmpty() || !RegionLoop.Room.fits(1 + buffers.length)) {
      throw new NotFusible(refusal.isEmpty() ? "too many operands" : refusal);
    }
    return new Generated(RegionCompiler.compile(region), loop, buffers, node.inputs().size());
  }

  /** The epilogue has no vector code; the node has to be taken apart again. */
  static final class NotFusible extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotFusible(String reason) {
      super(reason, null, false, false);
    }
  }

  /** Runs a generated kernel on a block of the result. */
  private record Generated(BlockFunction function, RegionLoop loop, int[] operands, int output)
      implements Epilogue {
    @Override
    public void apply(
        long[] buffers, long dst, long dstRowBytes, long row, int rows, long column, int columns) {
      RegionLoop.Room room = RegionLoop.Room.ofThread();
      room.bases[0] = buffers[output];
      for (int i = 0; i < operands.length; i++) {
        room.bases[1 + i] = buffers[operands[i]];
      }
      loop.run(function, room.bases, room, row, rows, column, columns);
    }
  }
}
