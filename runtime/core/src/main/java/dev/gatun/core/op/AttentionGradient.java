package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * attentionGradient(q, k, v, mask?, keyLengths?, dy [B, H, Sq, E]) = (dq, dk, dv): the gradients of
 * {@link Attention} with respect to its first inputs, whose weights p are computed again. With dp =
 * dy v' and ds = p (dp - the sum of p dp over the keys), times the slope of the cap, they are dq =
 * scale ds k, dk = scale ds' q and dv = p' dy, sums over the query heads that share a key head.
 */
public final class AttentionGradient {
  public static final OpDef OP =
      OpDef.named("attentionGradient")
          .inputs(3, 6)
          .attr("scale")
          .attr("softcap", 0.0)
          .attr("causal", false)
          .attr("causalOffset", 0)
          .fusion(FusionClass.OPAQUE)
          .types(AttentionGradient::types)
          .decompose(AttentionGradient::build)
          .define();

  /** Place of dy among the inputs. */
  public static final int DY = 5;

  private static List<Type> types(Operands in) {
    for (int i = 0; i < 3; i++) {
      in.require(
          in.dtype(i).isFloat() && (!in.shape(i).isRanked() || in.shape(i).rank() == 4),
          "input %d must be floating and [batch, head, row, width]",
          i);
    }
    in.require(
        in.has(DY) && in.dtype(DY) == in.dtype(0), "dy must be given, in the type of the queries");
    return List.of(in.type(0), in.type(1), in.type(2));
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    AttentionWeights w = AttentionWeights.of(f, in);
    DType dtype = in.dtype(0);
    Value dy = w.group(in.value(DY));
    Value values = f.cast(in.value(2), dtype);
    Attrs transposeA = Attrs.of("transposeA", true);
    Value dv = b.add(Matmul.OP, transposeA, w.group(w.weights()), dy);
    Value dp = w.ungroup(b.add(Matmul.OP, Attrs.of("transposeB", true), dy, values));
    Value ds = f.mul(w.weights(), f.sub(dp, f.keptSum(f.mul(w.weights(), dp), -1)));
    double cap = in.attrs().real("softcap");
    if (cap > 0) {
      ds = f.mul(ds, f.sub(1, f.square(f.mul(w.capped(), 1 / cap))));
    }
    Value slopes = w.group(ds);
    Value dq = f.mul(b.add(Matmul.OP, slopes, w.keys()), AttentionWeights.scale(in));
    Value dk = b.add(Matmul.OP, transposeA, slopes, w.queries());
    return List.of(w.ungroup(dq), f.cast(dk, in.dtype(1)), f.cast(dv, in.dtype(2)));
  }

  /** Whether the rule holds: nobody needs the gradient of the mask or used the scores. */
  static boolean covers(Backward g) {
    boolean fixed = true;
    for (int i = 0; i < g.count(); i++) {
      fixed &= !g.has(i) || g.x(i).type().isFixed();
    }
    return fixed
        && g.hasDy(0)
        && !g.hasDy(1)
        && !(g.count() > 3 && g.wants(3))
        && g.x(0).tensorType().shape().size(0) == g.x(1).tensorType().shape().size(0);
  }

  static List<Value> rule(Backward g) {
    Value mask = g.has(3) ? g.x(3) : Value.ABSENT;
    Value lengths = g.has(4) ? g.x(4) : Value.ABSENT;
    Attrs attrs = g.attrs().without("stage");
    List<Value> args = List.of(g.x(0), g.x(1), g.x(2), mask, lengths, g.dy());
    return g.b().add(OP, attrs, args, 3, "");
  }

  private AttentionGradient() {}
}
