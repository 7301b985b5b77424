package dev.gatun.core.op;

import dev.gatun.core.graph.Broadcast;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * expand(x, shape) = x broadcast against a shape: either may stretch, so a size of 1 keeps that of
 * x.
 */
public final class Expand {
  public static final OpDef OP =
      OpDef.named("expand")
          .inputs(2)
          .fusion(FusionClass.BROADCAST)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(
              in -> {
                Shape from = in.tensor(0).shape();
                Shape to = in.shape(0);
                return List.of(StridedCopy.copy(in.tensor(0), to, 0, Broadcast.strides(from, to)));
              })
          .gradient(g -> List.of(SumTo.like(g.b(), g.dy(), g.x(0))))
          .define();

  /** The value stretched to the shape of another one. */
  public static Value like(GraphBuilder b, Value value, Value like) {
    Shape to = like.tensorType().shape();
    return to.isFixed() && to.equals(value.tensorType().shape())
        ? value
        : b.add(OP, value, ShapeOf.value(b, like));
  }

  /** The value stretched to a shape. */
  static Value to(GraphBuilder b, Value value, Shape to) {
    return b.add(OP, value, b.constant(Tensor.vector(to.sizes())));
  }

  /** A tensor of the type of another value, all of one number. */
  public static Value filled(GraphBuilder b, double number, Value like) {
    return like(b, b.constant(Tensor.scalar(like.tensorType().dtype(), number)), like);
  }

  private static Shape shape(Operands in) {
    Shape x = in.shape(0);
    if (in.longs(1).isPresent()) {
      long[] sizes = in.longs(1).get();
      for (long size : sizes) {
        in.require(size >= 0, "shape %s has a negative size", Sizes.text(sizes));
      }
      return Broadcast.shape("expand", x, Shape.of(sizes));
    }
    long count = Sizes.count(in, 1);
    return count < 0 || !x.isRanked()
        ? Shape.UNRANKED
        : Broadcast.shape("expand", x, Axes.unknown((int) count));
  }

  private Expand() {}
}
