package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
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
 * reshape(x, shape) = the elements of x, in order, in another shape.
 *
 * <p>A size of -1 takes what is left; a size of 0 copies the size of the same axis of x, unless
 * {@code allowZero}.
 */
public final class Reshape {
  public static final OpDef OP =
      OpDef.named("reshape")
          .inputs(2)
          .attr("allowZero", false)
          .fusion(FusionClass.INJECTIVE)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(in -> List.of(in.tensor(0).reshape(in.shape(0))))
          .gradient(g -> List.of(like(g.b(), g.dy(), g.x(0))))
          .define();

  /** The value in the shape of another one of as many elements. */
  public static Value like(GraphBuilder b, Value value, Value like) {
    return like.type().isFixed() && value.type().isFixed()
        ? to(value, like.tensorType().shape(), b)
        : b.add(OP, Attrs.of("allowZero", true), value, ShapeOf.value(b, like));
  }

  /** The value in another shape of as many elements; itself if it has that shape. */
  public static Value to(Value value, Shape shape, GraphBuilder b) {
    return value.tensorType().shape().equals(shape)
        ? value
        : b.add(OP, Attrs.of("allowZero", true), value, b.constant(Tensor.vector(shape.sizes())));
  }

  private static Shape shape(Operands in) {
    if (in.longs(1).isEmpty()) {
      return Sizes.ofLength(in, 1);
    }
    long[] wanted = in.longs(1).get();
    Shape x = in.shape(0);
    boolean copyZero = !in.attrs().flag("allowZero");
    long[] sizes = new long[wanted.length];
    int free = -1;
    long explicit = 1; // elements that the explicit sizes account for
    boolean[] copied = new boolean[x.isRanked() ? x.rank() : 0];
    for (int i = 0; i < wanted.length; i++) {
      sizes[i] = wanted[i];
      if (wanted[i] == -1) {
        in.require(free < 0, "shape %s has more than one -1", Sizes.text(wanted));
        free = i;
      } else if (wanted[i] == 0 && copyZero) {
        sizes[i] = Shape.UNKNOWN;
        if (x.isRanked()) {
          in.require(i < x.rank(), "shape %s copies axis %d, which x lacks", Sizes.text(wanted), i);
          sizes[i] = x.size(i);
          copied[i] = true;
        }
      } else {
        in.require(wanted[i] >= 0, "shape %s has a negative size", Sizes.text(wanted));
        explicit = Sizes.times(in, explicit, wanted[i]);
      }
    }
    long left = left(in, copied);
    if (left < 0) {
      return Shape.of(sizes);
    }
    if (free >= 0) {
      in.require(
          explicit == 0 ? left == 0 : left % explicit == 0,
          "%d elements do not divide into shape %s",
          left,
          Sizes.text(wanted));
      sizes[free] = explicit == 0 ? 0 : left / explicit;
    } else {
      in.require(
          left == explicit || x.isFixed() && x.elements() == 0 && Shape.of(sizes).elements() == 0,
          "shape %s has another number of elements than x",
          Sizes.text(wanted));
    }
    return Shape.of(sizes);
  }

  /** Elements of x without the copied axes, so that unknown sizes that are copied do not matter. */
  private static long left(Operands in, boolean[] copied) {
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return Shape.UNKNOWN;
    }
    long left = 1;
    for (int i = 0; i < x.rank(); i++) {
      if (!copied[i]) {
        if (x.size(i) < 0) {
          return Shape.UNKNOWN;
        }
        left = Sizes.times(in, left, x.size(i));
      }
    }
    return left;
  }

  private Reshape() {}
}
