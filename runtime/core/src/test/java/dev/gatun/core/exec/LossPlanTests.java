package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels of losses against the interpreter. */
class LossPlanTests {
  // Random integers of the test are 0, 1 or 2: classes must be 3 or more.
  @ParameterizedTest
  @CsvSource({
    "1, 3, ''",
    "7, 10, ''",
    "4099, 3, ''",
    "5, 67, ', 3'",
    "3, 17, ', 5, 7'",
    "2, 3, ', 33, 67'"
  })
  void lossesOfClasses(int batch, int classes, String positions) {
    for (String reduction : new String[] {"none", "sum", "mean"}) {
      String text =
          """
          graph g(x: f32[N, C, S], t: i64[N, S], u: i32[N, S], w: f32[C]) {
            a, p = softmaxCrossEntropy(x, t) {reduction = "R"}
            b = softmaxCrossEntropy(x, u, w) {reduction = "R", ignoreIndex = 1}
            c = negativeLogLikelihood(x, t, w) {reduction = "R"}
            d = negativeLogLikelihood(x, u) {reduction = "R", ignoreIndex = 2}
            return a, p, b, c, d
          }
          """
              .replace(", S]", positions + "]")
              .replace("[N", "[" + batch)
              .replace(" C", " " + classes)
              .replace("[C", "[" + classes)
              .replace("\"R\"", "\"" + reduction + "\"");
      Explanation plan = Agreement.check(text, batch == 1 ? 1e-4 : 2e-5);
      for (Explanation.Step step : plan.steps()) {
        assertEquals("likelihood/vector/f32", step.kernel(), plan.toString());
      }
    }
  }

  @Test
  void targetsBeyondTheClassesAreTold() {
    Graph graph =
        Agreement.parse(
            "graph g(x: f32[2, 3], t: i64[2]) { y = softmaxCrossEntropy(x, t) return y }");
    try (Session session = new Session(graph, Map.of(), Agreement.options())) {
      for (long wrong : new long[] {3, -1}) {
        GatunException thrown =
            assertThrows(
                GatunException.class,
                () ->
                    session.run(
                        Map.of(
                            "x", Tensor.of(new float[6], 2, 3),
                            "t", Tensor.vector(0, wrong))));
        String message = thrown.toString();
        assertTrue(
            message.contains("target " + wrong + " at position 1 is not one of 3 classes"),
            message);
      }
    }
  }
}
