package dev.gatun.core.op;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.expr.Fn;

/** Expressions that several activation functions share. */
final class Activations {
  /** log(1 + exp(x)) without overflow. */
  static Expr softplus(ExprBuilder e, Expr x) {
    return e.add(e.max(x, 0), e.apply(Fn.LOG1P, e.exp(e.neg(e.abs(x)))));
  }

  /** alpha * x + beta, clipped to [0, 1]. */
  static Expr hardSigmoid(ExprBuilder e, Expr x, double alpha, double beta) {
    return e.max(e.min(e.add(e.mul(ExprBuilder.real(x), alpha), beta), 1), 0);
  }

  private Activations() {}
}
