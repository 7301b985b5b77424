package dev.gatun.core.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Sizes of the axes, outermost first; a size may be unknown until run time, and so may the rank.
 *
 * <p>An unknown size may carry a name ("batch"), which is for people: equal names are not proof of
 * equal sizes.
 */
public final class Shape {
  /** The size of an axis that is not known yet. */
  public static final long UNKNOWN = -1;

  /** The shape of a value of which not even the rank is known. */
  public static final Shape UNRANKED = new Shape(null, null);

  /** The shape of a single number. */
  public static final Shape SCALAR = new Shape(new long[0], null);

  private final long @Nullable [] sizes;
  private final @Nullable List<@Nullable String> names;

  private Shape(long @Nullable [] sizes, @Nullable List<@Nullable String> names) {
    this.sizes = sizes;
    this.names = names;
  }

  /** A shape of the given sizes, {@link #UNKNOWN} allowed. */
  public static Shape of(long... sizes) {
    for (long size : sizes) {
      if (size < UNKNOWN) {
        throw new ShapeException(
            "shape " + Arrays.toString(sizes) + " has a negative size; sizes must be 0 or more");
      }
    }
    return new Shape(sizes.clone(), null);
  }

  /** A shape whose unknown sizes have names; {@code names} has an entry, maybe null, an axis. */
  public static Shape named(long[] sizes, List<@Nullable String> names) {
    if (names.size() != sizes.length) {
      throw new IllegalArgumentException(sizes.length + " sizes but " + names.size() + " names");
    }
    of(sizes);
    return new Shape(sizes.clone(), java.util.Collections.unmodifiableList(names));
  }

  public boolean isRanked() {
    return sizes != null;
  }

  /** True when rank and every size are known. */
  public boolean isFixed() {
    if (sizes == null) {
      return false;
    }
    for (long size : sizes) {
      if (size < 0) {
        return false;
      }
    }
    return true;
  }

  /** Number of axes; the shape must be ranked. */
  public int rank() {
    return known().length;
  }

  /** Size of an axis, counted from the end when negative; {@link #UNKNOWN} when not known. */
  public long size(int axis) {
    long[] known = known();
    int at = axis < 0 ? axis + known.length : axis;
    if (at < 0 || at >= known.length) {
      throw new ShapeException("axis " + axis + " is out of range for shape " + this);
    }
    return known[at];
  }

  /** A copy of the sizes; the shape must be ranked. */
  public long[] sizes() {
    return known().clone();
  }

  /** Number of elements; the shape must be fixed. */
  public long elements() {
    if (!isFixed()) {
      throw new ShapeException("shape " + this + " is not fixed");
    }
    long product = 1;
    for (long size : known()) {
      if (Math.multiplyHigh(product, size) != 0 || product * size < 0) {
        throw new ShapeException("shape " + this + " has more than 2^63 elements");
      }
      product *= size;
    }
    return product;
  }

  /** What two shapes have in common; sizes that differ are unknown. */
  public static Shape join(Shape a, Shape b) {
    if (!a.isRanked() || !b.isRanked() || a.rank() != b.rank()) {
      return UNRANKED;
    }
    long[] sizes = a.sizes();
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = sizes[i] == b.size(i) ? sizes[i] : UNKNOWN;
    }
    return of(sizes);
  }

  /** Resolves an axis counted from the end; {@code op} is for the message. */
  public int axis(String op, long axis) {
    // A scalar has, as in NumPy's reductions, the axes 0 and -1.
    int rank = Math.max(rank(), 1);
    if (axis < -rank || axis >= rank) {
      throw new ShapeException(
          "op '" + op + "': axis " + axis + " is out of range for shape " + this);
    }
    return (int) (axis < 0 ? axis + rank : axis);
  }

  private long[] known() {
    if (sizes == null) {
      throw new ShapeException("the rank of this value is not known before run time");
    }
    return sizes;
  }

  /** Two shapes are equal when their sizes are; names do not count. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  @Override
  public String toString() {
    if (sizes == null) {
      return "[?...]";
    }
    StringJoiner text = new StringJoiner(", ", "[", "]");
    for (int i = 0; i < sizes.length; i++) {
      String name = names == null ? null : names.get(i);
      text.add(sizes[i] >= 0 ? Long.toString(sizes[i]) : name == null ? "?" : name);
    }
    return text.toString();
  }
}
