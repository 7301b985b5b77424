package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphText;
import dev.gatun.core.pass.Passes;
import dev.gatun.core.plan.Backend;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConvPlanTests {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x: f32[2, 3, 11, 9], w: f32[5, 3, 3, 3], b: f32[5] | {pads = [1, 1, 1, 1]}",
        "x: f32[1, 8, 7, 7], w: f32[20, 8, 1, 1], b: f32[20] | {strides = [2, 2]}",
        "x: f32[1, 12, 9, 9], w: f32[12, 1, 3, 3], b: f32[12] | {groups = 12, pads = [1, 1, 1, 1]}",
        "x: f32[1, 6, 9, 9], w: f32[9, 2, 3, 2], b: f32[9] | {groups = 3, dilations = [2, 1]}",
        "x: f32[3, 4, 33], w: f32[7, 4, 5], b: f32[7] | {pads = [2, 1], strides = [2]}",
        "x: f32[1, 2, 5, 6, 7], w: f32[3, 2, 2, 3, 1], b: f32[3] | {pads = [0, 1, 0, 1, 0, 0]}"
      })
  void agreesWithTheReference(String text) {
    String[] parts = text.split("\\|", -1);
    Explanation plan =
        Agreement.check(
            "graph g(" + parts[0] + ") { y = conv(x, w, b)" + parts[1] + " z = relu(y) return z }",
            2e-5);
    assertTrue(
        plan.steps().stream().noneMatch(s -> s.kernel().equals("reference")), plan.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x: f32[1, 16, 13, 10], w: f32[16, 24, 3, 3], b: f32[24] | {pads = [1, 0, 2, 1], strides = [2, 2]}",
        "x: f32[2, 6, 5, 5], w: f32[6, 9, 2, 2], b: f32[9] | {strides = [2, 2]}",
        "x: f32[1, 8, 30], w: f32[8, 2, 5], b: f32[4] | {groups = 2, strides = [3], outputPadding = [1]}",
        "x: f32[1, 3, 4, 5], w: f32[3, 5, 3, 2], b: f32[5] | {strides = [2, 3], dilations = [2, 1], outputShape = [11, 20]}",
        "x: f32[1, 3, 4, 5], w: f32[3, 5, 3, 3], b: f32[5] | {strides = [2, 2], autoPad = \"SAME_LOWER\"}",
        "x: f32[1, 2, 2, 3, 4], w: f32[2, 3, 2, 3, 1], b: f32[3] | {strides = [1, 2, 1]}"
      })
  void transposedConvolutionsRunWithTheirEpilogues(String text) {
    String[] parts = text.split("\\|", -1);
    Explanation plan =
        Agreement.check(
            Agreement.parse(
                "graph g("
                    + parts[0]
                    + ") { y = convTranspose(x, w, b)"
                    + parts[1]
                    + " z = relu(y) t = tanh(z) return t }"),
            2e-5,
            Agreement.options().backend(Backend.VECTOR));
    List<Explanation.Step> steps =
        plan.steps().stream().filter(s -> !s.op().equals("transpose")).toList();
    assertEquals(1, steps.size(), plan.toString());
    assertEquals("convTranspose/vector/f32", steps.get(0).kernel());
  }

  @Test
  void transposesSinkThroughABlock() {
    Graph graph =
        Agreement.parse(
            """
            graph g(x: f32[1, 8, 6, 6], w: f32[8, 8, 3, 3], s: f32[8], c: f32[8, 1, 1]) {
              y = conv(x, w, s) {pads = [1, 1, 1, 1]}
              z = relu(y)
              p = maxPool(z) {kernel = [2, 2], strides = [2, 2]}
              q = conv(p, w) {pads = [1, 1, 1, 1]}
              r = add(q, p)
              return r
            }
            """);
    Graph ready =
        Passes.apply(
            graph,
            graph.inputs().stream().map(dev.gatun.core.graph.Value::type).toList(),
            Set.of());
    long transposes = ready.nodes().stream().filter(n -> n.op().name().equals("transpose")).count();
    assertEquals(2, transposes, GraphText.of(ready));
    Agreement.check(graph, 2e-5, Agreement.options());
  }

  @ParameterizedTest
  @ValueSource(strings = {"y = conv(x, w)", "y = matmul(x, m)"})
  void constantWeightsArePackedOnceUnderAnEpilogue(String anchor) {
    Explanation plan =
        Agreement.check(
            """
            graph g(x: f32[1, 4, 5, 5], e: f32[]) {
              w = f32[2, 4, 1, 1]{1, 2, 3, 4, 5, 6, 7, 8}
              m = f32[5, 2]{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
              ANCHOR
              s = sigmoid(y)
              z = mul(s, e)
              return z
            }
            """
                .replace("ANCHOR", anchor),
            1e-5);
    Explanation.Step product =
        plan.steps().stream().filter(s -> s.op().contains("+")).findFirst().orElseThrow();
    assertTrue(!product.note().contains("each run"), plan.toString());
    if (product.kernel().equals("matmul/vector/f32")) {
      assertTrue(product.note().contains("packed"), plan.toString());
    }
  }

  @Test
  void everyPassMayBeLeftOut() {
    String text =
        """
        graph g(x: f32[1, 4, 5, 5]) {
          w = f32[2, 4, 1, 1]{1, 2, 3, 4, 5, 6, 7, 8}
          s = f32[2]{0.5, 2.0}
          y = conv(x, w)
          n = batchNorm(y, s, s, s, s)
          r = relu(n)
          return r
        }
        """;
    for (String pass : Passes.names()) {
      Agreement.check(Agreement.parse(text), 1e-5, Agreement.options().without(pass));
    }
    Explanation plan = Agreement.check(text, 1e-5);
    assertEquals(
        List.of("transpose", "conv+relu", "transpose"),
        plan.steps().stream().map(Explanation.Step::op).toList(),
        plan.toString());
  }
}
