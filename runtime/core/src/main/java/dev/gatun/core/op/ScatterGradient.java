package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.stream.LongStream;

/** Gradients of {@link ScatterElements} and {@link ScatterNd}, by what an update does. */
final class ScatterGradient {
  private final Backward g;
  private final Formula f;
  private final Value x;
  private final Value ids;
  private final Value updates;

  private ScatterGradient(Backward g) {
    this.g = g;
    f = new Formula(g.b());
    x = g.x(0);
    ids = g.x(1);
    updates = g.x(2);
  }

  static List<Value> of(Backward g) {
    ScatterGradient s = new ScatterGradient(g);
    return switch (g.attrs().text("reduction")) {
      case "none" -> s.replaced();
      case "add" -> List.of(g.dy(), Value.ABSENT, s.read(g.dy()));
      case "mul" -> s.multiplied();
      default -> s.extreme();
    };
  }

  /** The elements at the indices, in the place of the updates. */
  private Value read(Value from) {
    return g.node().op() == ScatterNd.OP
        ? g.b().add(GatherNd.OP, from, ids)
        : g.b().add(GatherElements.OP, Attrs.of("axis", g.attrs().integer("axis")), from, ids);
  }

  private Value write(Value to, Value values, String reduction) {
    return g.b().add(g.node().op(), g.attrs().with("reduction", reduction), to, ids, values);
  }

  /** Of several updates of one element the last one counts, which is looked up. */
  private List<Value> replaced() {
    Value dx = write(g.dy(), Expand.filled(g.b(), 0, updates), "none");
    if (!g.wants(2)) {
      return List.of(dx);
    }
    Value numbers = numbers();
    Value start = Expand.like(g.b(), f.number(numbers, -1), x);
    Value lasts = g.b().add(Equal.OP, read(write(start, numbers, "none")), numbers);
    return List.of(dx, Value.ABSENT, f.where(lasts, read(g.dy()), f.number(updates, 0)));
  }

  /** 0, 1, ... in the shape of the updates. */
  private Value numbers() {
    if (updates.type().isFixed()) {
      long count = updates.tensorType().shape().elements();
      long[] values = LongStream.range(0, count).toArray();
      return g.b().constant(Tensor.whole(DType.I64, updates.tensorType().shape(), values));
    }
    Value zero = g.b().constant(Tensor.scalar(0));
    Value one = g.b().constant(Tensor.scalar(1));
    Value range = g.b().add(Range.OP, zero, g.b().add(SizeOf.OP, updates), one);
    return Reshape.like(g.b(), range, updates);
  }

  /** dy times the product of all others; zeros among the updates are counted. */
  private List<Value> multiplied() {
    Value ones = Expand.filled(g.b(), 1, x);
    Value dx = f.mul(g.dy(), write(ones, updates, "mul"));
    if (!g.wants(2)) {
      return List.of(dx);
    }
    Value isZero = f.equal(updates, 0);
    Value safe = f.where(isZero, f.number(updates, 1), updates);
    Value product = read(write(ones, safe, "mul"));
    Value zeros =
        read(
            write(Expand.filled(g.b(), 0, x), f.cast(isZero, updates.tensorType().dtype()), "add"));
    Value nothing = f.number(updates, 0);
    Value others =
        f.where(
            isZero,
            f.where(f.equal(zeros, 1), product, nothing),
            f.where(f.equal(zeros, 0), f.div(product, safe), nothing));
    return List.of(dx, Value.ABSENT, f.mul(read(f.mul(g.dy(), x)), others));
  }

  /** Equal extremes share the gradient. */
  private List<Value> extreme() {
    DType dtype = x.tensorType().dtype();
    Value hitX = f.cast(g.b().add(Equal.OP, x, g.y()), dtype);
    Value hitUpdate = f.cast(g.b().add(Equal.OP, updates, read(g.y())), dtype);
    Value flow = f.div(g.dy(), write(hitX, hitUpdate, "add"));
    return List.of(f.mul(hitX, flow), Value.ABSENT, f.mul(hitUpdate, read(flow)));
  }
}
