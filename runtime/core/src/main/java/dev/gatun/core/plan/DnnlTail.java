package dev.gatun.core.plan;

import dev.gatun.core.fuse.Fused;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Abs;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Clip;
import dev.gatun.core.op.Div;
import dev.gatun.core.op.Elu;
import dev.gatun.core.op.Gelu;
import dev.gatun.core.op.HardSigmoid;
import dev.gatun.core.op.HardSwish;
import dev.gatun.core.op.LeakyRelu;
import dev.gatun.core.op.Max;
import dev.gatun.core.op.Min;
import dev.gatun.core.op.Mish;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Relu;
import dev.gatun.core.op.Sigmoid;
import dev.gatun.core.op.Silu;
import dev.gatun.core.op.Square;
import dev.gatun.core.op.Sub;
import dev.gatun.core.op.Swish;
import dev.gatun.core.op.Tanh;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.ffi.Activation;
import dev.gatun.ffi.BinaryOp;
import dev.gatun.kernels.Epilogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A convolution or matrix product with what follows it, as oneDNN wants it: a bias, then post-ops
 * as far as it has them, then a generated epilogue for the rest; each may be missing.
 *
 * @param inputs of the anchor; indices into the node's inputs, or -1 where one is absent
 * @param bias index of a bias a column, or -1
 * @param epilogue what comes after the post-ops; null for nothing
 * @param note what was fused, for {@code explain}
 */
