package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Relu;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.plan.Choices;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.ffi.OneDnn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Alone: the place of the choices is a property of the whole process. */
@Isolated
class TuningTests {
  private static final String PROPERTY = "gatun.tuning";
  @TempDir Path directory;
  private String before = "";

  @BeforeEach
  void useOwnDirectory() {
    before = System.getProperty(PROPERTY, "");
    System.setProperty(PROPERTY, directory.toString());
  }

  @AfterEach
  void restore() {
    System.setProperty(PROPERTY, before);
  }

  private static Graph graph() {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, Shape.of(19, 33)));
    float[] weights = new float[33 * 45];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (i * 37 % 19 - 9) / 10f;
    }
    Value y = b.add(Relu.OP, b.add(Matmul.OP, x, b.constant("w", Tensor.of(weights, 33, 45))));
    b.output("y", b.add(Softmax.OP, y));
    return b.build();
  }

  private static Map<String, Tensor> inputs() {
    float[] x = new float[19 * 33];
    Arrays.fill(x, 0.5f);
    x[7] = -3;
    return Map.of("x", Tensor.of(x, 19, 33));
  }

  @Test
  void aTunedModelGivesTheSameResultsAndLaterSessionsFollow() {
    assumeTrue(OneDnn.find().library().isPresent(), "oneDNN is not here");
    SessionOptions options = SessionOptions.DEFAULT.threads(2);
    Tuning tuning;
    try (Session session = new Session(graph(), Map.of(), options)) {
      Outputs expected = session.run(inputs());
      tuning = session.tune(inputs(), 0, 0.01);
      Agreement.assertClose("tuned", expected.datum("y"), session.run(inputs()).datum("y"), 1e-5);
    }
    assertEquals(2, tuning.lines().size(), tuning.toString());
    assertTrue(Files.exists(Choices.file(2).orElseThrow()));
    try (Session session = new Session(graph(), Map.of(), options)) {
      Explanation plan = session.explain(session.inputs());
      for (int i = 0; i < 2; i++) {
        Tuning.Line line = tuning.lines().get(i);
        String mark = line.best() == Backend.ONEDNN ? "/onednn" : "/vector";
        boolean found =
            plan.steps().stream()
                .anyMatch(s -> s.op().equals(line.step().op()) && s.kernel().contains(mark));
        boolean usual = line.best() == line.usual();
        assertTrue(found, "line " + i + (usual ? " (usual)" : "") + " of " + tuning + plan);
      }
    }
  }

  @Test
  void thereIsNothingToChooseForASingleBackend() {
    try (Session session =
        new Session(graph(), Map.of(), SessionOptions.DEFAULT.backend(Backend.VECTOR))) {
      GatunException e = assertThrows(GatunException.class, () -> session.tune(inputs(), 0, 0.01));
      assertTrue(String.valueOf(e.getMessage()).contains("backend vector"), e.getMessage());
    }
    assertFalse(Files.exists(Choices.file(1).orElseThrow()));
  }
}
