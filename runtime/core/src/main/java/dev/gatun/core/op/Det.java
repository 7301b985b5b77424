package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/** det(x [B..., M, M]) = the determinants [B...], by elimination with partial pivoting. */
public final class Det {
  public static final OpDef OP =
      OpDef.named("det")
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(
              in -> {
                Tensor x = in.tensor(0);
                int size = Math.toIntExact(x.shape().size(-1));
                double[] values = x.toDoubles();
                double[] y = new double[Math.toIntExact(in.shape(0).elements())];
                for (int i = 0; i < y.length; i++) {
                  int from = i * size * size;
                  y[i] = det(Arrays.copyOfRange(values, from, from + size * size), size);
                }
                return List.of(Tensor.rounded(x.dtype(), in.shape(0), y));
              })
          .gradient(
              g ->
                  List.of(
                      new Formula(g.b())
                          .mul(
                              g.b().add(Cofactor.OP, g.x(0)),
                              new Formula(g.b()).unsqueeze(g.dy(), -2, -1))))
          .define();

  static Shape shape(Operands in) {
    in.require(in.dtype(0).isFloat(), "the input must be a floating tensor");
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return x;
    }
    in.require(
        x.rank() >= 2 && (x.size(-1) < 0 || x.size(-2) < 0 || x.size(-1) == x.size(-2)),
        "the last two axes must be those of square matrices");
    return Shape.of(Arrays.copyOf(x.sizes(), x.rank() - 2));
  }

  static double det(double[] a, int size) {
    double det = 1;
    for (int k = 0; k < size; k++) {
      int pivot = k;
      for (int i = k + 1; i < size; i++) {
        pivot = Math.abs(a[i * size + k]) > Math.abs(a[pivot * size + k]) ? i : pivot;
      }
      if (pivot != k) {
        det = -det;
        for (int j = 0; j < size; j++) {
          double swapped = a[k * size + j];
          a[k * size + j] = a[pivot * size + j];
          a[pivot * size + j] = swapped;
        }
      }
      det *= a[k * size + k];
      if (a[k * size + k] == 0) {
        return det;
      }
      for (int i = k + 1; i < size; i++) {
        double factor = a[i * size + k] / a[k * size + k];
        for (int j = k; j < size; j++) {
          a[i * size + j] -= factor * a[k * size + j];
        }
      }
    }
    return det;
  }

  private Det() {}
}
