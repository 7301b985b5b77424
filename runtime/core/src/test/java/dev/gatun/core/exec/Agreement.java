package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphParser;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Ops;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Compares a session with the interpreter on random inputs, and tells which kernels ran. */
final class Agreement {
  /** Options from the properties gatun.backend and gatun.threads. */
  static SessionOptions options() {
    return SessionOptions.DEFAULT
        .backend(Backend.parse(System.getProperty("gatun.backend", "auto")))
        .threads(Integer.getInteger("gatun.threads", 0));
  }

  static Graph parse(String text) {
    return new GraphParser(Ops.ALL).parse(text);
  }

  /** Runs both; fails where they differ by more than the tolerance; returns the plan. */
  static Explanation check(String text, double tolerance) {
    return check(parse(text), tolerance, options());
  }

  static Explanation check(Graph graph, double tolerance, SessionOptions options) {
    Random random = new Random(graph.toString().hashCode());
    Map<String, Datum> inputs = new LinkedHashMap<>();
    Map<String, Type> types = new LinkedHashMap<>();
    for (Value input : graph.inputs()) {
      inputs.put(input.name(), random(input.tensorType(), random));
      types.put(input.name(), input.type());
    }
    List<Datum> expected = new Interpreter().run(graph, new ArrayList<>(inputs.values()));
    try (Session session = new Session(graph, Map.of(), options)) {
      for (int run = 0; run < 2; run++) {
        Outputs outputs = session.run(inputs);
        for (int i = 0; i < expected.size(); i++) {
          assertClose(
              graph.outputNames().get(i),
              expected.get(i),
              outputs.datum(graph.outputNames().get(i)),
              tolerance);
        }
      }
      return session.explain(types);
    }
  }

  static Tensor random(Type.OfTensor type, Random random) {
    TensorBuilder b = new TensorBuilder(type.dtype(), type.shape());
    for (long i = 0; i < type.shape().elements(); i++) {
      if (type.dtype().isFloat()) {
        b.set(i, random.nextGaussian());
      } else if (type.dtype() == DType.BOOL) {
        b.set(i, random.nextBoolean());
      } else {
        b.set(i, (long) random.nextInt(3));
      }
    }
    return b.build();
  }

  static void assertClose(String what, Datum expected, Datum found, double tolerance) {
    Tensor e = (Tensor) expected;
    Tensor f = (Tensor) found;
    assertEquals(e.type(), f.type(), what);
    for (long i = 0; i < e.elements(); i++) {
      double x = e.getDouble(i);
      double y = f.getDouble(i);
      // The text only for a failure: numbers of every element would take longer than the kernels.
      if (Double.compare(x, y) != 0 && !(Math.abs(x - y) <= tolerance * (1 + Math.abs(x)))) {
        fail(what + "[" + i + "]: expected " + x + ", got " + y);
      }
    }
  }

  private Agreement() {}
}
