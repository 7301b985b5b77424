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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * layerNormGradient(x [R..., D...], dy, mean, inverse, scale?) = (dx, dscale): the gradient of
 * {@link LayerNorm} with respect to x and scale, from the statistics that it saved. With n = (x -
 * mean) * inverse and d = dy * scale it is dx = inverse * (d - mean(d) - n * mean(d n)) and dscale
 * = sum of dy * n.
 */
public final class LayerNormGradient {
  public static final OpDef OP =
      OpDef.named("layerNormGradient")
          .inputs(4, 5)
          .attr("axis", -1)
          .fusion(FusionClass.ROWWISE)
          .types(LayerNormGradient::types)
          .decompose(LayerNormGradient::build)
          .define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0).isFloat() && in.dtype(1) == in.dtype(0), "x and dy must have one type");
    if (in.shape(0).isRanked()) {
      Axes.one(in, in.attrs().integer("axis"), in.shape(0).rank());
    }
    for (int i = 2; i < in.count(); i++) {
      LayerNorm.requireBroadcast(in, i);
    }
    LayerNorm.requireBroadcast(in, 1);
    return in.has(4) ? List.of(in.type(0), in.type(4)) : List.of(in.type(0));
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    DType dtype = in.dtype(0);
    Value inverse = f.cast(in.value(3), dtype);
    Value normal = f.mul(f.sub(in.value(0), f.cast(in.value(2), dtype)), inverse);
    Value dy = in.value(1);
    Value d = in.has(4) ? f.mul(dy, f.cast(in.value(4), dtype)) : dy;
    long[] axes = axes(in.shape(0).rank(), in.attrs());
    Value rest = f.sub(d, f.keptMean(d, axes));
    Value dx = f.mul(inverse, f.sub(rest, f.mul(normal, f.keptMean(f.mul(d, normal), axes))));
    if (!in.has(4)) {
      return List.of(dx);
    }
    Value dscale = f.cast(f.mul(dy, normal), in.dtype(4));
    return List.of(dx, SumTo.like(b, dscale, in.value(4)));
  }

  private static long[] axes(int rank, Attrs attrs) {
    return LongStream.range(Axes.at(attrs.integer("axis"), rank), rank).toArray();
  }

  /** The rule of layerNorm: also for the gradients of its statistics, if anybody used them. */
  static List<Value> rule(Backward g) {
    Formula f = new Formula(g.b());
    DType dtype = g.dtype(0);
    Value mean = g.y(1);
    Value inverse = g.y(2);
    Value dx = Value.ABSENT;
    Value dscale = Value.ABSENT;
    if (g.hasDy(0)) {
      List<Value> args = new ArrayList<>(List.of(g.x(0), g.dy(), mean, inverse));
      args.add(g.has(1) ? g.x(1) : Value.ABSENT);
      int outputs = g.has(1) && g.wants(1) ? 2 : 1;
      Attrs attrs = Attrs.of("axis", g.attrs().integer("axis"));
      List<Value> results = g.b().add(OP, attrs, args, outputs, "");
      dx = results.get(0);
      dscale = outputs == 2 ? results.get(1) : Value.ABSENT;
    }
    if (g.wants(0) && (g.hasDy(1) || g.hasDy(2))) {
      Value normal = f.mul(f.sub(g.x(0), f.cast(mean, dtype)), f.cast(inverse, dtype));
      Value flow =
          f.sub(
              g.dy(1),
              f.mul(
                  f.mul(g.dy(2), f.square(inverse)), f.cast(normal, inverse.tensorType().dtype())));
      Value count =
          f.div(
              f.cast(g.b().add(SizeOf.OP, g.x(0)), dtype),
              f.cast(g.b().add(SizeOf.OP, mean), dtype));
      Value more = f.div(f.cast(flow, dtype), count);
      dx = dx.isAbsent() ? more : f.add(dx, more);
    }
    Value dbias =
        g.has(2) && g.wants(2) && g.hasDy(0)
            ? SumTo.like(g.b(), f.cast(g.dy(), g.dtype(2)), g.x(2))
            : Value.ABSENT;
    return List.of(dx, dscale, dbias);
  }

  private LayerNormGradient() {}
}
