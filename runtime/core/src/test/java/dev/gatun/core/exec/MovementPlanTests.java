package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MovementPlanTests {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "graph g(x: f32[2, 3, 5]) { y = transpose(x) {perm = [2, 0, 1]} return y }",
        "graph g(x: i64[2, 17, 33]) { y = transpose(x) {perm = [0, 2, 1]} return y }",
        "graph g(x: f32[2, 1, 5]) { s = i64[3]{2, 4, 5} y = expand(x, s) return y }",
        "graph g(x: f32[7, 9]) { a = i64[2]{6, 1} b = i64[2]{-100, 8} c = i64[2]{0, 1} d = i64[2]{-2, 3}"
            + " y = slice(x, a, b, c, d) return y }",
        "graph g(x: bool[3, 4], z: bool[3, 2]) { y = concat(x, z, x) {axis = -1} return y }",
        "graph g(x: f32[6, 5]) { s = i64[3]{1, 2, 2} a, b, c = split(x, s) {axis = 1} return a, b, c }",
        "graph g(x: f32[3, 8]) { a, b = split(x) {axis = 1, parts = 2} return b, a }",
        "graph g(x: f32[2, 3]) { r = i64[2]{2, 3} y = tile(x, r) return y }",
        "graph g(x: f32[2, 3, 4]) { y = flip(x) {axes = [0, -1]} return y }",
        "graph g(x: f32[0, 3]) { y = transpose(x) {perm = [1, 0]} return y }"
      })
  void agreesWithTheReference(String text) {
    Explanation plan = Agreement.check(text, 0);
    assertTrue(
        plan.steps().stream().allMatch(s -> s.kernel().startsWith("movement/")), plan.toString());
  }
}