record DnnlTail(
    Node anchor,
    int[] inputs,
    int bias,
    List<Step> steps,
    @Nullable Epilogue epilogue,
    Type.OfTensor result,
    String note) {

  /** One post-op. */
  sealed interface Step {
    /** A function of the accumulator. */
    record Function(Activation activation, float alpha, float beta) implements Step {}

    /**
     * An operation on the accumulator and another tensor.
     *
     * @param input index into the node's inputs
     * @param column one value a column if true, else a tensor of the result's shape
     */
    record Combine(BinaryOp op, int input, boolean column) implements Step {}
  }

  /**
   * The node's parts if it is, or starts with, the operator.
   *
   * @param postOps false to leave everything, the bias too, to the epilogue
   */
  static Optional<DnnlTail> of(Node node, OpDef op, boolean postOps) {
    if (node.op() == op) {
      int[] inputs = Anchored.operands(node, node);
      int bias = inputs.length > 2 ? inputs[2] : -1;
      return Optional.of(
          new DnnlTail(node, inputs, bias, List.of(), null, node.output().tensorType(), ""));
    }
    if (node.op() != Fused.OP) {
      return Optional.empty();
    }
    Graph body = Fused.body(node);
    return Fused.anchor(body).filter(a -> a.op() == op).map(a -> split(node, body, a, postOps));
  }

  /** The anchor's right operand if it is a constant. */
  Optional<Tensor> weight(Node node) {
    return Anchored.weight(node, inputs);
  }

  private static DnnlTail split(Node node, Graph body, Node anchor, boolean postOps) {
    int[] inputs = Anchored.operands(node, anchor);
    List<Node> rest = new ArrayList<>(body.nodes());
    rest.remove(anchor);
    String note = "fused " + PointwiseKernels.names(rest);
    Type.OfTensor result = node.output().tensorType();
    Value acc = anchor.output();
    int bias = inputs.length > 2 ? inputs[2] : -1;
    List<Step> steps = new ArrayList<>();
    while (postOps
        && !rest.isEmpty()
        && rest.get(0).inputs().contains(acc)
        && Anchored.onlyReader(rest, acc, rest.get(0))) {
      Node next = rest.get(0);
      Step step = step(next, acc, body, result.shape());
      if (step == null) {
        break;
      }
      if (bias < 0
          && steps.isEmpty()
          && step instanceof Step.Combine(BinaryOp op, int input, boolean column)
          && op == BinaryOp.ADD
          && column) {
        bias = input;
      } else {
        steps.add(step);
      }
      acc = next.output();
      rest.remove(0);
    }
    Epilogue epilogue =
        rest.isEmpty() ? null : Anchored.generate(node, body, acc, rest, new ArrayList<>());
    return new DnnlTail(anchor, inputs, bias, steps, epilogue, result, note);
  }

  private static @Nullable Step step(Node node, Value acc, Graph body, Shape result) {
    if (node.inputs().size() == 1) {
      return function(node);
    }
    if (node.inputs().size() != 2) {
      return null;
    }
    boolean first = node.input(0) == acc;
    Value other = node.input(first ? 1 : 0);
    if (other == acc) {
      return null;
    }
    Optional<Tensor> constant = other.constant();
    int input = body.inputs().indexOf(other);
    if (constant.isPresent() && input < 0) {
      return constant.get().elements() == 1
          ? linear(node.op(), first, (float) constant.get().getDouble(0))
          : null;
    }
    boolean full = other.tensorType().equals(acc.tensorType());
    boolean column = Anchored.isColumnVector(other.tensorType(), result);
    BinaryOp op = binary(node.op(), first);
    return op == null || input < 0 || !full && !column ? null : new Step.Combine(op, input, !full);
  }

  private static @Nullable Step linear(OpDef op, boolean accFirst, float value) {
    if (op == Add.OP) {
      return new Step.Function(Activation.LINEAR, 1, value);
    } else if (op == Mul.OP) {
      return new Step.Function(Activation.LINEAR, value, 0);
    } else if (op == Sub.OP) {
      return accFirst
          ? new Step.Function(Activation.LINEAR, 1, -value)
          : new Step.Function(Activation.LINEAR, -1, value);
    }
    return null;
  }

  private static @Nullable BinaryOp binary(OpDef op, boolean accFirst) {
    if (op == Add.OP) {
      return BinaryOp.ADD;
    } else if (op == Mul.OP) {
      return BinaryOp.MUL;
    } else if (op == Max.OP) {
      return BinaryOp.MAX;
    } else if (op == Min.OP) {
      return BinaryOp.MIN;
    } else if (op == Sub.OP && accFirst) {
      return BinaryOp.SUB;
    } else if (op == Div.OP && accFirst) {
      return BinaryOp.DIV;
    }
    return null;
  }

  private static @Nullable Step function(Node node) {
    OpDef op = node.op();
    if (op == Relu.OP) {
      return new Step.Function(Activation.RELU, 0, 0);
    } else if (op == LeakyRelu.OP) {
      return new Step.Function(Activation.RELU, real(node, "alpha"), 0);
    } else if (op == Clip.OP && node.attrs().real("min") <= node.attrs().real("max")) {
      return new Step.Function(Activation.CLIP, real(node, "min"), real(node, "max"));
    } else if (op == Gelu.OP) {
      boolean tanh = node.attrs().text("approximate").equals("tanh");
      return new Step.Function(tanh ? Activation.GELU_TANH : Activation.GELU_ERF, 0, 0);
    } else if (op == Silu.OP) {
      return new Step.Function(Activation.SWISH, 1, 0);
    } else if (op == Swish.OP) {
      return new Step.Function(Activation.SWISH, real(node, "beta"), 0);
    } else if (op == Sigmoid.OP) {
      return new Step.Function(Activation.LOGISTIC, 0, 0);
    } else if (op == Tanh.OP) {
      return new Step.Function(Activation.TANH, 0, 0);
    } else if (op == HardSigmoid.OP) {
      return new Step.Function(Activation.HARD_SIGMOID, real(node, "alpha"), real(node, "beta"));
    } else if (op == HardSwish.OP) {
      return new Step.Function(Activation.HARD_SWISH, 1 / 6f, 0.5f);
    } else if (op == Elu.OP) {
      return new Step.Function(Activation.ELU, real(node, "alpha"), 0);
    } else if (op == Mish.OP) {
      return new Step.Function(Activation.MISH, 0, 0);
    } else if (op == Abs.OP) {
      return new Step.Function(Activation.ABS, 0, 0);
    } else if (op == Square.OP) {
      return new Step.Function(Activation.SQUARE, 0, 0);
    }
    return null;
  }

  private static float real(Node node, String name) {
    return (float) node.attrs().real(name);
  }

  /** The shape with what was fused, for {@code explain}. */
  String noted(String shape) {
    return note.isEmpty() ? shape : shape + "; " + note;
  }
}
