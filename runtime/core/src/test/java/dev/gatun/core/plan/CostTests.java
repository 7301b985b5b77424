package dev.gatun.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.graph.GraphParser;
import dev.gatun.core.op.Ops;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operations counted by hand. */
class CostTests {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: f32[2, 3, 4], b: f32[4, 5] | y = matmul(a, b) | 240",
        "x: f32[1, 4, 6, 6], w: f32[8, 2, 3, 3] | y = conv(x, w) {groups = 2} | 4608",
        "x: f32[1, 2, 6, 6], d: f32[1, 8, 4, 4] | y = convWeightGradient(x, d) {kernel = [3, 3]}"
            + " | 4608",
        "q: f32[2, 4, 3, 5], k: f32[2, 2, 6, 5], v: f32[2, 2, 6, 7] | y = attention(q, k, v) | 3456",
        "q: f32[1, 1, 3, 5], k: f32[1, 1, 6, 5], v: f32[1, 1, 6, 7], d: f32[1, 1, 3, 7]"
            + " | x, y, z = attentionGradient(q, k, v, -, -, d) | 1044",
        "x: f32[3, 4] | y = relu(x) | 12"
      })
  void countsByDefinition(String inputs, String node, long wanted) {
    String output = node.substring(0, node.indexOf(' ')).replace(",", "");
    String text = "graph g(" + inputs + ") {\n " + node + "\n return " + output + "\n}";
    assertEquals(wanted, Cost.flops(new GraphParser(Ops.ALL).parse(text)));
  }
}
