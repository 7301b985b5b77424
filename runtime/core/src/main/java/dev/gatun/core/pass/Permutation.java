package dev.gatun.core.pass;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.List;

/** Reorders the axes of constants at compile time. */
final class Permutation {
  static Tensor of(Tensor tensor, int[] perm) {
    GraphBuilder b = new GraphBuilder("constant");
    b.output("y", b.add(Transpose.OP, Attrs.of("perm", perm), b.constant(tensor)));
    return (Tensor) new Interpreter().run(b.build(), List.of()).get(0);
  }

  /** Entry i of the result is entry order[i] of the vector. */
  static Tensor entries(Tensor vector, int[] order) {
    TensorBuilder result = new TensorBuilder(vector.dtype(), vector.shape());
    for (int i = 0; i < order.length; i++) {
      result.copy(i, vector, order[i]);
    }
    return result.build();
  }

  private Permutation() {}
}
