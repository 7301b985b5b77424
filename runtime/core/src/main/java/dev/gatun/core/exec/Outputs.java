package dev.gatun.core.exec;

import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Results of a run by name, in the order of the model's outputs.
 *
 * <p>They need not be closed; whoever runs a model with large outputs again and again should,
 * because the next run can then write where these results are.
 */
public final class Outputs implements AutoCloseable {
  private final Map<String, Datum> values = new LinkedHashMap<>();
  private final Runnable giveBack;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Results.
   *
   * @param giveBack what to do when nobody reads them any more
   */
  Outputs(List<String> names, List<Datum> data, Runnable giveBack) {
    for (int i = 0; i < names.size(); i++) {
      values.put(names.get(i), data.get(i));
    }
    this.giveBack = giveBack;
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
    requireOpen();
    Datum datum = values.get(name);
    if (datum == null) {
      throw new GatunException(
          "there is no output '" + name + "'; the outputs are " + values.keySet());
    }
    return datum;
  }

  /** All outputs. */
  public Map<String, Datum> asMap() {
    requireOpen();
    return Collections.unmodifiableMap(values);
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new GatunException("the outputs are closed; read them before, or keep copies");
    }
  }

  /** Gives the memory back for later runs: tensors got from here must not be read any more. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      giveBack.run();
    }
  }
}
