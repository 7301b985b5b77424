package dev.gatun.core.op;

import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import java.util.Arrays;

/** Sizes of axes given as int64 tensors, and products of sizes that may be unknown. */
final class Sizes {
  /** A shape from input {@code i}, a list of sizes, of which only the length may be known. */
  static Shape ofLength(Operands in, int i) {
    long rank = count(in, i);
    return rank < 0 ? Shape.UNRANKED : Axes.unknown((int) rank);
  }

  /** The length of input {@code i}, a vector; {@link Shape#UNKNOWN} when not known. */
  static long count(Operands in, int i) {
    Shape shape = in.shape(i);
    if (!shape.isRanked()) {
      return Shape.UNKNOWN;
    }
    in.require(shape.rank() == 1, "input %d must be a vector, got %s", i, shape);
    in.require(shape.size(0) < 1 << 10, "input %d has more than 1024 sizes: %s", i, shape);
    return shape.size(0);
  }

  /** A product of sizes, none unknown. */
  static long times(Operands in, long x, long y) {
    long high = Math.multiplyHigh(x, y);
    in.require(high == 0 && x * y >= 0, "the number of elements exceeds 2^63");
    return x * y;
  }

  /** Elements in axes [from, to); {@link Shape#UNKNOWN} when a size is. */
  static long product(Operands in, Shape shape, int from, int to) {
    long product = 1;
    for (int axis = from; axis < to; axis++) {
      if (shape.size(axis) < 0) {
        return Shape.UNKNOWN;
      }
      product = times(in, product, shape.size(axis));
    }
    return product;
  }

  /** The value of an input that is a single number, if it is constant. */
  static long single(Operands in, int i, long otherwise) {
    Shape shape = in.shape(i);
    in.require(!shape.isFixed() || shape.elements() == 1, "input %d must be a single number", i);
    return in.longs(i).map(v -> v[0]).orElse(otherwise);
  }

  /** A size as the length of an array. */
  static int toInt(long size) {
    if (size != (int) size) {
      throw new ShapeException("a size of " + size + " is too large for the heap");
    }
    return (int) size;
  }

  /** Checks that an input holds integers, as axes, sizes and indices do. */
  static void requireIntegers(Operands in, int i) {
    in.require(in.dtype(i).isInteger(), "input %d must be of an integer type", i);
  }

  /** Sizes for a message. */
  static String text(long[] sizes) {
    return Arrays.toString(sizes);
  }

  private Sizes() {}
}
