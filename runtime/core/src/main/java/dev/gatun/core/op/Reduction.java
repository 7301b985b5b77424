package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * What the reduce operators share: (x, axes?){keepDims, noopWithEmptyAxes} and the walk over
 * groups.
 *
 * <p>Without axes all are reduced; with {@code noopWithEmptyAxes} none is, so that each element is
 * a group of its own. Floating values are folded in double precision and rounded once.
 */
final class Reduction {
  /** The result for the values of one group, which may be empty. */
  interface Real {
    double fold(double[] values);
  }

  /** The same for integers and booleans of a type. */
  interface Whole {
    long fold(DType type, long[] values);
  }

  /** A reduction of numbers. */
  static OpDef define(String name, Real real, Whole whole, OpDef.Gradient gradient) {
    return define(name, real, whole, gradient, false);
  }

  /** A reduction of numbers and, if {@code booleans}, of truth values. */
  static OpDef define(
      String name, Real real, Whole whole, OpDef.Gradient gradient, boolean booleans) {
    return OpDef.named(name)
        .inputs(1, 2)
        .attr("keepDims", true)
        .attr("noopWithEmptyAxes", false)
        .fusion(FusionClass.REDUCE)
        .types(
            in -> {
              in.require(
                  in.dtype(0).isNumber() || booleans && in.dtype(0) == DType.BOOL,
                  "is not defined for %s; cast it first",
                  in.dtype(0));
              return List.of(Type.tensor(in.dtype(0), shape(in)));
            })
        .reference(in -> List.of(run(in, real, whole)))
        .gradient(gradient)
        .define();
  }

  /** Integers by way of double precision, truncated. */
  static Whole truncated(Real real) {
    return (type, values) -> {
      double[] reals = new double[values.length];
      for (int i = 0; i < reals.length; i++) {
        reals[i] =
            type == DType.U64 && values[i] < 0 ? (values[i] >>> 1) * 2.0 : (double) values[i];
      }
      return (long) real.fold(reals);
    };
  }

  private static Shape shape(Operands in) {
    Shape x = in.shape(0);
    boolean keep = in.attrs().flag("keepDims");
    if (in.has(1) && in.longs(1).isEmpty()) {
      Sizes.requireIntegers(in, 1);
      return keep && x.isRanked() ? Axes.unknown(x.rank()) : Shape.UNRANKED;
    }
    long[] axes = in.longs(1).orElseGet(() -> new long[0]);
    boolean all = axes.length == 0 && !in.attrs().flag("noopWithEmptyAxes");
    if (!x.isRanked()) {
      return all && !keep ? Shape.SCALAR : Shape.UNRANKED;
    }
    return reduced(x, mask(in, axes, x.rank()), keep);
  }

  private static boolean[] mask(Operands in, long[] axes, int rank) {
    boolean[] mask = Axes.mask(in, axes, rank);
    if (axes.length == 0 && !in.attrs().flag("noopWithEmptyAxes")) {
      java.util.Arrays.fill(mask, true);
    }
    return mask;
  }

  /** The shape without the marked axes, or with size 1 there. */
  static Shape reduced(Shape x, boolean[] mask, boolean keep) {
    List<Long> sizes = new ArrayList<>();
    for (int i = 0; i < mask.length; i++) {
      if (!mask[i]) {
        sizes.add(x.size(i));
      } else if (keep) {
        sizes.add(1L);
      }
    }
    return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  private static Tensor run(Evaluation in, Real real, Whole whole) {
    Tensor x = in.tensor(0);
    int rank = x.shape().rank();
    boolean[] mask = new boolean[rank];
    long[] axes = in.has(1) ? in.longs(1) : new long[0];
    for (long axis : axes) {
      if (rank > 0) {
        mask[Axes.at(axis, rank)] = true;
      }
    }
    if (axes.length == 0 && !in.attrs().flag("noopWithEmptyAxes")) {
      java.util.Arrays.fill(mask, true);
    }
    TensorBuilder y = in.builder(0);
    Shape outer = reduced(x.shape(), mask, false);
    Shape inner = reduced(x.shape(), inverse(mask), false);
    Indexer group = new Indexer(outer, strides(x.shape(), mask, false));
    Indexer member = new Indexer(inner, strides(x.shape(), mask, true));
    int size = Sizes.toInt(inner.elements());
    double[] reals = new double[x.dtype().isFloat() ? size : 0];
    long[] wholes = new long[x.dtype().isFloat() ? 0 : size];
    long groups = outer.elements();
    for (long g = 0; g < groups; g++, group.step()) {
      for (int i = 0; i < size; i++, member.step()) {
        long from = group.offset(0) + member.offset(0);
        if (reals.length > 0) {
          reals[i] = x.getDouble(from);
        } else {
          wholes[i] = x.getLong(from);
        }
      }
      if (x.dtype().isFloat()) {
        y.set(g, real.fold(reals));
      } else {
        y.set(g, whole.fold(x.dtype(), wholes));
      }
    }
    return y.build();
  }

  private static boolean[] inverse(boolean[] mask) {
    boolean[] inverse = new boolean[mask.length];
    for (int i = 0; i < mask.length; i++) {
      inverse[i] = !mask[i];
    }
    return inverse;
  }

  /** The strides of the axes that are marked, or of those that are not. */
  private static long[] strides(Shape shape, boolean[] mask, boolean marked) {
    long[] all = Indexer.strides(shape);
    long[] some = new long[all.length];
    int n = 0;
    for (int i = 0; i < all.length; i++) {
      if (mask[i] == marked) {
        some[n++] = all[i];
      }
    }
    return java.util.Arrays.copyOf(some, n);
  }

  private Reduction() {}
}
