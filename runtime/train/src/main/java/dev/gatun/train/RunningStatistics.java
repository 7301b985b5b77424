package dev.gatun.train;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.data.Batch;
import dev.gatun.train.data.BatchCursor;
import dev.gatun.train.data.Batches;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.NetGraph;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What batch norms know about data from elsewhere: estimated again on samples without labels, all
 * parameters stay as they are (Li and others 2016, "Revisiting Batch Normalization for Practical
 * Domain Adaptation").
 */
public final class RunningStatistics {
  /** Prefix of outputs, which must not be called like the buffers that are inputs. */
  private static final String NEXT = "next/";

  /**
   * The net with statistics of these data. They move as in training, by the momentum of each layer,
   * so that a few hundred batches forget what was there: more passes where there are fewer.
   *
   * @param data has the net's inputs; batches that are filled up with empty rows are left out
   * @param passes how often the data are gone through
   * @throws GatunException if the net has no statistics that training would move
   */
  public static Net estimated(Net net, Batches data, int passes) {
    GraphBuilder b = new GraphBuilder("statistics");
    Map<String, Tensor> buffers = new LinkedHashMap<>();
    NetGraph graph =
        net.write(
            b,
            true,
            p -> {
              if (!p.buffer()) {
                return b.constant(p.name(), net.weight(p.name()));
              }
              buffers.put(p.name(), net.weight(p.name()));
              return b.input(p.name(), Type.tensor(p.dtype(), p.shape()));
            },
            () -> b.constant(Tensor.vector(0, 0)));
    if (graph.updates().isEmpty()) {
      throw new GatunException(
          "statistics: no buffer of the net moves in training; are its norms frozen?");
    }
    for (Map.Entry<String, Value> update : graph.updates().entrySet()) {
      b.output(NEXT + update.getKey(), update.getValue());
    }
    long batches = 0;
    Map<String, Tensor> last = new LinkedHashMap<>();
    try (Session session = new Model(b.build(), Map.of(), Map.of()).compile()) {
      for (int pass = 0; pass < passes; pass++) {
        try (BatchCursor cursor = data.open(pass)) {
          while (cursor.hasNext()) {
            try (Batch batch = cursor.next()) {
              if (batch.rows() == batch.size()) {
                step(session, net, batch, buffers, graph);
                batches++;
              }
            }
          }
        }
      }
      // The session's memory goes with it.
      buffers.forEach((name, value) -> last.put(name, Weights.copy(value)));
    }
    if (batches == 0) {
      throw new GatunException("statistics: there is no full batch in " + passes + " passes");
    }
    return net.withWeights(last);
  }

  private static void step(
      Session session, Net net, Batch batch, Map<String, Tensor> buffers, NetGraph graph) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(buffers);
    for (Input input : net.inputs()) {
      inputs.put(input.name(), batch.get(input.name()));
    }
    // Not closed: the results are the next step's inputs.
    Outputs outputs = session.run(inputs);
    graph.updates().keySet().forEach(name -> buffers.put(name, outputs.get(NEXT + name)));
  }

  private RunningStatistics() {}
}
