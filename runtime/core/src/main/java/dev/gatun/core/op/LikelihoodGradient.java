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

  /** Ones at each target's class [N, C, S...]. */
  private Value hits() {
    Value classes = g.b().add(ShapeOf.OP, Attrs.of("start", 1, "end", 2), g.x(0));
    if (g.x(0).type().isFixed()) {
      classes = f.longs(g.x(0).tensorType().shape().size(1));
    }
    Value offOn = g.b().constant(Tensor.rounded(g.dtype(0), Shape.of(2), new double[] {0, 1}));
    return g.b().add(OneHot.OP, Attrs.of("axis", 1), safe, classes, offOn);
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
    return List.of(l.f.mul(l.hits(), l.f.neg(l.perClass(l.share))));
  }

  static List<Value> ofSoftmax(Backward g) {
    Formula f = new Formula(g.b());
    Value p = f.exp(g.y(1));
    Value dx = Value.ABSENT;
    if (g.hasDy(0)) {
      LikelihoodGradient l = new LikelihoodGradient(g);
      l.requireNoWeight();
      dx = f.mul(f.sub(p, l.hits()), l.perClass(l.share));
    }
    if (g.hasDy(1)) {
      Value second = f.sub(g.dy(1), f.mul(p, f.keptSum(g.dy(1), 1)));
      dx = dx.isAbsent() ? second : f.add(dx, second);
    }
    return List.of(dx);
  }
}
