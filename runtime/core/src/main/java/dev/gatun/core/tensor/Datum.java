package dev.gatun.core.tensor;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value at run time. */
public sealed interface Datum permits Tensor, Datum.Sequence, Datum.Maybe, Datum.Mapping {
  /** The type of this very value; shapes are fixed. */
  Type type();

  /** An ordered list; {@code element} is the element type even when the list is empty. */
  record Sequence(Type element, List<Datum> items) implements Datum {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public Type type() {
      return new Type.OfSequence(element);
    }
  }

  /** An optional value. */
  record Maybe(Type element, @Nullable Datum value) implements Datum {
    @Override
    public Type type() {
      return new Type.OfOptional(element);
    }
  }

  /** A map with keys of type Long or String, in order. */
  record Mapping(DType key, Type value, Map<Object, Datum> entries) implements Datum {
    public Mapping {
      entries = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(entries));
    }

    @Override
    public Type type() {
      return new Type.OfMap(key, value);
    }
  }
}
