package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.tensor.Tensor;
import java.util.Map;

/**
 * A graph with its weights, as a reader made it; compile it to run it.
 *
 * @param graph what to compute
 * @param defaults values of inputs that need not be given
 * @param metadata what the file says about itself: producer, version, ...
 */
public record Model(Graph graph, Map<String, Tensor> defaults, Map<String, String> metadata)
    implements AutoCloseable {
  public Model {
    defaults = Map.copyOf(defaults);
    metadata = Map.copyOf(metadata);
  }

  /** Makes a session with default options. */
  public Session compile() {
    return compile(SessionOptions.DEFAULT);
  }

  /** Makes a session. */
  public Session compile(SessionOptions options) {
    return new Session(graph, defaults, options);
  }

  /** Weights mapped from a file stay mapped as long as somebody holds a tensor of them. */
  @Override
  public void close() {}
}
