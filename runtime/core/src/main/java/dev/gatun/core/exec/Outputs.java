package dev.gatun.core.exec;

import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Results of a run by name, in the order of the model's outputs. */
public final class Outputs {
  private final Map<String, Datum> values = new LinkedHashMap<>();

  Outputs(List<String> names, List<Datum> data) {
    for (int i = 0; i < names.size(); i++) {
      values.put(names.get(i), data.get(i));
    }
  }

  /** A tensor output. */
  public Tensor get(String name) {
    if (datum(name) instanceof Tensor tensor) {
      return tensor;
    }
    throw new GatunException("output '" + name + "' is no tensor but " + datum(name).type());
  }

  /** An output of any type. */
  public Datum datum(String name) {
    Datum datum = values.get(name);
    if (datum == null) {
      throw new GatunException(
          "there is no output '" + name + "'; the outputs are " + values.keySet());
    }
    return datum;
  }

  /** All outputs. */
  public Map<String, Datum> asMap() {
    return Collections.unmodifiableMap(values);
  }
}
