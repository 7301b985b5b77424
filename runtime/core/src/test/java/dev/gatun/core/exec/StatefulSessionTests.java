package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatefulSessionTests {
  /** One step of momentum descent for mean((x w - t)^2) by hand, with a counter. */
  private static final String STEP =
      """
      graph step(x: f32[?, 3], t: f32[?, 2], w: f32[3, 2], m: f32[3, 2], n: i64[]) {
        one = i64[]{1}
        rate = f32[]{0.125}
        keep = f32[]{0.5}
        y = matmul(x, w)
        d = sub(y, t)
        s = square(d)
        loss = reduceMean(s) {keepDims = false}
        g = matmul(x, d) {transposeA = true}
        mk = mul(m, keep)
        m2 = add(mk, g)
        u = mul(m2, rate)
        w2 = sub(w, u)
        n2 = add(n, one)
        return w2, m2, n2, loss, y
      }
      """;

  private static final Map<String, String> STATE = Map.of("w", "w2", "m", "m2", "n", "n2");

  private static final float[] WEIGHTS = {0.5f, -1, 2, 0.25f, -0.5f, 1};

  private static Map<String, Tensor> initial() {
    return Map.of(
        "w", Tensor.of(WEIGHTS, 3, 2),
        "m", Tensor.of(new float[6], 3, 2),
        "n", Tensor.scalar(0L));
  }

  private static StatefulSession session(Backend backend) {
    return new StatefulSession(
        Agreement.parse(STEP),
        STATE,
        initial(),
        SessionOptions.DEFAULT.backend(backend).threads(2));
  }

  private static Map<String, Tensor> batch(int rows, int seed) {
    float[] x = new float[3 * rows];
    float[] t = new float[2 * rows];
    for (int i = 0; i < x.length; i++) {
      x[i] = ((i + seed) * 7 % 11 - 5) / 8f;
    }
    for (int i = 0; i < t.length; i++) {
      t[i] = ((i + seed) * 5 % 7 - 3) / 4f;
    }
    return Map.of("x", Tensor.of(x, rows, 3), "t", Tensor.of(t, rows, 2));
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "VECTOR", "REFERENCE"})
  void stepsFollowEachOther(Backend backend) {
    double[] w = new double[6];
    double[] m = new double[6];
    for (int i = 0; i < 6; i++) {
      w[i] = WEIGHTS[i];
    }
    try (StatefulSession session = session(backend)) {
      for (int step = 0; step < 9; step++) {
        int rows = step % 3 == 2 ? 2 : 5;
        Map<String, Tensor> batch = batch(rows, step);
        double loss = stepByHand(batch, rows, w, m);
        Outputs outputs = session.run(batch);
        assertEquals(List.of("loss", "y"), List.copyOf(outputs.asMap().keySet()));
        assertEquals(loss, outputs.get("loss").getDouble(0), 1e-4);
        assertEquals(loss, session.number("loss"), 1e-4);
        assertArrayEquals(w, session.state("w").toDoubles(), 1e-4);
        assertArrayEquals(m, session.state("m").toDoubles(), 1e-4);
        assertEquals(step + 1, session.state("n").getLong(0));
      }
    }
  }

  private static double stepByHand(Map<String, Tensor> batch, int rows, double[] w, double[] m) {
    float[] x = batch.getOrDefault("x", Tensor.scalar(0L)).toFloats();
    float[] t = batch.getOrDefault("t", Tensor.scalar(0L)).toFloats();
    double[] gradient = new double[6];
    double loss = 0;
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < 2; c++) {
        double d = -t[2 * r + c];
        for (int k = 0; k < 3; k++) {
          d += x[3 * r + k] * w[2 * k + c];
        }
        loss += d * d / (2 * rows);
        for (int k = 0; k < 3; k++) {
          gradient[2 * k + c] += x[3 * r + k] * d;
        }
      }
    }
    for (int i = 0; i < 6; i++) {
      m[i] = 0.5 * m[i] + gradient[i];
      w[i] -= 0.125 * m[i];
    }
    return loss;
  }

  @Test
  void aFailedStepLeavesTheStateAlone() {
    try (StatefulSession session = session(Backend.AUTO)) {
      session.run(batch(4, 1)).close();
      Tensor w = session.state("w");
      ShapeException missing =
          assertThrows(
              ShapeException.class, () -> session.run(Map.of("x", Tensor.of(new float[3], 1, 3))));
      assertTrue(missing.toString().contains("'t'"), missing.toString());
      // Each fits for itself, but not together: found while the step is compiled.
      Map<String, Tensor> uneven =
          Map.of("x", Tensor.of(new float[12], 4, 3), "t", Tensor.of(new float[6], 3, 2));
      assertThrows(ShapeException.class, () -> session.run(uneven));
      GatunException given = assertThrows(GatunException.class, () -> session.run(Map.of("w", w)));
      assertTrue(given.toString().contains("setState"), given.toString());
      assertEquals(w, session.state("w"));
      assertEquals(1, session.state("n").getLong(0));
      session.run(batch(4, 2)).close();
      assertEquals(2, session.state("n").getLong(0));
    }
  }

  @Test
  void siblingsHaveStatesOfTheirOwn() {
    Graph graph =
        Agreement.parse(
            "graph g(a: f32[?, ?], n: i64[?], x: f32[?, 1]) {"
                + " b = tensorScatter(a, x, n) {axis = 1, mode = \"clipped\"}"
                + " one = i64[]{1} m = add(n, one) y = reduceSum(b) return b, m, y }");
    Map<String, String> state = Map.of("a", "b", "n", "m");
    StatefulSession small =
        new StatefulSession(graph, state, caches(2, 3), SessionOptions.DEFAULT.threads(2));
    Map<String, Tensor> x = Map.of("x", Tensor.of(new float[] {1, 2}, 2, 1));
    small.step(x);
    small.step(x);
    try (StatefulSession large = small.sibling(caches(2, 5))) {
      large.takeStates(small, List.of("a", "n"));
      assertThrows(ShapeException.class, () -> small.takeStates(large, List.of("a")));
      small.step(x);
      small.step(x); // beyond the end
      assertArrayEquals(new float[] {1, 1, 1, 2, 2, 2}, small.state("a").toFloats());
      small.close();
      large.step(x);
      float[] expected = {1, 1, 1, 0, 0, 2, 2, 2, 0, 0};
      assertArrayEquals(expected, large.state("a").toFloats());
      assertEquals(9, large.number("y"));
      large.takeRows(List.of("a"), 1, 1);
      large.takeRows(List.of("n"), 0, 1);
      assertThrows(ShapeException.class, () -> large.takeRows(List.of("a"), 1));
      assertThrows(ShapeException.class, () -> large.takeRows(List.of("a"), 1, 2));
      large.step(x);
      float[] moved = {2, 2, 2, 1, 0, 2, 2, 2, 2, 0};
      assertArrayEquals(moved, large.state("a").toFloats());
    }
    assertThrows(GatunException.class, () -> small.sibling(caches(1, 1)));
  }

  private static Map<String, Tensor> caches(int rows, int columns) {
    return Map.of(
        "a", Tensor.of(new float[rows * columns], rows, columns),
        "n", Tensor.of(new long[rows], rows));
  }

  @Test
  void aStateThatWasReadDoesNotChange() {
    try (StatefulSession session = session(Backend.AUTO)) {
      Tensor before = session.state("w");
      session.run(batch(4, 1)).close();
      assertArrayEquals(WEIGHTS, before.toFloats());
      Tensor after = session.state("w");
      session.setState("w", before);
      assertArrayEquals(WEIGHTS, session.state("w").toFloats());
      session.setState("m", Tensor.of(new float[6], 3, 2));
      session.run(batch(4, 1)).close();
      assertEquals(after, session.state("w"));
    }
  }

  @Test
  void whatDoesNotFitIsToldAtOnce() {
    var graph = Agreement.parse(STEP);
    Map<String, String> wrong = Map.of("w", "w3", "m", "n2", "k", "m2");
    Map<String, Tensor> values =
        Map.of(
            "w",
            Tensor.of(new float[6], 2, 3),
            "m",
            Tensor.of(new float[6], 3, 2),
            "z",
            Tensor.scalar(0L));
    String message =
        String.valueOf(
            assertThrows(
                    ShapeException.class,
                    () -> new StatefulSession(graph, wrong, values, SessionOptions.DEFAULT))
                .getMessage());
    for (String part :
        List.of(
            "state 'w': there is no output 'w3'",
            "state 'w' needs f32[3, 2], its initial value is f32[2, 3]",
            "state 'm' is f32[3, 2], but output 'n2' that it takes over is i64[]",
            "state 'k': there is no such input",
            "initial value for 'z', which is no state")) {
      assertTrue(message.contains(part), message);
    }
    String missing =
        String.valueOf(
            assertThrows(
                    ShapeException.class,
                    () -> new StatefulSession(graph, STATE, Map.of(), SessionOptions.DEFAULT))
                .getMessage());
    assertTrue(missing.contains("state 'm' (f32[3, 2]) has no initial value"), missing);
  }

  @Test
  void otherNamesAndTypesAreRefused() {
    StatefulSession session = session(Backend.AUTO);
    try (session) {
      assertThrows(GatunException.class, () -> session.state("x"));
      assertThrows(GatunException.class, () -> session.number("loss"));
      assertThrows(
          ShapeException.class, () -> session.setState("w", Tensor.of(new float[6], 2, 3)));
      assertEquals(List.of("w", "m", "n"), List.copyOf(session.states().keySet()));
      assertEquals(List.of("x", "t"), List.copyOf(session.inputs().keySet()));
      assertEquals(List.of("loss", "y"), session.outputs());
      session.step(batch(3, 1));
      assertThrows(GatunException.class, () -> session.number("y"));
      assertEquals(session.result("y"), session.result("y"));
      assertThrows(GatunException.class, () -> session.result("w2"));
    }
    session.close();
    assertThrows(GatunException.class, () -> session.state("w"));
    assertThrows(GatunException.class, () -> session.run(batch(3, 1)));
  }

  /** State among nodes without a kernel, shapes that depend on data, and swapped states. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "n = nonZero(x) c = shapeOf(n) a2 = add(a, x) b2 = mul(b, a2) return a2, b2, c, a",
        "a2 = add(a, x) b2 = mul(b, a2) n = nonZero(b2) return a2, b2, n",
        "a2 = sub(a, x) u = unique(a2) {sorted = true} s = reduceSum(u) b2 = add(b, s)"
            + " return a2, b2, s",
        "n = nonZero(a) y = add(a, x) return b, y, n, a",
        "n = nonZero(x) return b, a, n",
        "a2 = identity(a) b2 = add(a, x) return a2, b2, b"
      })
  void partsWithoutAPlanAgreeWithTheReference(String body) {
    Graph graph = Agreement.parse("graph g(a: f32[5], b: f32[5], x: f32[5]) { " + body + " }");
    Map<String, String> state =
        Map.of("a", graph.outputNames().get(0), "b", graph.outputNames().get(1));
    Map<String, Tensor> initial =
        Map.of(
            "a", Tensor.of(new float[] {1, 0, 2, 0, -1}, 5),
            "b", Tensor.of(new float[] {3, 1, 0, -2, 1}, 5));
    try (StatefulSession slow =
            new StatefulSession(
                graph, state, initial, SessionOptions.DEFAULT.backend(Backend.REFERENCE));
        StatefulSession fast =
            new StatefulSession(graph, state, initial, SessionOptions.DEFAULT.threads(2))) {
      for (int step = 0; step < 4; step++) {
        Map<String, Tensor> x = Map.of("x", Tensor.of(new float[] {step, 0, 1, 0.5f, -1}, 5));
        Map<String, Datum> expected = slow.run(x).asMap();
        Map<String, Datum> found = fast.run(x).asMap();
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach(
            (name, value) ->
                Agreement.assertClose(name, value, Objects.requireNonNull(found.get(name)), 1e-5));
        for (String name : List.of("a", "b")) {
          Agreement.assertClose(name, slow.state(name), fast.state(name), 1e-5);
        }
      }
    }
  }
}
