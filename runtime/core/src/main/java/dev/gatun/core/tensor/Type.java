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

  /**
   * The narrowest type that two types have in common: sizes that differ are unknown, ranks that
   * differ make a shape unranked, and of an optional and a plain value it is the optional. Fails
   * for types that have nothing in common.
   */
  static Type join(Type a, Type b) {
    if (a.equals(b)) {
      return a;
    }
    return switch (a) {
      case OfTensor(DType x, Shape s) when b instanceof OfTensor(DType y, Shape t) && x == y ->
          new OfTensor(x, Shape.join(s, t));
      case OfSequence(Type x) when b instanceof OfSequence(Type y) -> new OfSequence(join(x, y));
      case OfOptional(Type x) when b instanceof OfOptional(Type y) -> new OfOptional(join(x, y));
      case OfOptional(Type x) when b instanceof OfTensor || b instanceof OfSequence ->
          new OfOptional(join(x, b));
      case OfMap(DType x, Type v) when b instanceof OfMap(DType y, Type w) && x == y ->
          new OfMap(x, join(v, w));
      default -> {
        if (b instanceof OfOptional && !(a instanceof OfOptional)) {
          yield join(b, a);
        }
        throw new ShapeException("a value cannot be both " + a + " and " + b);
      }
    };
  }

  /** True for a tensor whose sizes are all known. */
  default boolean isFixed() {
    return this instanceof OfTensor(DType dtype, Shape shape) && shape.isFixed();
  }
}
