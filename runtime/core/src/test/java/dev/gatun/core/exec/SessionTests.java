package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphParser;
import dev.gatun.core.op.Ops;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionTests {
  private static final String CHAIN =
      """
      graph chain(x: f32[?, 5], b: f32[5]) {
        c = f32[1]{0.5}
        y = add(x, b)
        z = mul(y, c)
        r = relu(z)
        s = shapeOf(x)
        return r, s
      }
      """;

  private static Graph parse(String text) {
    return new GraphParser(Ops.ALL).parse(text);
  }

  @Test
  void runsAChainAsOneKernel() {
    try (Session session = new Session(parse(CHAIN), Map.of(), SessionOptions.DEFAULT.threads(2))) {
      for (int rows : new int[] {1, 3, 200, 4000}) {
        float[] x = new float[rows * 5];
        for (int i = 0; i < x.length; i++) {
          x[i] = i % 7 - 3;
        }
        Tensor b = Tensor.of(new float[] {0, 1, 2, 3, 4}, 5);
        Outputs y = session.run(Map.of("x", Tensor.of(x, rows, 5), "b", b));
        float[] expected = new float[x.length];
        for (int i = 0; i < x.length; i++) {
          expected[i] = Math.max(0, (x[i] + i % 5) * 0.5f);
        }
        assertArrayEquals(expected, y.get("r").toFloats());
        assertArrayEquals(new long[] {rows, 5}, y.get("s").toLongs());
      }
      Explanation plan =
          session.explain(
              Map.of(
                  "x", dev.gatun.core.tensor.Type.tensor(dev.gatun.core.tensor.DType.F32, 8, 5)));
      assertEquals(1, plan.steps().size(), plan.toString());
      assertEquals("add+mul+relu", plan.steps().get(0).op());
    }
  }

  @Test
  void aProfileHasEachStepThatRuns() {
    String text =
        """
        graph steps(x: f32[8, 8], w: f32[8, 8]) {
          y = matmul(x, w)
          z = relu(y)
          n = nonZero(z)
          return z, n
        }
        """;
    Map<String, Tensor> inputs =
        Map.of("x", Tensor.of(new float[64], 8, 8), "w", Tensor.of(new float[64], 8, 8));
    try (Session session = new Session(parse(text), Map.of(), SessionOptions.DEFAULT.threads(2))) {
      Profile profile = session.profile(inputs, 0, 0.01);
      assertEquals(
          java.util.List.of("matmul+relu", "nonZero"),
          profile.lines().stream().map(line -> line.step().op()).toList());
      double sum = profile.lines().stream().mapToDouble(Profile.Line::micros).sum();
      assertTrue(sum > 0 && profile.totalMicros() > 0 && profile.runs() > 0, profile.toString());
      assertTrue(profile.toString().contains("matmul/"), profile.toString());
    }
    try (Session slow =
        new Session(parse(text), Map.of(), SessionOptions.DEFAULT.backend(Backend.REFERENCE))) {
      assertThrows(GatunException.class, () -> slow.profile(inputs, 0, 0));
    }
  }

  @Test
  void referenceBackendAgrees() {
    Tensor x = Tensor.of(new float[] {-1, 2, -3, 4, -5}, 1, 5);
    Tensor b = Tensor.of(new float[] {3, 3, 3, 3, 3}, 5);
    try (Session fast = new Session(parse(CHAIN), Map.of(), SessionOptions.DEFAULT);
        Session slow =
            new Session(
                parse(CHAIN), Map.of(), SessionOptions.DEFAULT.backend(Backend.REFERENCE))) {
      Map<String, Tensor> inputs = Map.of("x", x, "b", b);
      assertEquals(slow.run(inputs).get("r"), fast.run(inputs).get("r"));
    }
  }

  @Test
  void allProblemsOfTheInputsAreNamed() {
    try (Session session = new Session(parse(CHAIN), Map.of(), SessionOptions.DEFAULT)) {
      ShapeException e =
          assertThrows(
              ShapeException.class,
              () -> session.run(Map.of("x", Tensor.of(new float[4], 4), "q", Tensor.scalar(1L))));
      String message = String.valueOf(e.getMessage());
      assertTrue(
          message.contains("'x' needs f32[?, 5], got f32[4]")
              && message.contains("'b' (f32[5]) is missing")
              && message.contains("no input 'q'"),
          message);
    }
  }

  @Test
  void aClosedSessionSaysSo() {
    Session session = new Session(parse(CHAIN), Map.of(), SessionOptions.DEFAULT);
    session.close();
    session.close();
    Map<String, Tensor> inputs =
        Map.of("x", Tensor.of(new float[5], 1, 5), "b", Tensor.of(new float[5], 5));
    assertThrows(GatunException.class, () -> session.run(inputs));
  }

  @Test
  void unknownPassesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> SessionOptions.DEFAULT.without("foo"));
  }

  /** Large enough to be kept, and for several tasks of a copy with an odd rest. */
  private static final int LARGE = 300_001;

  private static Map<String, Tensor> large(float first) {
    float[] x = new float[LARGE];
    for (int i = 0; i < x.length; i++) {
      x[i] = first + i;
    }
    return Map.of("x", Tensor.of(x, LARGE));
  }

  private static void assertDoubled(float first, Tensor y) {
    for (int i = 0; i < LARGE; i++) {
      assertEquals(2 * (first + i), y.getFloat(i));
    }
  }

  @Test
  void closedOutputsAreWrittenAgain() {
    String text = "graph g(x: f32[300001]) { y = add(x, x) return y, y as \"z\" }";
    try (Session session = new Session(parse(text), Map.of(), SessionOptions.DEFAULT.threads(3))) {
      Outputs first = session.run(large(0));
      Tensor kept = first.get("y");
      Outputs second = session.run(large(1));
      assertDoubled(0, kept);
      first.close();
      first.close();
      assertThrows(GatunException.class, () -> first.get("y"));
      assertThrows(GatunException.class, first::asMap);

      Outputs third = session.run(large(2));
      assertDoubled(2, kept);
      // Given back once, though it was closed twice and has two names.
      Outputs fourth = session.run(large(3));
      assertDoubled(2, kept);
      assertDoubled(1, second.get("z"));
      assertDoubled(2, third.get("z"));
      assertDoubled(3, fourth.get("z"));
    }
  }

  @Test
  void whatMayBeAViewIsNotGivenBack() {
    // The interpreter passes the tensor on as an element of a sequence.
    String text =
        """
        graph g(x: f32[300001]) {
          y = add(x, x)
          s = sequenceConstruct(y)
          return y, s
        }
        """;
    try (Session session = new Session(parse(text), Map.of(), SessionOptions.DEFAULT.threads(2))) {
      Outputs first = session.run(large(0));
      Tensor kept = first.get("y");
      first.close();
      assertDoubled(1, session.run(large(1)).get("y"));
      assertDoubled(0, kept);
    }
  }
}
