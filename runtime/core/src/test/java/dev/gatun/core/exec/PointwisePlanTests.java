package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PointwisePlanTests {
  private static final String SCALAR = "pointwise/scalar/any/generated";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "graph g(x: i64[3, 17], z: i64[17]) { a = add(x, z) y = mul(a, x) return y }",
        "graph g(x: i32[5], z: i32[]) { a = sub(x, z) b = max(a, x) y = div(b, a) return y }",
        "graph g(x: u8[4, 1], z: u8[33]) { a = add(x, z) b = sub(z, a) y = min(a, b) return y }",
        "graph g(x: i8[67]) { a = neg(x) y = shiftLeft(a, x) return y }",
        "graph g(x: u64[9], z: u64[9]) { a = sub(x, z) y = less(a, z) return y }",
        "graph g(x: f64[3, 5], z: f64[5]) { a = exp(x) b = div(a, z) y = tanh(b) return y }",
        "graph g(x: f16[3, 5], z: f16[3, 1]) { a = mul(x, z) y = relu(a) return y }",
        "graph g(x: bf16[65]) { y = sigmoid(x) return y }",
        "graph g(x: i64[2, 3, 4]) { c = i64[]{1} a = lessEqual(x, c) y = where(a, c, x) return y }",
        "graph g(x: f32[2, 3, 4]) { a = cast(x) {to = i32} b = cast(a) {to = f16} return b }",
        "graph g(c: bool[7], x: i64[7], z: i64[1]) { y = where(c, x, z) return y }",
        "graph g(x: i64[0, 3]) { y = add(x, x) return y }",
        "graph g(x: i64[]) { y = mul(x, x) return y }"
      })
  void computesExactlyWhatTheReferenceDoes(String text) {
    Explanation plan = Agreement.check(text, 0);
    assertTrue(
        plan.steps().stream()
            .allMatch(s -> s.kernel().equals(SCALAR) || s.kernel().startsWith("cast/")),
        plan.toString());
  }

  @Test
  void vectorAndScalarCodeDoNotShareAKernel() {
    Explanation plan =
        Agreement.check(
            "graph g(m: i64[3, 40], x: f32[3, 40]) { c = i64[]{1} k = sub(c, m)"
                + " f = cast(k) {to = f32} p = mul(f, x) y = relu(p) return y }",
            1e-6);
    assertEquals(2, plan.steps().size(), plan.toString());
    assertEquals(SCALAR, plan.steps().get(0).kernel());
    assertEquals("pointwise/vector/f32/generated", plan.steps().get(1).kernel());
  }

  @Test
  void vectorOperatorsStayVectorsBesideOneThatIsNot() {
    Explanation plan =
        Agreement.check(
            "graph g(x: f32[3, 40]) { a = relu(x) b = asinh(a) y = exp(b) return y }", 1e-5);
    assertEquals(3, plan.steps().size(), plan.toString());
    assertEquals(1, plan.steps().stream().filter(s -> s.kernel().equals(SCALAR)).count());
  }
}
