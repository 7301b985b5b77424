package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random numbers of plans are those of the reference, bit for bit, however many threads fill them.
 */
class RandomPlanTests {
  private static final String TEXT =
      """
      graph g(x: f32[%s], key: i64[2]) {
        u = randomLike(x, key) {stream = 3}
        n = randomLike(x, key) {stream = 4, distribution = "normal"}
        s = randomLike(x, key) {shared = [0], stream = -1}
        y = add(u, n)
        z = add(y, s)
        return u, n, s, z
      }
      """;

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "7", "16", "17", "67", "3, 20011"})
  void numbersAreThoseOfTheReference(String shape) {
    Graph graph = Agreement.parse(String.format(java.util.Locale.ROOT, TEXT, shape));
    long[] sizes = graph.inputs().get(0).tensorType().shape().sizes();
    int count = 1;
    for (long size : sizes) {
      count *= (int) size;
    }
    Tensor x = Tensor.of(new float[count], sizes);
    Tensor key = Tensor.vector(0x123456789abcdefL, (5L << 32) + 7);
    for (int threads : new int[] {1, 3}) {
      SessionOptions options = Agreement.options().threads(threads);
      try (Session session = new Session(graph, Map.of(), options)) {
        Outputs found = session.run(Map.of("x", x, "key", key));
        for (int i = 0; i < 4; i++) {
          Tensor expected = (Tensor) new Interpreter().run(graph, List.of(x, key)).get(i);
          assertEquals(expected, found.datum(graph.outputNames().get(i)), "output " + i);
        }
      }
    }
  }

  @Test
  void theyAreOneStepOfThePlan() {
    Graph graph = Agreement.parse(String.format(java.util.Locale.ROOT, TEXT, "17"));
    try (Session session = new Session(graph, Map.of(), Agreement.options())) {
      Explanation plan =
          session.explain(
              Map.of("x", graph.inputs().get(0).type(), "key", graph.inputs().get(1).type()));
      assertEquals(
          3, plan.steps().stream().filter(s -> s.kernel().equals("random/scalar/f32")).count());
    }
  }
}
