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
import org.junit.jupiter.params.provider.ValueSource;

class IndexPlanTests {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "graph g(x: f32[3, 67], i: i64[2, 5]) { y = gather(x, i) return y }",
        "graph g(x: f32[5, 3, 17], i: i32[7]) { y = gather(x, i) {axis = 1} return y }",
        "graph g(x: i64[4, 7], i: i64[]) { y = gather(x, i) {axis = -1} return y }",
        "graph g(x: bool[3, 33], i: i32[4]) { y = gather(x, i) return y }",
        "graph g(x: f16[3, 5], i: i64[4]) { y = gather(x, i) return y }",
        "graph g(x: f32[2, 5, 3]) { i = i64[]{-1} y = gather(x, i) {axis = 1} return y }",
        "graph g(x: f32[2, 9, 3]) { i = i64[3]{7, 4, 1} y = gather(x, i) {axis = 1} return y }",
        "graph g(x: f32[2, 9, 3]) { i = i64[3]{7, 4, 0} y = gather(x, i) {axis = 1} return y }",
        "graph g(x: f32[4, 5, 3], i: i64[4, 2, 3]) { y = gatherElements(x, i) {axis = 1} return y }",
        "graph g(x: i64[3, 5], i: i32[2, 5]) { y = gatherElements(x, i) return y }",
        "graph g(x: f32[3, 4, 17], i: i64[6, 2]) { y = gatherNd(x, i) return y }",
        "graph g(x: u8[2, 3, 5], i: i64[2, 4, 1]) { y = gatherNd(x, i) {batchDims = 1} return y }",
        "graph g(x: f32[3, 5], i: i64[2, 5], u: f32[2, 5]) { y = scatterElements(x, i, u) return y }",
        "graph g(x: f32[3, 5], i: i64[4, 5], u: f32[4, 5])"
            + " { y = scatterElements(x, i, u) {reduction = \"add\"} return y }",
        "graph g(x: i64[3, 5], i: i64[4, 5], u: i64[4, 5])"
            + " { y = scatterElements(x, i, u) {reduction = \"max\"} return y }",
        "graph g(x: f32[3, 37], i: i64[7, 1], u: f32[7, 37])"
            + " { y = scatterNd(x, i, u) {reduction = \"mul\"} return y }",
        "graph g(x: bool[3, 37], i: i64[7, 1], u: bool[7, 37]) { y = scatterNd(x, i, u) return y }",
        "graph g(x: f32[3, 3], i: i64[5, 2], u: f32[5]) { z = neg(x) y = scatterNd(z, i, u) return y, x }",
        "graph g(x: f32[2, 3, 9, 4], u: f32[2, 3, 2, 4]) { s = i64[2]{7, 3} z = neg(x)"
            + " y = tensorScatter(z, u, s) return y, x }",
        "graph g(x: f32[2, 9, 40], u: f32[2, 4, 40]) { s = i32[2]{7, 3}"
            + " y = tensorScatter(x, u, s) {mode = \"circular\"} return y }",
        "graph g(x: i64[3, 9], u: i64[3, 4], s: i64[3]) { y = tensorScatter(x, u, s) {axis = 1,"
            + " mode = \"clipped\"} return y }",
        "graph g(x: bool[3, 9], u: bool[3, 4]) { y = tensorScatter(x, u) {axis = 1} return y }",
        "graph g(i: i64[2, 5], v: f32[2]) { d = i64[]{3} y = oneHot(i, d, v) return y }",
        "graph g(i: i32[2, 5], v: i64[2]) { d = i64[]{2} y = oneHot(i, d, v) {axis = 1} return y }",
        "graph g(x: f32[3, 5]) { p = i64[4]{1, 2, 0, 17} y = pad(x, p) return y }",
        "graph g(x: f32[3, 5], v: f32[]) { p = i64[2]{-1, 2} a = i64[1]{-1} y = pad(x, p, v, a) return y }",
        "graph g(x: i64[3, 5]) { p = i64[4]{1, 7, 2, 3} y = pad(x, p) {mode = \"reflect\"} return y }",
        "graph g(x: u8[3, 5]) { p = i64[4]{1, 7, 2, 3} y = pad(x, p) {mode = \"edge\"} return y }",
        "graph g(x: f16[3, 5]) { p = i64[4]{1, 7, 2, -3} y = pad(x, p) {mode = \"wrap\"} return y }",
        "graph g(x: f32[3, 5]) { y = roll(x) {shifts = [2, -1], axes = [1, 0]} return y }",
        "graph g(x: i64[3, 5]) { y = roll(x) {shifts = [4]} return y }",
        "graph g(x: f32[1, 3, 5, 7]) { s = f32[4]{1, 1, 2, 1.5} y = resize(x, s) return y }",
        "graph g(x: u8[2, 5, 7]) { s = f32[2]{0.6, 2} y = resize(x, s) {axes = [1, 2]} return y }",
        "graph g(x: f32[2, 5, 7, 3]) { s = f32[2]{1.8, 0.6}"
            + " y = resize(x, s) {axes = [1, 2], mode = \"linear\"} return y }",
        "graph g(x: f32[2, 3, 5, 7]) { s = f32[2]{1.8, 2}"
            + " y = resize(x, s) {axes = [2, 3], mode = \"cubic\"} return y }",
        "graph g(x: f32[4, 5, 6, 7]) { s = f32[2]{0.4, 0.5}"
            + " y = resize(x, s) {axes = [1, 3], mode = \"linear\", antialias = true} return y }",
        "graph g(x: f32[3, 67]) { k = i64[1]{5} y, i = topK(x, k) return y, i }",
        "graph g(x: i64[5, 3]) { k = i64[1]{2} y, i = topK(x, k) {axis = 0, largest = false} return y, i }",
        "graph g(x: f32[3, 7, 5]) { y, i = sort(x) {axis = 1} return y, i }",
        "graph g(x: f32[3, 67]) { y = argMax(x) {axis = 1} return y }",
        "graph g(x: f32[3, 7, 19]) { y = argMin(x) {axis = 1, keepDims = false} return y }",
        "graph g(x: i64[3, 7, 5]) { y = argMax(x) {axis = 1, selectLast = true} return y }",
        "graph g(x: u8[9, 5]) { y = argMin(x) return y }",
        "graph g(x: f32[3, 67]) { a = i64[]{1} y = cumSum(x, a) return y }",
        "graph g(x: i64[4, 5, 3]) { a = i64[]{-2} y = cumProd(x, a) {exclusive = true, reverse = true} return y }"
      })
  void agreesWithTheReference(String text) {
    Explanation plan = Agreement.check(text, 1e-5);
    assertTrue(
        plan.steps().stream().noneMatch(s -> s.kernel().equals("reference")), plan.toString());
  }

  @Test
  void anIndexOutsideTheAxisNamesNodeIndexAndBound() {
    Graph graph =
        Agreement.parse("graph g(x: f32[3, 5], i: i64[2]) { rows = gather(x, i) return rows }");
    Tensor x = Tensor.of(new float[15], 3, 5);
    try (Session session = new Session(graph, Map.of(), Agreement.options())) {
      GatunException e =
          assertThrows(
              GatunException.class, () -> session.run(Map.of("x", x, "i", Tensor.vector(1, 3))));
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains("rows") && message.contains("index 3"), message);
      assertTrue(message.contains("an axis of 3 elements"), message);
      // The session is as good as before.
      Outputs y = session.run(Map.of("x", x, "i", Tensor.vector(-3, 2)));
      assertEquals(10, y.get("rows").elements());
    }
  }
}
