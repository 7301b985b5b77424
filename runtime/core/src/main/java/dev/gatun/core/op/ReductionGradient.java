package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How gradients flow back through reductions: in each, results and their gradients are stretched to
 * the shape of the input first.
 */
final class ReductionGradient {
  private final Backward g;
  private final Formula f;
  private final long[] axes;
  private final boolean all;

  private ReductionGradient(Backward g) {
    this.g = g;
    f = new Formula(g.b());
    axes = g.has(1) ? g.constant(1).toLongs() : new long[0];
    all = axes.length == 0;
  }

  /** A result with the reduced axes as 1, so that it stretches to the input. */
  private Value kept(Value y) {
    // A single number has axis 0, along which there is nothing.
    boolean single = g.x(0).type().isFixed() && g.x(0).tensorType().shape().rank() == 0;
    return g.attrs().flag("keepDims") || all || single ? y : f.unsqueeze(y, axes);
  }

  private Value dy() {
    return kept(g.dy());
  }

  private Value keptSum(Value x) {
    Attrs attrs =
        Attrs.of("keepDims", true, "noopWithEmptyAxes", g.attrs().flag("noopWithEmptyAxes"));
    return all ? g.b().add(ReduceSum.OP, attrs, x) : f.keptSum(x, axes);
  }

  static List<Value> sum(Backward g) {
    return List.of(Expand.like(g.b(), new ReductionGradient(g).dy(), g.x(0)));
  }

  static List<Value> mean(Backward g) {
    ReductionGradient r = new ReductionGradient(g);
    Value share;
    if (g.x(0).type().isFixed()) {
      double groups = g.y().tensorType().shape().elements();
      share = r.f.number(g.y(), groups / g.x(0).tensorType().shape().elements());
    } else {
      DType dtype = g.dtype(0);
      share =
          r.f.div(
              r.f.cast(g.b().add(SizeOf.OP, g.y()), dtype),
              r.f.cast(g.b().add(SizeOf.OP, g.x(0)), dtype));
    }
    return List.of(Expand.like(g.b(), r.f.mul(r.dy(), share), g.x(0)));
  }

  /** Equal extremes share the gradient, as PyTorch's amax and amin do. */
  static List<Value> extreme(Backward g) {
    ReductionGradient r = new ReductionGradient(g);
    Value hit = r.f.cast(g.b().add(Equal.OP, g.x(0), r.kept(g.y())), g.dtype(0));
    return List.of(r.f.mul(hit, r.f.div(r.dy(), r.keptSum(hit))));
  }

  static List<Value> sumSquare(Backward g) {
    ReductionGradient r = new ReductionGradient(g);
    return List.of(r.f.mul(g.x(0), r.f.mul(r.dy(), 2)));
  }

  static List<Value> l1(Backward g) {
    return List.of(
        new Formula(g.b()).mul(g.b().add(Sign.OP, g.x(0)), new ReductionGradient(g).dy()));
  }

  /** x / |x|, and 0 where all is 0. */
  static List<Value> l2(Backward g) {
    ReductionGradient r = new ReductionGradient(g);
    Value y = r.kept(g.y());
    Value zero = r.f.equal(y, 0);
    Value safe = r.f.where(zero, r.f.number(y, 1), y);
    return List.of(r.f.mul(g.x(0), r.f.where(zero, r.f.number(y, 0), r.f.div(r.dy(), safe))));
  }

  static List<Value> logSum(Backward g) {
    ReductionGradient r = new ReductionGradient(g);
    return List.of(Expand.like(g.b(), r.f.div(r.dy(), r.f.exp(r.kept(g.y()))), g.x(0)));
  }

  static List<Value> logSumExp(Backward g) {
    ReductionGradient r = new ReductionGradient(g);
    return List.of(r.f.mul(r.dy(), r.f.exp(r.f.sub(g.x(0), r.kept(g.y())))));
  }

  /** The product of all others, from both sides, so that zeros are no special case. */
  static List<Value> prod(Backward g) {
    ReductionGradient r = new ReductionGradient(g);
    Shape x = g.x(0).tensorType().shape();
    if (!x.isFixed()) {
      throw g.error("has a gradient only if the shape is known, got %s", x);
    }
    boolean[] mask = new boolean[x.rank()];
    Arrays.fill(mask, r.all && !g.attrs().flag("noopWithEmptyAxes"));
    for (long axis : r.axes) {
      if (mask.length > 0) {
        mask[Axes.at(axis, mask.length)] = true;
      }
    }
    List<Long> perm = new ArrayList<>();
    long rows = 1;
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < mask.length; i++) {
        if (mask[i] == (pass == 1)) {
          perm.add((long) i);
          rows *= pass == 0 ? x.size(i) : 1;
        }
      }
    }
    long[] order = perm.stream().mapToLong(Long::longValue).toArray();
    Value moved = mask.length == 0 ? g.x(0) : r.f.transpose(g.x(0), order);
    long columns = rows == 0 ? 0 : x.elements() / rows;
    Value flat = r.f.reshape(moved, rows, columns);
    Value axis = g.b().constant(Tensor.scalar(1));
    Value before = g.b().add(CumProd.OP, Attrs.of("exclusive", true), flat, axis);
    Value after = g.b().add(CumProd.OP, Attrs.of("exclusive", true, "reverse", true), flat, axis);
    Value dx = r.f.mul(r.f.mul(before, after), r.f.reshape(g.dy(), rows, 1));
    Value back = Reshape.to(dx, moved.tensorType().shape(), g.b());
    return List.of(mask.length == 0 ? back : r.f.transpose(back, Transpose.inverse(order)));
  }
}
