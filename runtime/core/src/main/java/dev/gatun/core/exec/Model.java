package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import java.util.Map;

/**
 * A graph with its weights, as a reader made it; compile it to run it.
 *
 * @param graph what to compute
 * @param metadata what the file says about itself: producer, version, ...
 */
public record Model(Graph graph, Map<String, String> metadata) implements AutoCloseable {
  public Model {
    metadata = Map.copyOf(metadata);
  }

  /** Makes a session with default options. */
  public Session compile() {
    return compile(SessionOptions.DEFAULT);
  }

  /** Makes a session. */
  public Session compile(SessionOptions options) {
    return new Session(graph, options);
  }

  /** Weights mapped from a file stay mapped as long as somebody holds a tensor of them. */
  @Override
  public void close() {}
}
