package dev.gatun.core.tensor;

/** The type of a value: a tensor, a sequence, an optional or a map. */
public sealed interface Type {
  /** A tensor of one element type; the shape may be partly unknown. */
  record OfTensor(DType dtype, Shape shape) implements Type {
    @Override
    public String toString() {
      return dtype.name().toLowerCase(java.util.Locale.ROOT) + shape;
    }
  }

  /** An ordered list of values of one type. */
  record OfSequence(Type element) implements Type {
    @Override
    public String toString() {
      return "seq(" + element + ")";
    }
  }

  /** A value that may be missing. */
  record OfOptional(Type element) implements Type {
    @Override
    public String toString() {
      return "optional(" + element + ")";
    }
  }

  /** A map; keys are I64 or STRING. */
  record OfMap(DType key, Type value) implements Type {
    @Override
    public String toString() {
      return "map(" + key + ", " + value + ")";
    }
  }

  /** A tensor type. */
  static OfTensor tensor(DType dtype, Shape shape) {
    return new OfTensor(dtype, shape);
  }

  /** A tensor type of fixed sizes. */
  static OfTensor tensor(DType dtype, long... sizes) {
    return new OfTensor(dtype, Shape.of(sizes));
  }

  /** True for a tensor whose sizes are all known. */
  default boolean isFixed() {
    return this instanceof OfTensor(DType dtype, Shape shape) && shape.isFixed();
  }
}
