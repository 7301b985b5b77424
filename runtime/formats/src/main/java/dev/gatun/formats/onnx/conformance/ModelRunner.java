package dev.gatun.formats.onnx.conformance;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.tensor.Datum;
import java.util.List;

/** What runs the models of a suite: the interpreter, or sessions of the compiler. */
public interface ModelRunner {
  /** Operator by operator, with the reference meaning. */
  ModelRunner REFERENCE = graph -> inputs -> new Interpreter().run(graph, inputs);

  /** Prepares a graph. */
  Prepared prepare(Graph graph);

  /** A graph that can be run any number of times. */
  interface Prepared extends AutoCloseable {
    /** Values of the outputs. */
    List<Datum> run(List<Datum> inputs);

    @Override
    default void close() {}
  }
}
