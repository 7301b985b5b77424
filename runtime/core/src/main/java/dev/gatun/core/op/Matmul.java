package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Broadcast;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/**
 * matmul(a [..., M, K], b [..., K, N]) = a b [..., M, N] as numpy.matmul: leading axes broadcast, a
 * vector is a row on the left and a column on the right, and its axis is dropped afterwards.
 *
 * <p>transposeA and transposeB swap the last two axes of an operand first; vectors have none to
 * swap. Integers wrap around.
 */
public final class Matmul {
  public static final OpDef OP =
      OpDef.named("matmul")
          .inputs(2)
          .attr("transposeA", false)
          .attr("transposeB", false)
          .fusion(FusionClass.CONTRACTION)
          .types(Matmul::types)
          .reference(Matmul::run)
          .gradient(MatmulGradient::of)
          .define();

  private static List<Type> types(Operands in) {
    in.require(
        in.dtype(0) == in.dtype(1) && (in.dtype(0).isFloat() || in.dtype(0).isInteger()),
        "both operands must have one number type");
    return List.of(Type.tensor(in.dtype(0), shape(in.attrs(), in.shape(0), in.shape(1))));
  }

  private static Shape shape(Attrs attrs, Shape a, Shape b) {
    if (!a.isRanked() || !b.isRanked()) {
      return Shape.UNRANKED;
    }
    Operand left = Operand.of(a, attrs.flag("transposeA"), true);
    Operand right = Operand.of(b, attrs.flag("transposeB"), false);
    if (left.columns >= 0 && right.rows >= 0 && left.columns != right.rows) {
      throw new ShapeException(
          String.format(
              java.util.Locale.ROOT,
              "op 'matmul': inner sizes differ: %s%s x %s%s (%d vs %d)",
              a,
              attrs.flag("transposeA") ? " transposed" : "",
              b,
              attrs.flag("transposeB") ? " transposed" : "",
              left.columns,
              right.rows));
    }
    long[] batch = Broadcast.shape("matmul", left.batch, right.batch).sizes();
    int rank = batch.length + (a.rank() > 1 ? 1 : 0) + (b.rank() > 1 ? 1 : 0);
    long[] sizes = Arrays.copyOf(batch, rank);
    int at = batch.length;
    if (a.rank() > 1) {
      sizes[at++] = left.rows;
    }
    if (b.rank() > 1) {
      sizes[at] = right.columns;
    }
    return Shape.of(sizes);
  }

  /** An operand as a batch of matrices. */
  private record Operand(Shape batch, long rows, long columns) {
    static Operand of(Shape shape, boolean transposed, boolean left) {
      int rank = shape.rank();
      if (rank == 0) {
        throw new ShapeException(
            "op 'matmul': a single number is no matrix; multiply it with 'mul'");
      }
      if (rank == 1) {
        return left
            ? new Operand(Shape.SCALAR, 1, shape.size(0))
            : new Operand(Shape.SCALAR, shape.size(0), 1);
      }
      Shape batch = Shape.of(Arrays.copyOf(shape.sizes(), rank - 2));
      return transposed
          ? new Operand(batch, shape.size(-1), shape.size(-2))
          : new Operand(batch, shape.size(-2), shape.size(-1));
    }
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor a = in.tensor(0);
    Tensor b = in.tensor(1);
    boolean transposeA = in.attrs().flag("transposeA");
    boolean transposeB = in.attrs().flag("transposeB");
    Shape shape = shape(in.attrs(), a.shape(), b.shape());
    Operand left = Operand.of(a.shape(), transposeA, true);
    Operand right = Operand.of(b.shape(), transposeB, false);
    Shape batch = Broadcast.shape("matmul", left.batch, right.batch);
    int[] leftMatrix = matrices(left.batch, batch);
    int[] rightMatrix = matrices(right.batch, batch);
    int m = Math.toIntExact(left.rows);
    int k = Math.toIntExact(left.columns);
    int n = Math.toIntExact(right.columns);
    boolean turnA = transposeA && a.shape().rank() > 1;
    boolean turnB = transposeB && b.shape().rank() > 1;
    if (a.dtype().isInteger()) {
      long[] y = new long[Math.toIntExact(shape.elements())];
      long[] x = a.toLongs();
      long[] w = b.toLongs();
      for (int i = 0; i < leftMatrix.length; i++) {
        multiply(x, leftMatrix[i] * m * k, turnA, w, rightMatrix[i] * k * n, turnB, y, i, m, k, n);
      }
      return List.of(Tensor.whole(a.dtype(), shape, y));
    }
    double[] y = new double[Math.toIntExact(shape.elements())];
    double[] x = a.toDoubles();
    double[] w = b.toDoubles();
    for (int i = 0; i < leftMatrix.length; i++) {
      multiply(x, leftMatrix[i] * m * k, turnA, w, rightMatrix[i] * k * n, turnB, y, i, m, k, n);
    }
    return List.of(Tensor.rounded(a.dtype(), shape, y));
  }

  /** Which matrix of an operand belongs to each matrix of the result. */
  private static int[] matrices(Shape from, Shape batch) {
    double[] index = new double[Math.toIntExact(from.elements())];
    for (int i = 0; i < index.length; i++) {
      index[i] = i;
    }
    double[] expanded = Expanded.to(index, from, batch);
    int[] result = new int[expanded.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (int) expanded[i];
    }
    return result;
  }

  static void multiply(
      double[] a,
      int aFrom,
      boolean turnA,
      double[] b,
      int bFrom,
      boolean turnB,
      double[] y,
      int matrix,
      int m,
      int k,
      int n) {
    for (int i = 0; i < m; i++) {
      int row = (matrix * m + i) * n;
      for (int l = 0; l < k; l++) {
        double x = a[turnA ? aFrom + l * m + i : aFrom + i * k + l];
        if (turnB) {
          for (int j = 0; j < n; j++) {
            y[row + j] += x * b[bFrom + j * k + l];
          }
        } else {
          for (int j = 0; j < n; j++) {
            y[row + j] += x * b[bFrom + l * n + j];
          }
        }
      }
    }
  }

  static void multiply(
      long[] a,
      int aFrom,
      boolean turnA,
      long[] b,
      int bFrom,
      boolean turnB,
      long[] y,
      int matrix,
      int m,
      int k,
      int n) {
    for (int i = 0; i < m; i++) {
      int row = (matrix * m + i) * n;
      for (int l = 0; l < k; l++) {
        long x = a[turnA ? aFrom + l * m + i : aFrom + i * k + l];
        for (int j = 0; j < n; j++) {
          y[row + j] += x * b[turnB ? bFrom + j * k + l : bFrom + l * n + j];
        }
      }
    }
  }

  private Matmul() {}
}
