package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * cofactor(x [B..., M, M]) = the determinants of what remains of each matrix without row i and
 * column j, with alternating signs [B..., M, M]: the gradient of {@link Det}, also of singular
 * matrices.
 */
public final class Cofactor {
  public static final OpDef OP =
      OpDef.named("cofactor")
          .types(
              in -> {
                Det.shape(in);
                return List.of(in.type(0));
              })
          .reference(in -> List.of(run(in.tensor(0))))
          .define();

  private static Tensor run(Tensor x) {
    int size = Sizes.toInt(x.shape().size(-1));
    double[] values = x.toDoubles();
    double[] y = new double[values.length];
    double[] minor = new double[Math.max(size - 1, 0) * Math.max(size - 1, 0)];
    for (int at = 0; at < y.length; at++) {
      int matrix = at / (size * size) * size * size;
      int row = at / size % size;
      int column = at % size;
      int next = 0;
      for (int i = 0; i < size * size; i++) {
        if (i / size != row && i % size != column) {
          minor[next++] = values[matrix + i];
        }
      }
      double det = Det.det(minor.clone(), size - 1);
      y[at] = (row + column) % 2 == 0 ? det : -det;
    }
    return Tensor.rounded(x.dtype(), x.shape(), y);
  }

  private Cofactor() {}
}
