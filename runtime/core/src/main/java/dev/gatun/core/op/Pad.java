package dev.gatun.core.op;

import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * pad(x, pads, value?, axes?) = x with {@code pads} elements added before and after each axis.
 *
 * <p>{@code pads} lists those before the axes, then those after; negative ones take away. {@code
 * mode} says what is added: "constant" the value (0 or empty by default), "edge" the outermost
 * element, "reflect" the mirror image without the edge, "wrap" the other end.
 */
public final class Pad {
  public static final OpDef OP =
      OpDef.named("pad")
          .inputs(2, 4)
          .attr("mode", "constant")
          .fusion(FusionClass.INJECTIVE)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(in -> List.of(run(in)))
          .gradient(Pad::gradient)
          .define();

  private static Shape shape(Operands in) {
    String mode = in.attrs().text("mode");
    in.require(
        List.of("constant", "reflect", "edge", "wrap").contains(mode),
        "mode must be constant, reflect, edge or wrap, got '%s'",
        mode);
    Sizes.requireIntegers(in, 1);
    in.require(
        !in.has(2) || in.dtype(2) == in.dtype(0), "the value must have the element type of x");
    in.require(
        !in.has(2) || !in.shape(2).isFixed() || in.shape(2).elements() == 1,
        "the value must be a single one");
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return Shape.UNRANKED;
    }
    if (in.longs(1).isEmpty() || in.has(3) && in.longs(3).isEmpty()) {
      return Axes.unknown(x.rank());
    }
    long[] pads = in.longs(1).get();
    int[] axes = axes(in, x.rank());
    in.require(
        pads.length == 2 * axes.length,
        "pads %s needs two numbers for each of %d axes",
        Sizes.text(pads),
        axes.length);
    long[] sizes = x.sizes();
    for (int i = 0; i < axes.length; i++) {
      long before = pads[i];
      long after = pads[i + axes.length];
      long size = sizes[axes[i]];
      if (size < 0) {
        continue;
      }
      sizes[axes[i]] = size + before + after;
      in.require(
          sizes[axes[i]] >= 0, "pads %s take more than axis %d has", Sizes.text(pads), axes[i]);
      in.require(
          mode.equals("constant") || size > 0 || sizes[axes[i]] == 0,
          "axis %d is empty, mode '%s' has nothing to repeat",
          axes[i],
          mode);
    }
    return Shape.of(sizes);
  }

  private static int[] axes(Operands in, int rank) {
    if (in.has(3)) {
      return Axes.several(in, in.longs(3).orElseThrow(), rank);
    }
    int[] axes = new int[rank];
    Arrays.setAll(axes, i -> i);
    return axes;
  }

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    int rank = x.shape().rank();
    long[] pads = in.longs(1);
    TensorBuilder y = in.builder(0);
    if (in.has(2)) {
      for (long i = 0; i < y.shape().elements(); i++) {
        y.copy(i, in.tensor(2), 0);
      }
    }
    long[][] maps = MappedCopy.same(y.shape());
    int count = pads.length / 2;
    for (int i = 0; i < count; i++) {
      int axis = in.has(3) ? Axes.at(in.longs(3)[i], rank) : i;
      long before = pads[i];
      long size = x.shape().size(axis);
      String mode = in.attrs().text("mode");
      Arrays.setAll(maps[axis], k -> source(mode, k - before, size));
    }
    MappedCopy.into(y, x, maps);
    return y.build();
  }

  /** The index that an index beyond the ends stands for; -1 for the constant. */
  public static long source(String mode, long index, long size) {
    return switch (mode) {
      case "edge" -> Math.clamp(index, 0, size - 1);
      case "wrap" -> Math.floorMod(index, size);
      case "reflect" -> {
        long period = Math.max(1, 2 * (size - 1));
        long at = Math.floorMod(index, period);
        yield at < size ? at : period - at;
      }
      default -> index >= 0 && index < size ? index : -1;
    };
  }

  private static List<Value> gradient(Backward g) {
    Formula f = new Formula(g.b());
    Value axes = g.has(3) ? g.x(3) : Value.ABSENT;
    String mode = g.attrs().text("mode");
    if (mode.equals("constant")) {
      Value back = g.b().add(OP, g.dy(), negated(f, g.x(1)), Value.ABSENT, axes);
      Value outside =
          g.wants(2)
              ? Reshape.like(g.b(), f.sub(f.total(g.dy()), f.total(back)), g.x(2))
              : Value.ABSENT;
      return List.of(back, Value.ABSENT, outside);
    }
    // The last axis that was padded comes first: each turns one axis back.
    Shape x = g.x(0).tensorType().shape();
    long[] pads = g.constant(1).toLongs();
    long[] along = g.has(3) ? g.constant(3).toLongs() : LongStream.range(0, x.rank()).toArray();
    if (!x.isFixed()) {
      throw g.error("with mode '%s' has a gradient only if the shape is known, got %s", mode, x);
    }
    Value dx = g.dy();
    for (int i = 0; i < along.length; i++) {
      long before = pads[i];
      long after = pads[i + along.length];
      int axis = Axes.at(along[i], x.rank());
      if (before != 0 || after != 0) {
        long size = x.size(axis);
        long[] from =
            LongStream.range(0, size + before + after)
                .map(k -> source(mode, k - before, size))
                .toArray();
        long[] sizes = dx.tensorType().shape().sizes();
        sizes[axis] = size;
        Value like = Expand.to(g.b(), f.number(dx, 0), Shape.of(sizes));
        dx = Gather.scatter(g.b(), dx, f.longs(from), like, axis);
      }
    }
    return List.of(dx);
  }

  /** A constant stays one, so that shapes stay known. */
  private static Value negated(Formula f, Value pads) {
    return pads.constant()
        .map(known -> f.longs(Arrays.stream(known.toLongs()).map(p -> -p).toArray()))
        .orElseGet(() -> f.neg(f.cast(pads, DType.I64)));
  }

  private Pad() {}
}
