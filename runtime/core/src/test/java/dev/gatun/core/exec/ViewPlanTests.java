package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pieces that lie in one place are looked at, not copied; odd sizes make for odd addresses. */
class ViewPlanTests {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "s = i64[3]{1, 2, 4} a, b, c = split(x, s) {axis = 0} y = mul(b, b) | 1",
        "a = i64[1]{3} b = i64[1]{6} c = slice(x, a, b) y = exp(c) | 1",
        "i = i64[]{5} a = gather(x, i) {axis = 0} y = exp(a) | 1",
        "i = i64[2]{-2, -1} a = gather(x, i) {axis = 0} y = exp(a) | 1",
        // Only the piece itself is written over, never what follows it.
        "i = i64[]{2} j = i64[]{3} a = gather(x, i) b = gather(x, j) c = softmax(a) {axis = -1} y = add(c, b) | 2",
        "i = i64[]{1} j = i64[]{0} t = relu(x) u = gather(t, i) {axis = 0} v = gather(t, j) {axis = 0}"
            + " e = erf(u) f = softmax(e) {axis = -1} g = softmax(v) {axis = -1} y = add(f, g) | 5",
        // Pieces of a constant, and of a piece.
        "k = f32[2, 3]{1, 2, 3, 4, 5, 6} i = i64[]{1} a = gather(k, i) {axis = 0} b = gather(a, i) {axis = 0}"
            + " y = mul(x, b) | 1",
        "s = i64[2]{3, 4} a, b = split(x, s) {axis = 0} i = i64[]{2} y = gather(b, i) {axis = 0} | 0",
      })
  void piecesAreNotCopied(String body, int computing) {
    Explanation plan = Agreement.check("graph g(x: f32[7, 5, 3]) { " + body + " return y }", 1e-5);
    List<Explanation.Step> steps =
        plan.steps().stream().filter(step -> !step.kernel().equals("view")).toList();
    assertEquals(computing, steps.size(), plan.toString());
  }
}
