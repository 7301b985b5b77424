package dev.gatun.core.op;

import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;

/** Axis numbers as operators take them: counted from the end when negative, each at most once. */
final class Axes {
  /** The axis of a ranked shape. */
  static int one(Operands in, long axis, int rank) {
    int limit = Math.max(rank, 1);
    in.require(
        axis >= -limit && axis < limit,
        "axis %d is out of range; it must be in [%d, %d]",
        axis,
        -limit,
        limit - 1);
    return (int) (axis < 0 ? axis + limit : axis);
  }

  /** Several axes, in the order given. */
  static int[] several(Operands in, long[] axes, int rank) {
    in.require(axes.length <= rank, "%d axes are given of %d", axes.length, rank);
    int[] result = new int[axes.length];
    boolean[] seen = new boolean[Math.max(rank, 1)];
    for (int i = 0; i < axes.length; i++) {
      result[i] = one(in, axes[i], rank);
      in.require(!seen[result[i]], "axis %d is given twice", axes[i]);
      seen[result[i]] = true;
    }
    return result;
  }

  /** Which axes are among {@code axes}. */
  static boolean[] mask(Operands in, long[] axes, int rank) {
    boolean[] mask = new boolean[rank];
    if (rank == 0 && axes.length == 1) {
      one(in, axes[0], rank); // a scalar has the axis 0 but nothing along it
      return mask;
    }
    for (int axis : several(in, axes, rank)) {
      mask[axis] = true;
    }
    return mask;
  }

  /** A shape of which only the rank is known. */
  static Shape unknown(int rank) {
    long[] sizes = new long[rank];
    java.util.Arrays.fill(sizes, Shape.UNKNOWN);
    return Shape.of(sizes);
  }

  /** The axis for fixed shapes at run time; the type rule has checked it. */
  static int at(long axis, int rank) {
    return (int) (axis < 0 ? axis + Math.max(rank, 1) : axis);
  }

  private Axes() {}
}
