package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One example: named tensors, without an axis for the batch, and where they came from. */
public final class Sample {
  private final List<String> names;
  private final Tensor[] values;
  private final String origin;

  /** Takes over both; {@code names} is shared by all samples of a source. */
  Sample(List<String> names, Tensor[] values, String origin) {
    this.names = names;
    this.values = values;
    this.origin = origin;
  }

  /** A sample of these fields; {@code origin} is for messages, such as {@code data.csv line 7}. */
  public static Sample of(Map<String, Tensor> fields, String origin) {
    return new Sample(List.copyOf(fields.keySet()), fields.values().toArray(new Tensor[0]), origin);
  }

  /** A sample of one field. */
  public static Sample of(String name, Tensor value) {
    return new Sample(List.of(name), new Tensor[] {value}, "a sample");
  }

  /** A sample of two fields, say features and target. */
  public static Sample of(String name, Tensor value, String other, Tensor otherValue) {
    return new Sample(List.of(name, other), new Tensor[] {value, otherValue}, "a sample");
  }

  /** Names of the fields, in order. */
  public List<String> names() {
    return names;
  }

  /** The field at a position of {@link #names}. */
  Tensor value(int position) {
    return values[position];
  }

  /** A field. */
  public Tensor get(String name) {
    return values[position(name)];
  }

  private int position(String name) {
    int at = names.indexOf(name);
    if (at < 0) {
      throw new DataException(origin + ": there is no field '" + name + "', only " + names);
    }
    return at;
  }

  /** The same sample with a field replaced or added at the end. */
  public Sample with(String name, Tensor value) {
    int at = names.indexOf(name);
    if (at >= 0) {
      Tensor[] changed = values.clone();
      changed[at] = value;
      return new Sample(names, changed, origin);
    }
    Map<String, Tensor> fields = new LinkedHashMap<>(asMap());
    fields.put(name, value);
    return of(fields, origin);
  }

  /** The same sample without a field. */
  public Sample without(String name) {
    position(name);
    Map<String, Tensor> fields = new LinkedHashMap<>(asMap());
    fields.remove(name);
    return of(fields, origin);
  }

  /** The same sample with its fields in another order, or some of them. */
  public Sample only(List<String> fields) {
    List<Tensor> kept = new ArrayList<>();
    for (String field : fields) {
      kept.add(get(field));
    }
    return new Sample(List.copyOf(fields), kept.toArray(new Tensor[0]), origin);
  }

  /** The fields by name, in order. */
  public Map<String, Tensor> asMap() {
    Map<String, Tensor> fields = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      fields.put(names.get(i), values[i]);
    }
    return fields;
  }

  /** Where the sample came from, for messages. */
  public String origin() {
    return origin;
  }

  /** The same sample from elsewhere. */
  public Sample from(String where) {
    return new Sample(names, values, where);
  }

  @Override
  public String toString() {
    return origin + " " + asMap();
  }
}
