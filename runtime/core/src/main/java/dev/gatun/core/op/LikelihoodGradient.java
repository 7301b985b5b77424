package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * Gradients of {@link NegativeLogLikelihood} and {@link SoftmaxCrossEntropy}: a target's class gets
 * minus its share of the loss.
 */
final class LikelihoodGradient {
  private final Backward g;
  private final Formula f;
  private final Value counts;
  private final Value safe;
  private final Value share;

  private LikelihoodGradient(Backward g) {
    this.g = g;
    f = new Formula(g.b());
    Value target = g.x(1);
    DType dtype = g.dtype(0);
    Value one = Expand.filled(g.b(), 1, g.b().add(Cast.OP, Attrs.of("to", dtype), target));
    Value zero = whole(target, 0);
    if (g.attrs().has("ignoreIndex")) {
      Value ignored = g.b().add(Equal.OP, target, whole(target, g.attrs().integer("ignoreIndex")));
      safe = f.where(ignored, zero, target);
      counts = f.where(ignored, f.number(one, 0), one);
    } else {
      safe = target;
      counts = one;
    }
    Value weights = g.has(2) ? f.mul(counts, f.cast(f.rows(g.x(2), safe), dtype)) : counts;
    share =
        switch (g.attrs().text("reduction")) {
          case "mean" -> f.div(f.mul(weights, g.dy()), f.total(weights));
          default -> f.mul(weights, g.dy());
        };
  }

  private Value whole(Value like, long value) {
    DType dtype = like.tensorType().dtype();
    return g.b().constant(Tensor.whole(dtype, Shape.SCALAR, new long[] {value}));
  }

  /**
   * x [N, C, S...] with these values [N, S...] at each target's class: nothing of its size but the
   * result is made.
   */
  private Value atTargets(Value x, Value values) {
    Attrs classes = Attrs.of("axis", 1);
    return g.b().add(ScatterElements.OP, classes, x, perClass(safe), perClass(values));
  }

  /** What x [N, C, S...] has at each target's class. */
  private Value ofTargets(Value x) {
    Value found = g.b().add(GatherElements.OP, Attrs.of("axis", 1), x, perClass(safe));
    return g.b().add(Squeeze.OP, found, f.longs(1));
  }

  private Value perClass(Value share) {
    return f.unsqueeze(share, 1);
  }

  private void requireNoWeight() {
    if (g.wants(2)) {
      throw g.error("has no gradient with respect to the class weights");
    }
  }

  static List<Value> of(Backward g) {
    LikelihoodGradient l = new LikelihoodGradient(g);
    l.requireNoWeight();
    Value zeros = Expand.filled(g.b(), 0, g.x(0));
    return List.of(l.atTargets(zeros, l.f.neg(l.share)));
  }

  static List<Value> ofSoftmax(Backward g) {
    Formula f = new Formula(g.b());
    Value p = f.exp(g.y(1));
    Value dx = Value.ABSENT;
    if (g.hasDy(0)) {
      LikelihoodGradient l = new LikelihoodGradient(g);
      l.requireNoWeight();
      Value atTargets = f.mul(f.add(f.exp(l.ofTargets(g.y(1))), -1), l.share);
      dx = l.atTargets(f.mul(p, l.perClass(l.share)), atTargets);
    }
    if (g.hasDy(1)) {
      Value second = f.sub(g.dy(1), f.mul(p, f.keptSum(g.dy(1), 1)));
      dx = dx.isAbsent() ? second : f.add(dx, second);
    }
    return List.of(dx);
  }
}
