package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Gradients of matrix products, which are matrix products. */
final class MatmulGradient {
  private final Formula f;
  private final Value a;
  private final Value b;
  private final Value dy;
  private final boolean turnA;
  private final boolean turnB;

  private MatmulGradient(Formula f, Value a, Value b, Value dy, boolean turnA, boolean turnB) {
    this.f = f;
    this.a = a;
    this.b = b;
    this.dy = dy;
    this.turnA = turnA;
    this.turnB = turnB;
  }

  /** Vectors become matrices of one row or column first. */
  static List<Value> of(Backward g) {
    Formula f = new Formula(g.b());
    int rankA = rank(g, 0);
    int rankB = rank(g, 1);
    Value dy = rankB == 1 ? f.unsqueeze(g.dy(), -1) : g.dy();
    dy = rankA == 1 ? f.unsqueeze(dy, -2) : dy;
    MatmulGradient m =
        new MatmulGradient(
            f,
            rankA == 1 ? f.unsqueeze(g.x(0), 0) : g.x(0),
            rankB == 1 ? f.unsqueeze(g.x(1), 1) : g.x(1),
            dy,
            rankA > 1 && g.attrs().flag("transposeA"),
            rankB > 1 && g.attrs().flag("transposeB"));
    return List.of(
        g.wants(0) ? Reshape.like(g.b(), m.left(), g.x(0)) : Value.ABSENT,
        g.wants(1) ? Reshape.like(g.b(), m.right(), g.x(1)) : Value.ABSENT);
  }

  /** alpha a b + beta c. */
  static List<Value> gemm(Backward g) {
    Formula f = new Formula(g.b());
    double alpha = g.attrs().real("alpha");
    double beta = g.attrs().real("beta");
    MatmulGradient m =
        new MatmulGradient(
            f,
            g.x(0),
            g.x(1),
            alpha == 1 ? g.dy() : f.mul(g.dy(), alpha),
            g.attrs().flag("transposeA"),
            g.attrs().flag("transposeB"));
    List<Value> dx = new ArrayList<>();
    dx.add(g.wants(0) ? m.left() : Value.ABSENT);
    dx.add(g.wants(1) ? m.right() : Value.ABSENT);
    if (g.has(2)) {
      dx.add(
          g.wants(2) && beta != 0
              ? SumTo.like(g.b(), beta == 1 ? g.dy() : f.mul(g.dy(), beta), g.x(2))
              : Value.ABSENT);
    }
    return dx;
  }

  private static int rank(Backward g, int i) {
    Shape shape = g.x(i).tensorType().shape();
    if (!shape.isRanked()) {
      throw g.error("has a gradient only if the ranks are known, got %s", g.x(i));
    }
    return shape.rank();
  }

  private Value left() {
    Value da = turnA ? multiply(b, turnB, dy, true) : multiply(dy, false, b, !turnB);
    return SumTo.like(f.b(), da, a);
  }

  private Value right() {
    if (b.tensorType().shape().rank() == 2 && a.tensorType().shape().rank() > 2 && !turnA) {
      // One product over all rows of the batch instead of one a matrix and a sum of them.
      return turnB
          ? multiply(rows(dy), true, rows(a), false)
          : multiply(rows(a), true, rows(dy), false);
    }
    Value db = turnB ? multiply(dy, true, a, turnA) : multiply(a, !turnA, dy, false);
    return SumTo.like(f.b(), db, b);
  }

  /** [..., M, N] as [all rows, N]; an empty batch has no -1 to be derived. */
  private Value rows(Value x) {
    Shape shape = x.tensorType().shape();
    long last = shape.size(-1);
    if (shape.isFixed()) {
      long rows = 1;
      for (int i = 0; i < shape.rank() - 1; i++) {
        rows *= shape.size(i);
      }
      return f.reshape(x, rows, last);
    }
    Value columns = f.b().add(ShapeOf.OP, Attrs.of("start", -1), x);
    return f.b().add(Reshape.OP, x, f.concat(0, f.longs(-1), columns));
  }

  private Value multiply(Value x, boolean turnX, Value y, boolean turnY) {
    return f.b().add(Matmul.OP, Attrs.of("transposeA", turnX, "transposeB", turnY), x, y);
  }
}
