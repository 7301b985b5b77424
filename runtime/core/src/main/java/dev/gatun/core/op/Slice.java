package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * slice(x, starts, ends, axes?, steps?) = x[start:end:step] along the axes, as NumPy slices.
 *
 * <p>Starts and ends are clamped to the axis and count from its end when negative; a negative step
 * walks backwards. Without {@code axes} the first ones are meant.
 */
public final class Slice {
  public static final OpDef OP =
      OpDef.named("slice")
          .inputs(3, 5)
          .fusion(FusionClass.INJECTIVE)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(in -> List.of(run(in)))
          .gradient(Slice::gradient)
          .define();

  /** The first element and how many are taken along an axis of a size. */
  record Part(long first, long count) {
    static Part of(long start, long end, long step, long size) {
      long from = start < 0 ? start + size : start;
      long to = end < 0 ? end + size : end;
      if (step > 0) {
        from = Math.clamp(from, 0, size);
        to = Math.clamp(to, 0, size);
        return new Part(from, to <= from ? 0 : (to - from - 1) / step + 1);
      }
      if (size == 0) {
        return new Part(0, 0);
      }
      from = Math.clamp(from, 0, size - 1);
      to = Math.clamp(to, -1, size - 1);
      // Not a mistake: -(step + 1) does not overflow for the smallest step, -step would.
      return new Part(
          from, to >= from ? 0 : step == Long.MIN_VALUE ? 1 : (from - to - 1) / -step + 1);
    }
  }

  private static Shape shape(Operands in) {
    for (int i = 1; i < in.count(); i++) {
      if (in.has(i)) {
        Sizes.requireIntegers(in, i);
      }
    }
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return Shape.UNRANKED;
    }
    Optional<long[]> starts = in.longs(1);
    Optional<long[]> ends = in.longs(2);
    Optional<long[]> steps = in.longs(4);
    long count = starts.isPresent() ? starts.get().length : Sizes.count(in, 1);
    long[] axes;
    if (in.has(3)) {
      if (in.longs(3).isEmpty()) {
        return Axes.unknown(x.rank());
      }
      axes = in.longs(3).get();
    } else if (count >= 0) {
      axes = firstAxes((int) count);
    } else {
      return Axes.unknown(x.rank());
    }
    for (int i = 1; i < in.count(); i++) {
      in.require(
          in.longs(i).isEmpty() || in.longs(i).get().length == axes.length,
          "starts, ends, axes and steps must have the same length");
    }
    in.require(axes.length <= x.rank(), "%d axes are sliced of %d", axes.length, x.rank());
    int[] resolved = Axes.several(in, axes, x.rank());
    long[] sizes = x.sizes();
    for (int i = 0; i < resolved.length; i++) {
      int axis = resolved[i];
      if (starts.isPresent()
          && ends.isPresent()
          && (steps.isPresent() || !in.has(4))
          && sizes[axis] >= 0) {
        long step = steps.isPresent() ? steps.get()[i] : 1;
        in.require(step != 0, "a step must not be 0");
        sizes[axis] = Part.of(starts.get()[i], ends.get()[i], step, sizes[axis]).count();
      } else {
        sizes[axis] = Shape.UNKNOWN;
      }
    }
    return Shape.of(sizes);
  }

  private static long[] firstAxes(int count) {
    long[] axes = new long[count];
    Arrays.setAll(axes, i -> i);
    return axes;
  }

  /**
   * How a slice walks through x: the first element and the distance of neighbours along each axis,
   * in elements.
   */
  public record Walk(long offset, long[] strides) {
    /** The walk of a slice whose arguments are known; absent axes and steps are empty. */
    public static Walk of(
        Shape x, long[] starts, long[] ends, Optional<long[]> axes, Optional<long[]> steps) {
      long[] along = axes.orElseGet(() -> firstAxes(starts.length));
      long[] strides = Indexer.strides(x);
      long offset = 0;
      for (int i = 0; i < along.length; i++) {
        int axis = Axes.at(along[i], x.rank());
        long step = steps.isPresent() ? steps.get()[i] : 1;
        offset += Part.of(starts[i], ends[i], step, x.size(axis)).first() * strides[axis];
        strides[axis] *= step;
      }
      return new Walk(offset, strides);
    }
  }

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    Walk walk =
        Walk.of(
            x.shape(),
            in.longs(1),
            in.longs(2),
            in.has(3) ? Optional.of(in.longs(3)) : Optional.empty(),
            in.has(4) ? Optional.of(in.longs(4)) : Optional.empty());
    return StridedCopy.copy(x, in.shape(0), walk.offset(), walk.strides());
  }

  /** Axis by axis: turned around, spread by the step, and put between zeros. */
  private static List<Value> gradient(Backward g) {
    Shape x = g.x(0).tensorType().shape();
    if (!x.isFixed()) {
      throw g.error("has a gradient only if the shape is known, got %s", x);
    }
    Formula f = new Formula(g.b());
    long[] starts = g.constant(1).toLongs();
    long[] ends = g.constant(2).toLongs();
    long[] axes = g.has(3) ? g.constant(3).toLongs() : firstAxes(starts.length);
    Value dx = g.dy();
    for (int i = 0; i < starts.length; i++) {
      int axis = Axes.at(axes[i], x.rank());
      long step = g.has(4) ? g.constant(4).toLongs()[i] : 1;
      Part part = Part.of(starts[i], ends[i], step, x.size(axis));
      long first = part.first();
      if (step < 0) {
        dx = g.b().add(Flip.OP, Attrs.of("axes", new long[] {axis}), dx);
        first += (part.count() - 1) * step;
      }
      // A step beyond the axis takes one element, whatever it is.
      long gap = part.count() <= 1 || step == Long.MIN_VALUE ? 1 : Math.abs(step);
      dx = spread(f, dx, axis, gap);
      long after = x.size(axis) - first - part.count() * gap;
      dx =
          part.count() == 0
              ? f.padAxis(dx, axis, 0, x.size(axis))
              : f.padAxis(dx, axis, first, after);
    }
    return List.of(dx);
  }

  /** {@code gap} - 1 zeros after each element of an axis. */
  static Value spread(Formula f, Value x, int axis, long gap) {
    if (gap == 1) {
      return x;
    }
    Value apart = f.padAxis(f.unsqueeze(x, axis + 1), axis + 1, 0, gap - 1);
    long[] sizes = x.tensorType().shape().sizes();
    sizes[axis] *= gap;
    return f.reshape(apart, sizes);
  }

  private Slice() {}
}
