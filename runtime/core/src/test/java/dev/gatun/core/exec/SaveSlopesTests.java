package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphText;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.pass.Passes;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values and slopes of activations in one node, against the interpreter. */
final class SaveSlopesTests {
  private static Graph ready(Graph graph) {
    return Passes.apply(graph, graph.inputs().stream().map(Value::type).toList(), Set.of());
  }

  private static List<String> ops(Graph graph) {
    return graph.nodes().stream().map((Node node) -> node.op().name()).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gelu", "silu", "tanh", "sigmoid", "mish", "softplus", "elu", "erf"})
  void activationAndGradientAreOneNodeAndAProduct(String op) {
    Graph graph =
        Agreement.parse(
            """
            graph g(x: f32[3, 37], z: f32[3, 37]) {
              y = %s(x)
              d = %s.d0_0_1(x, z)
              return y, d
            }
            """
                .formatted(op, op));
    assertEquals(List.of("fused", "mul"), ops(ready(graph)), GraphText.of(ready(graph)));
    Agreement.check(graph, 2e-5, Agreement.options());
  }

  @Test
  void productsTakeTheSlopeAlong() {
    Graph graph =
        Agreement.parse(
            """
            graph g(x: f32[5, 7], z: f32[5, 9], w: f32[9, 7]) {
              y = gelu(x)
              m = matmul(z, w)
              d = gelu.d0_0_1(x, m)
              return y, d
            }
            """);
    assertEquals(List.of("fused", "fused"), ops(ready(graph)), GraphText.of(ready(graph)));
    Agreement.check(graph, 2e-5, Agreement.options());
  }

  @Test
  void cheapSlopesAndThoseOfOtherAttributesStay() {
    Graph graph =
        Agreement.parse(
            """
            graph g(x: f32[3, 5], z: f32[3, 5]) {
              y = gelu(x)
              d = gelu.d0_0_1(x, z) {approximate = "tanh"}
              r = relu(x)
              s = relu.d0_0_1(x, z)
              return y, d, r, s
            }
            """);
    assertTrue(ops(ready(graph)).contains("gelu.d0_0_1"), GraphText.of(ready(graph)));
    assertTrue(ops(ready(graph)).contains("relu.d0_0_1"), GraphText.of(ready(graph)));
    Agreement.check(graph, 2e-5, Agreement.options());
  }
}
