package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.stream.LongStream;

/**
 * batchNormGradient(x [N, C, S...], dy, scale [C], mean [C], variance [C]) = (dx, dscale [C], dbias
 * [C]): the gradient of {@link BatchNormTrain} from the statistics that it saved. With n = (x -
 * mean) / sqrt(variance + epsilon), means over the batch and positions: dbias = sum of dy, dscale =
 * sum of dy * n, dx = scale / sqrt(variance + epsilon) * (dy - mean(dy) - n * mean(dy n)).
 */
public final class BatchNormGradient {
  public static final OpDef OP =
      OpDef.named("batchNormGradient")
          .inputs(5)
          .attr("epsilon", 1e-5)
          .attr("layout", "NCHW")
          .types(BatchNormGradient::types)
          .decompose(BatchNormGradient::build)
          .define();

  private static List<Type> types(Operands in) {
    for (int i = 2; i < 5; i++) {
      BatchNorm.requireChannels(in, i);
    }
    in.require(in.dtype(1) == in.dtype(0), "x and dy must have one type");
    in.require(
        !in.shape(0).isFixed() || !in.shape(1).isFixed() || in.shape(0).equals(in.shape(1)),
        "x and dy must have one shape");
    return List.of(in.type(0), in.type(2), in.type(2));
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    Value x = in.value(0);
    Value dy = in.value(1);
    boolean last = Planes.isLast(in.attrs());
    long[] axes = axes(in.shape(0), last);
    double count = count(in.shape(0), last);
    Value root = f.sqrt(f.add(in.value(4), in.attrs().real("epsilon")));
    Value inverse = f.perChannel(f.div(f.number(root, 1), root), x, last);
    Value normal = f.mul(f.sub(x, f.perChannel(in.value(3), x, last)), inverse);
    Value dbias = f.sum(dy, axes);
    Value dscale = f.sum(f.mul(dy, normal), axes);
    Value means = f.perChannel(f.mul(dbias, 1 / count), x, last);
    Value products = f.perChannel(f.mul(dscale, 1 / count), x, last);
    Value factor = f.mul(inverse, f.perChannel(in.value(2), x, last));
    Value dx = f.mul(factor, f.sub(f.sub(dy, means), f.mul(normal, products)));
    DType dtype = in.dtype(2);
    return List.of(dx, f.cast(dscale, dtype), f.cast(dbias, dtype));
  }

  private static long[] axes(Shape x, boolean last) {
    int channel = last ? x.rank() - 1 : 1;
    return LongStream.range(0, x.rank()).filter(a -> a != channel).toArray();
  }

  private static double count(Shape x, boolean last) {
    long count = x.size(0);
    for (long size : Planes.spatial(x, last)) {
      count *= size;
    }
    return count;
  }

  /** The rule of batchNormTrain: also for the gradients of its statistics, if anybody used them. */
  static List<Value> rule(Backward g) {
    Formula f = new Formula(g.b());
    Shape shape = g.x(0).tensorType().shape();
    if (!shape.isFixed()) {
      throw g.error("has a gradient only if the shape is known, got %s", shape);
    }
    Attrs attrs = g.attrs();
    boolean last = Planes.isLast(attrs);
    Value mean = g.y(1);
    List<Value> d = List.of(Value.ABSENT, Value.ABSENT, Value.ABSENT);
    if (g.hasDy(0)) {
      List<Value> args = List.of(g.x(0), g.dy(), g.x(1), mean, g.y(2));
      d = g.b().add(OP, attrs, args, 3, "");
    }
    if (g.hasDy(1) || g.hasDy(2)) {
      Value centered = f.sub(g.x(0), f.perChannel(mean, g.x(0), last));
      Value slope = f.mul(centered, f.perChannel(f.mul(g.dy(2), 2), g.x(0), last));
      Value more = f.mul(f.add(f.perChannel(g.dy(1), g.x(0), last), slope), 1 / count(shape, last));
      d = List.of(d.get(0).isAbsent() ? more : f.add(d.get(0), more), d.get(1), d.get(2));
    }
    return d;
  }

  private BatchNormGradient() {}
}
