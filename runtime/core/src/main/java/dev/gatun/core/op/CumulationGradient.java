package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import java.util.List;

/** Gradients of running sums and products. */
final class CumulationGradient {
  /** The sum of the gradients of all totals that an element is in: those from the other end. */
  static List<Value> sum(Backward g) {
    boolean reverse = g.attrs().flag("reverse");
    return List.of(g.b().add(CumSum.OP, g.attrs().with("reverse", !reverse), g.dy(), g.x(1)));
  }

  /**
   * Up to the first zero of a line, the gradients of totals times the totals, divided by the
   * element; at that zero, the totals without it; behind it nothing.
   */
  static List<Value> product(Backward g) {
    Formula f = new Formula(g.b());
    boolean reverse = g.attrs().flag("reverse");
    Value axis = g.x(1);
    Attrs forward = Attrs.of("reverse", reverse);
    Attrs backward = Attrs.of("reverse", !reverse);
    // Totals that leave out their own element are those of their neighbours.
    Value dy =
        g.attrs().flag("exclusive")
            ? shifted(f, g.dy(), (int) g.constant(1).getLong(0), reverse)
            : g.dy();
    Value x = g.x(0);
    Value one = f.number(x, 1);
    Value isZero = f.equal(x, 0);
    Value zeros = run(f, CumSum.OP, forward, f.cast(isZero, x.tensorType().dtype()), axis);
    Value before = f.equal(zeros, 0);
    Value first = g.b().add(And.OP, isZero, f.equal(zeros, 1));
    Value totals = run(f, CumProd.OP, forward, x, axis);
    Value safe = f.where(isZero, one, x);
    Value usual = f.div(run(f, CumSum.OP, backward, f.mul(dy, totals), axis), safe);
    Value without = run(f, CumProd.OP, forward, f.where(first, one, x), axis);
    Value atZero = run(f, CumSum.OP, backward, f.mul(dy, without), axis);
    Value zero = f.number(x, 0);
    return List.of(f.where(before, usual, f.where(first, atZero, zero)));
  }

  private static Value run(Formula f, OpDef op, Attrs attrs, Value x, Value axis) {
    return f.b().add(op, attrs, x, axis);
  }

  private static Value shifted(Formula f, Value dy, int axis, boolean reverse) {
    long one = reverse ? 1 : -1;
    long at = Axes.at(axis, dy.tensorType().shape().rank());
    return dy.tensorType().shape().isFixed() && dy.tensorType().shape().size((int) at) == 0
        ? dy
        : f.padAxis(dy, at, one, -one);
  }

  private CumulationGradient() {}
}
