package dev.gatun.core.plan;

import dev.gatun.core.fuse.Fused;
import dev.gatun.core.fuse.NarrowMatmul;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Attention;
import dev.gatun.core.op.AttentionGradient;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.ConvTranspose;
import dev.gatun.core.op.ConvWeightGradient;
import dev.gatun.core.op.Gru;
import dev.gatun.core.op.GruGradient;
import dev.gatun.core.op.Lstm;
import dev.gatun.core.op.LstmGradient;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Rnn;
import dev.gatun.core.op.RnnGradient;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;

/** How much work a node is, for {@code explain} and benchmarks. */
public final class Cost {
  /**
   * Floating-point operations, a multiply-add counted as two; 0 where types are not fixed.
   *
   * <p>Products, convolutions, attention and recurrent layers are counted by their definition
   * (hidden keys included), everything else as one operation an output element.
   */
  public static long flops(Node node) {
    if (!node.outputs().get(0).type().isFixed()) {
      return 0;
    }
    if (node.op() == Fused.OP) {
      return flops(Fused.body(node));
    }
    long elements = node.output().tensorType().shape().elements();
    if (node.op() == Matmul.OP) {
      Shape a = node.input(0).tensorType().shape();
      boolean transposed = node.attrs().flag("transposeA") && a.rank() > 1;
      return 2 * elements * (a.rank() == 0 ? 1 : a.size(transposed ? -2 : -1));
    }
    if (node.op() == NarrowMatmul.OP) {
      return 2 * elements * node.input(0).tensorType().shape().size(-1);
    }
    if (node.op() == Conv.OP) {
      Shape w = node.input(1).tensorType().shape();
      return 2 * elements * (w.size(0) == 0 ? 0 : w.elements() / w.size(0));
    }
    if (node.op() == ConvTranspose.OP) {
      Shape w = node.input(1).tensorType().shape();
      long inputs = node.input(0).tensorType().shape().elements();
      return 2 * inputs * (w.size(0) == 0 ? 0 : w.elements() / w.size(0));
    }
    if (node.op() == ConvWeightGradient.OP) {
      Shape w = node.output().tensorType().shape();
      long slopes = node.input(1).tensorType().shape().elements();
      return 2 * slopes * (w.size(0) == 0 ? 0 : w.elements() / w.size(0));
    }
    if (node.op() == Attention.OP) {
      return 2 * scores(node) * (width(node, 1) + width(node, 2));
    }
    if (node.op() == AttentionGradient.OP) {
      return 2 * scores(node) * (3 * width(node, 1) + 2 * width(node, 2));
    }
    if (node.op() == LstmGradient.OP
        || node.op() == GruGradient.OP
        || node.op() == RnnGradient.OP) {
      return 2 * elements * width(node, 0);
    }
    if (node.op() == Lstm.OP || node.op() == Gru.OP || node.op() == Rnn.OP) {
      Shape x = node.input(0).tensorType().shape();
      return 2
          * x.size(0)
          * x.size(1)
          * (node.input(1).tensorType().shape().elements()
              + node.input(2).tensorType().shape().elements());
    }
    return elements;
  }

  private static long scores(Node attention) {
    Shape q = attention.input(0).tensorType().shape();
    return q.size(0) * q.size(1) * q.size(2) * attention.input(1).tensorType().shape().size(2);
  }

  private static long width(Node node, int input) {
    return node.input(input).tensorType().shape().size(-1);
  }

  /** Floating-point operations of all nodes of a graph. */
  public static long flops(Graph graph) {
    return graph.nodes().stream().mapToLong(Cost::flops).sum();
  }

  /** Bytes of all inputs and outputs, each counted once. */
  public static long bytes(Node node) {
    long sum = 0;
    for (Value value : new java.util.LinkedHashSet<>(node.inputs())) {
      sum += bytes(value);
    }
    for (Value value : node.outputs()) {
      sum += bytes(value);
    }
    return sum;
  }

  private static long bytes(Value value) {
    return !value.isAbsent() && value.type() instanceof Type.OfTensor type && type.shape().isFixed()
        ? type.shape().elements() * bits(type.dtype()) / 8
        : 0;
  }

  /** Kernels read int4 weights packed, two a byte. */
  private static int bits(DType dtype) {
    return dtype == DType.I4 || dtype == DType.U4 ? 4 : 8 * dtype.bytes();
  }

  private Cost() {}
}
