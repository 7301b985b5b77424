package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * gemm(a [M, K], b [K, N], c?) = alpha a b + beta c [M, N]; c broadcasts, transposeA and transposeB
 * swap the axes of an operand first. Integers wrap around, their alpha and beta are truncated.
 */
public final class Gemm {
  public static final OpDef OP =
      OpDef.named("gemm")
          .inputs(2, 3)
          .attr("alpha", 1.0)
          .attr("beta", 1.0)
          .attr("transposeA", false)
          .attr("transposeB", false)
          .fusion(FusionClass.CONTRACTION)
          .types(Gemm::types)
          .reference(Gemm::run)
          .gradient(MatmulGradient::gemm)
          .define();

  private static List<Type> types(Operands in) {
    in.require(
        in.dtype(0) == in.dtype(1) && (in.dtype(0).isFloat() || in.dtype(0).isInteger()),
        "both matrices must have one number type");
    Shape a = in.shape(0);
    Shape b = in.shape(1);
    in.require(
        (!a.isRanked() || a.rank() == 2) && (!b.isRanked() || b.rank() == 2),
        "takes matrices; 'matmul' takes any rank");
    boolean turnA = in.attrs().flag("transposeA");
    boolean turnB = in.attrs().flag("transposeB");
    long m = a.isRanked() ? a.size(turnA ? 1 : 0) : -1;
    long k = a.isRanked() ? a.size(turnA ? 0 : 1) : -1;
    long rows = b.isRanked() ? b.size(turnB ? 1 : 0) : -1;
    long n = b.isRanked() ? b.size(turnB ? 0 : 1) : -1;
    in.require(k < 0 || rows < 0 || k == rows, "inner sizes differ: %d vs %d", k, rows);
    if (in.has(2)) {
      in.require(in.dtype(2) == in.dtype(0), "c must have the type of the matrices");
      Shape c = in.shape(2);
      if (c.isRanked()) {
        in.require(
            c.rank() <= 2
                && (c.rank() < 1 || fits(c.size(-1), n))
                && (c.rank() < 2 || fits(c.size(-2), m)),
            "c does not broadcast to [%d, %d]",
            m,
            n);
      }
    }
    return List.of(Type.tensor(in.dtype(0), m, n));
  }

  private static boolean fits(long size, long whole) {
    return size == 1 || size < 0 || whole < 0 || size == whole;
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor a = in.tensor(0);
    Tensor b = in.tensor(1);
    boolean turnA = in.attrs().flag("transposeA");
    boolean turnB = in.attrs().flag("transposeB");
    int m = Math.toIntExact(a.shape().size(turnA ? 1 : 0));
    int k = Math.toIntExact(a.shape().size(turnA ? 0 : 1));
    int n = Math.toIntExact(b.shape().size(turnB ? 0 : 1));
    Shape shape = Shape.of(m, n);
    double alpha = in.attrs().real("alpha");
    double beta = in.attrs().real("beta");
    if (a.dtype().isInteger()) {
      long[] y = new long[Math.multiplyExact(m, n)];
      Matmul.multiply(a.toLongs(), 0, turnA, b.toLongs(), 0, turnB, y, 0, m, k, n);
      double[] c = in.has(2) ? Expanded.to(in.tensor(2), shape) : new double[y.length];
      for (int i = 0; i < y.length; i++) {
        y[i] = y[i] * ((long) alpha) + ((long) c[i]) * ((long) beta);
      }
      return List.of(Tensor.whole(a.dtype(), shape, y));
    }
    double[] y = new double[Math.multiplyExact(m, n)];
    Matmul.multiply(a.toDoubles(), 0, turnA, b.toDoubles(), 0, turnB, y, 0, m, k, n);
    for (int i = 0; i < y.length; i++) {
      y[i] *= alpha;
    }
    // With beta 0 even a NaN in c must not show.
    if (in.has(2) && beta != 0) {
      double[] c = Expanded.to(in.tensor(2), shape);
      for (int i = 0; i < y.length; i++) {
        y[i] += beta * c[i];
      }
    }
    return List.of(Tensor.rounded(a.dtype(), shape, y));
  }

  private Gemm() {}
}
