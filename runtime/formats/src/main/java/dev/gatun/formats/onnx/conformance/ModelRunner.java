package dev.gatun.formats.onnx.conformance;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.tensor.Datum;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What runs the models of a suite: the interpreter, or sessions of the compiler. */
public interface ModelRunner {
  /** Operator by operator, with the reference meaning. */
  ModelRunner REFERENCE = model -> inputs -> new Interpreter().run(model.graph(), inputs);

  /** Compiled sessions, one a model. */
  static ModelRunner sessions(SessionOptions options) {
    return model -> new Compiled(model, model.compile(options));
  }

  /** Prepares a model. */
  Prepared prepare(Model model);

  /** A model that can be run any number of times. */
  interface Prepared extends AutoCloseable {
    /** Values of the outputs for values of all inputs, in the graph's order. */
    List<Datum> run(List<Datum> inputs);

    @Override
    default void close() {}
  }

  /** A model in a session. */
  record Compiled(Model model, Session session) implements Prepared {
    @Override
    public List<Datum> run(List<Datum> inputs) {
      Map<String, Datum> named = new LinkedHashMap<>();
      for (int i = 0; i < inputs.size(); i++) {
        named.put(model.graph().inputs().get(i).name(), inputs.get(i));
      }
      Outputs outputs = session.run(named);
      return new ArrayList<>(outputs.asMap().values());
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
