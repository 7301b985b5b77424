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
import java.util.stream.LongStream;

/**
 * rmsNormGradient(x [R..., D...], dy, scale?) = (dx, dscale): the gradient of {@link RmsNorm}. With
 * r = 1 / sqrt(mean(x^2) + epsilon) and d = dy * scale it is dx = r * (d - x r^2 mean(d x)) and
 * dscale = sum of dy * x * r.
 */
public final class RmsNormGradient {
  public static final OpDef OP =
      OpDef.named("rmsNormGradient")
          .inputs(2, 3)
          .attr("axis", -1)
          .attr("epsilon", 1e-5)
          .fusion(FusionClass.ROWWISE)
          .types(RmsNormGradient::types)
          .decompose(RmsNormGradient::build)
          .define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0).isFloat() && in.dtype(1) == in.dtype(0), "x and dy must have one type");
    if (in.shape(0).isRanked()) {
      Axes.one(in, in.attrs().integer("axis"), in.shape(0).rank());
    }
    for (int i = 1; i < in.count(); i++) {
      LayerNorm.requireBroadcast(in, i);
    }
    return in.has(2) ? List.of(in.type(0), in.type(2)) : List.of(in.type(0));
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    Value x = in.value(0);
    Value dy = in.value(1);
    DType dtype = in.dtype(0);
    int rank = in.shape(0).rank();
    long[] axes = LongStream.range(Axes.at(in.attrs().integer("axis"), rank), rank).toArray();
    Value root = f.sqrt(f.add(f.keptMean(f.square(x), axes), in.attrs().real("epsilon")));
    Value inverse = f.div(f.number(root, 1), root);
    Value d = in.has(2) ? f.mul(dy, f.cast(in.value(2), dtype)) : dy;
    Value factor = f.mul(f.square(inverse), f.keptMean(f.mul(d, x), axes));
    Value dx = f.mul(inverse, f.sub(d, f.mul(x, factor)));
    if (!in.has(2)) {
      return List.of(dx);
    }
    Value dscale = f.cast(f.mul(f.mul(dy, x), inverse), in.dtype(2));
    return List.of(dx, SumTo.like(b, dscale, in.value(2)));
  }

  static List<Value> rule(Backward g) {
    int outputs = g.has(1) && g.wants(1) ? 2 : 1;
    Value scale = g.has(1) ? g.x(1) : Value.ABSENT;
    Attrs attrs = g.attrs();
    return g.b().add(OP, attrs, List.of(g.x(0), g.dy(), scale), outputs, "");
  }

  private RmsNormGradient() {}
}
