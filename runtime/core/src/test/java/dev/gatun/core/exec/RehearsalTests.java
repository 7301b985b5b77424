package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Attention;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Relu;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.ffi.OneDnn;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RehearsalTests {
  private static final Random RANDOM = new Random(5);

  /** A product heavy enough for a rehearsal, and attention, which oneDNN has not. */
  private static Graph graph() {
    GraphBuilder b = new GraphBuilder("heavy");
    Value x = b.input("x", Type.tensor(DType.F32, Shape.of(311, 1000)));
    Value q = b.input("q", Type.tensor(DType.F32, Shape.of(1, 2, 37, 16)));
    Value w = b.constant("w", random(1000, 1008));
    Value y = b.add(Relu.OP, b.add(Matmul.OP, x, w));
    b.output("y", y);
    b.output("v", b.add(Relu.OP, b.add(Matmul.OP, y, b.constant("u", random(1008, 50)))));
    b.output("z", b.add(Attention.OP, q, q, q));
    return b.build();
  }

  private static Tensor random(int... sizes) {
    int count = 1;
    long[] shape = new long[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      count *= sizes[i];
      shape[i] = sizes[i];
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) RANDOM.nextGaussian();
    }
    return Tensor.of(values, shape);
  }

  @Test
  void oneDnnServesUntilOwnKernelsTakeOver() throws InterruptedException {
    assumeTrue(OneDnn.find().library().isPresent(), "oneDNN is not here");
    Graph graph = graph();
    Map<String, Tensor> inputs = Map.of("x", random(311, 1000), "q", random(1, 2, 37, 16));
    SessionOptions options = SessionOptions.DEFAULT.threads(2);
    Outputs expected;
    try (Session session = new Session(graph, Map.of(), options.backend(Backend.VECTOR))) {
      expected = session.run(inputs);
    }
    try (Session session = new Session(graph, Map.of(), options.quickStart(true))) {
      check(expected, session.run(inputs), "at first");
      session.settle();
      Outputs settled = session.run(inputs);
      check(expected, settled, "settled");
      Explanation plan = session.explain(session.inputs());
      assertTrue(
          plan.steps().stream().anyMatch(step -> step.kernel().equals("attention/vector/f32")),
          plan.toString());
    }
  }

  @Test
  void closingDoesNotWaitForARehearsal() throws InterruptedException {
    assumeTrue(OneDnn.find().library().isPresent(), "oneDNN is not here");
    Map<String, Tensor> inputs = Map.of("x", random(311, 1000), "q", random(1, 2, 37, 16));
    Session session = new Session(graph(), Map.of(), SessionOptions.DEFAULT.quickStart(true));
    session.run(inputs);
    session.close();
    session.settle();
  }

  private static void check(Outputs expected, Outputs found, String when) {
    for (String name : new String[] {"y", "v", "z"}) {
      Agreement.assertClose(when + " " + name, expected.datum(name), found.datum(name), 2e-3);
    }
  }
}
