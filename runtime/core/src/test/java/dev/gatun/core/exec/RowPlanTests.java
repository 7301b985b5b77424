package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowPlanTests {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "graph g(x: f32[3, 37]) { y = softmax(x) return y }",
        "graph g(x: f32[3, 7, 21]) { y = softmax(x) {axis = 1} return y }",
        "graph g(x: f32[300, 65]) { y = logSoftmax(x) return y }",
        "graph g(x: f32[5, 4]) { y = logSoftmax(x) {axis = 0} return y }",
        "graph g(x: f32[2, 5, 67], s: f32[67], b: f32[67]) { y = layerNorm(x, s, b) return y }",
        "graph g(x: f32[4, 3, 5], s: f32[3, 5]) { y, m, i = layerNorm(x, s) {axis = 1} return y, m, i }",
        "graph g(x: f32[4, 19]) { y = layerNorm(x) return y }",
        "graph g(x: f32[3, 40, 5]) { a = i64[1]{1} y = reduceSum(x, a) return y }",
        "graph g(x: f32[3, 40, 5]) { a = i64[2]{0, 1} y = reduceMean(x, a) {keepDims = false} return y }",
        "graph g(x: f32[3, 40, 5]) { a = i64[2]{1, 2} y = reduceMax(x, a) return y }",
        "graph g(x: f32[3, 40, 5]) { y = reduceLogSumExp(x) return y }",
        "graph g(x: f32[3, 1, 5]) { a = i64[1]{1} y = reduceL2(x, a) return y }",
        "graph g(x: f32[2, 9, 8, 7]) { y = maxPool(x) {kernel = [3, 2], strides = [2, 1], pads = [1, 0, 1, 1]} return y }",
        "graph g(x: f32[2, 9, 8, 7]) { y, i = maxPool(x) {kernel = [2, 2]} return y, i }",
        "graph g(x: f32[1, 3, 11]) { y = averagePool(x) {kernel = [3], pads = [1, 1], countIncludePad = true} return y }",
        "graph g(x: f32[2, 33, 5, 6]) { y = globalAveragePool(x) return y }",
        "graph g(x: f32[2, 3, 5, 6]) { y = globalLpPool(x) {p = 3} return y }",
        "graph g(x: f32[2, 3, 7]) { y = lpPool(x) {kernel = [3], strides = [2], p = 1} return y }",
        "graph g(x: f32[2, 3, 7, 5]) { y = adaptiveAveragePool(x) {output = [3, 2]} return y }",
        "graph g(x: f32[3, 40, 5]) { a = i64[2]{0, 2} y = reduceMean(x, a) return y }",
        "graph g(x: f32[2, 3, 4, 5]) { a = i64[2]{1, 3} y = reduceLogSumExp(x, a) {keepDims = false} return y }",
        "graph g(x: i64[3, 40, 5]) { a = i64[1]{1} y = reduceSum(x, a) return y }",
        "graph g(x: i32[3, 4, 5]) { a = i64[2]{0, 2} y = reduceProd(x, a) return y }",
        "graph g(x: u8[3, 41]) { a = i64[1]{1} y = reduceMax(x, a) return y }",
        "graph g(x: bool[3, 41]) { a = i64[1]{0} y = reduceMin(x, a) return y }",
        "graph g(x: f64[3, 41]) { y = reduceL2(x) return y }",
        "graph g(x: f16[3, 41]) { a = i64[1]{-1} y = reduceMean(x, a) return y }",
        "graph g(x: f32[2, 5, 7]) { y = trilu(x) return y }",
        "graph g(x: i64[5, 3]) { k = i64[]{-1} y = trilu(x, k) {upper = false} z = neg(x) return y, z }",
        "graph g(x: bool[4, 9]) { k = i64[]{2} y = trilu(x, k) return y }",
        "graph g(x: f32[3, 40]) { y = cast(x) {to = f16} return y }",
        "graph g(x: i64[3, 40]) { y = cast(x) {to = f32} return y }",
        "graph g(x: f32[2, 6, 5, 3], s: f32[6], b: f32[6]) { y = groupNorm(x, s, b) {groups = 2} return y }",
        "graph g(x: f32[2, 3, 5, 3], s: f32[3], b: f32[3]) { y = instanceNorm(x, s, b) return y }",
        "graph g(x: f32[3, 37], s: f32[37]) { y = rmsNorm(x, s) return y }",
        "graph g(x: f32[2, 7, 5, 3]) { y = lrn(x) {size = 3} return y }"
      })
  void agreesWithTheReference(String text) {
    Explanation plan = Agreement.check(text, 1e-5);
    assertTrue(
        plan.steps().stream().noneMatch(s -> s.kernel().equals("reference")), plan.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "graph g(x: f32[2, 3, 5, 64], c: f32[2, 5, 32], s: f32[2, 5, 32]) { y = rope(x, c, s) return y }",
        "graph g(x: f32[2, 3, 5, 42], c: f32[5, 21], s: f32[5, 21]) { y = rope(x, c, s) return y }",
        "graph g(x: f32[1, 12, 1, 64], c: f32[9, 32], s: f32[9, 32]) { y = rope(x, c, s) return y }",
        "graph g(x: f32[3, 2, 40, 70], c: f32[3, 40, 17], s: f32[3, 40, 17]) { y = rope(x, c, s) {rotaryDim = 34} z = relu(x) return y, z }",
        "graph g(x: f32[1, 2, 3, 7], c: f32[3, 1], s: f32[3, 1]) { n = neg(x) y = rope(n, c, s) {rotaryDim = 2} return y }"
      })
  void rowsAreTurnedInOneStep(String text) {
    Explanation plan = Agreement.check(text, 1e-6);
    assertTrue(
        plan.steps().stream().anyMatch(s -> s.kernel().equals("rowwise/vector/rope")),
        plan.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "graph g(x: f32[2, 3, 5, 8], c: f32[5, 4], s: f32[5, 4]) { y = rope(x, c, s) {interleaved = true} return y }",
        "graph g(x: f64[2, 3, 5, 8], c: f64[5, 4], s: f64[5, 4]) { y = rope(x, c, s) return y }",
        "graph g(x: f32[1, 3, 2, 8], c: f32[5, 4], s: f32[5, 4]) { p = i64[1, 2]{4, 1} y = rope(x, c, s, p) return y }"
      })
  void otherRowsAreTurnedInParts(String text) {
    Explanation plan = Agreement.check(text, 1e-6);
    assertTrue(
        plan.steps().stream().noneMatch(s -> s.kernel().equals("rowwise/vector/rope")),
        plan.toString());
  }
}
