package dev.gatun.core.graph;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a node: an immutable map with typed getters.
 *
 * <p>Values are Long, Double, Boolean, String, DType, Tensor, Type, Graph or List of Long, Double
 * or String. One uniform type, not a record an operator: the text form, value numbering and
 * importers then need neither reflection nor code of their own for each operator; {@link OpDef}
 * checks names and kinds when a node is made.
 */
public final class Attrs {
  /** No attributes. */
  public static final Attrs NONE = new Attrs(new TreeMap<>());

  private final SortedMap<String, Object> values;

  private Attrs(SortedMap<String, Object> values) {
    this.values = values;
  }

  /** Attributes from name, value, name, value, ... ; int and long[] values become Long and List. */
  public static Attrs of(Object... namesAndValues) {
    Attrs attrs = NONE;
    for (int i = 0; i < namesAndValues.length; i += 2) {
      attrs = attrs.with((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return attrs;
  }

  /** A copy with one attribute set. */
  public Attrs with(String name, Object value) {
    SortedMap<String, Object> copy = new TreeMap<>(values);
    copy.put(name, canonical(name, value));
    return new Attrs(copy);
  }

  /** A copy without an attribute. */
  public Attrs without(String name) {
    SortedMap<String, Object> copy = new TreeMap<>(values);
    copy.remove(name);
    return new Attrs(copy);
  }

  private static Object canonical(String name, Object value) {
    return switch (value) {
      case Integer i -> (Object) i.longValue();
      case Float f -> (double) f;
      case Long l -> l;
      case Double d -> d;
      case Boolean b -> b;
      case String s -> s;
      case DType t -> t;
      case Tensor t -> t;
      case Type t -> t;
      case Graph g -> g;
      case int[] a -> {
        List<Long> list = new ArrayList<>();
        for (int x : a) {
          list.add((long) x);
        }
        yield List.copyOf(list);
      }
      case long[] a -> {
        List<Long> list = new ArrayList<>();
        for (long x : a) {
          list.add(x);
        }
        yield List.copyOf(list);
      }
      case double[] a -> {
        List<Double> list = new ArrayList<>();
        for (double x : a) {
          list.add(x);
        }
        yield List.copyOf(list);
      }
      case List<?> list -> List.copyOf(list);
      default ->
          throw new IllegalArgumentException(
              "attribute '" + name + "' has a value of unsupported " + value.getClass());
    };
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** All attributes, sorted by name. */
  public Map<String, Object> asMap() {
    return java.util.Collections.unmodifiableMap(values);
  }

  public long integer(String name) {
    return get(name, Long.class);
  }

  public int intValue(String name) {
    return toInt(name, integer(name));
  }

  private static int toInt(String name, long value) {
    if (value != (int) value) {
      throw new GatunException("attribute '" + name + "' is out of range: " + value);
    }
    return (int) value;
  }

  public double real(String name) {
    Object value = values.get(name);
    return value instanceof Long whole ? (double) whole : get(name, Double.class);
  }

  public boolean flag(String name) {
    return get(name, Boolean.class);
  }

  public String text(String name) {
    return get(name, String.class);
  }

  public DType dtype(String name) {
    return get(name, DType.class);
  }

  public Tensor tensor(String name) {
    return get(name, Tensor.class);
  }

  public Type type(String name) {
    return get(name, Type.class);
  }

  public Graph graph(String name) {
    return get(name, Graph.class);
  }

  public long[] longs(String name) {
    List<Long> list = list(name, Long.class);
    long[] result = new long[list.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = list.get(i);
    }
    return result;
  }

  public int[] ints(String name) {
    long[] longs = longs(name);
    int[] result = new int[longs.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = toInt(name, longs[i]);
    }
    return result;
  }

  public double[] reals(String name) {
    List<Number> list = list(name, Number.class);
    double[] result = new double[list.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = list.get(i).doubleValue();
    }
    return result;
  }

  public List<String> texts(String name) {
    return list(name, String.class);
  }

  private <T> List<T> list(String name, Class<T> type) {
    List<T> result = new ArrayList<>();
    for (Object item : get(name, List.class)) {
      if (!type.isInstance(item)) {
        throw new GatunException(
            "attribute '" + name + "' must be a list of " + type.getSimpleName() + ", has " + item);
      }
      result.add(type.cast(item));
    }
    return result;
  }

  /** The integers if the attribute is there. */
  public Optional<long[]> optionalLongs(String name) {
    return has(name) ? Optional.of(longs(name)) : Optional.empty();
  }

  private <T> T get(String name, Class<T> type) {
    Object value = values.get(name);
    if (!type.isInstance(value)) {
      throw new GatunException(
          value == null
              ? "attribute '" + name + "' is missing"
              : "attribute '" + name + "' must be " + type.getSimpleName() + ", got " + value);
    }
    return type.cast(value);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Attrs attrs && values.equals(attrs.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
