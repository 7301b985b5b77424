package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Several results of one pointwise node, and steps that run side by side. */
class FuseUpdatesTests {
  private static List<String> steps(String text) {
    return Agreement.check(text, 1e-6).steps().stream().map(step -> step.outputs()).toList();
  }

  @Test
  void anOptimizersUpdateIsOneStep() {
    List<String> steps =
        steps(
            """
            graph g(p: f32[37, 5], m: f32[37, 5], g: f32[37, 5], rate: f32[], ok: bool[]) {
              tenth = f32[]{0.1}
              step = mul(g, tenth)
              next = add(m, step)
              scaled = mul(next, rate)
              moved = sub(p, scaled)
              q = where(ok, moved, p)
              n = where(ok, next, m)
              return q, n
            }
            """);
    assertEquals(1, steps.size(), steps::toString);
  }

  @Test
  void resultsThatOthersReadStayAlone() {
    List<String> steps =
        steps(
            """
            graph g(x: f32[6, 8], y: f32[6, 8]) {
              a = add(x, y)
              b = exp(a)
              c = mul(a, b)
              s = reduceSum(b)
              return a, b, c, s
            }
            """);
    assertEquals(4, steps.size(), steps::toString);
  }

  @Test
  void stepsSideBySideGiveTheSame() {
    // Some depend on each other, some write where others were read.
    StringBuilder text = new StringBuilder("graph g(");
    for (int i = 0; i < 9; i++) {
      text.append(i == 0 ? "" : ", ").append("x" + i + ": f32[" + (40 + 9000 * i) + "]");
    }
    text.append(") {\n");
    for (int i = 0; i < 9; i++) {
      text.append("s" + i + " = reduceSumSquare(x" + i + ")\n");
      text.append("d" + i + " = mul(x" + i + ", s" + i + ")\n");
      text.append("t" + i + " = reduceSum(d" + i + ")\n");
      text.append("r" + i + " = add(t" + i + ", s" + Math.max(0, i - 1) + ")\n");
    }
    text.append("return r0, r1, r2, r3, r4, r5, r6, r7, r8 }");
    Agreement.check(text.toString(), 1e-4);
  }

  @Test
  void longRowsAndColumnsAreSummedInParts() {
    for (String sum : new String[] {"reduceSum", "reduceSumSquare", "reduceMax"}) {
      Agreement.check(
          "graph g(x: f32[3, 200001]) { a = i64[1]{1} y = " + sum + "(x, a) return y }", 1e-4);
      Agreement.check(
          "graph g(x: f32[5001, 37]) { a = i64[1]{0} y = " + sum + "(x, a) return y }", 1e-4);
    }
  }

  @Test
  void sumsOfImagesNeedNoTranspose() {
    Explanation plan =
        Agreement.check(
            """
            graph g(x: f32[2, 3, 9, 7], w: f32[5, 3, 3, 3]) {
              c = conv(x, w)
              axes = i64[3]{0, 2, 3}
              s = reduceSum(c, axes) {keepDims = false}
              k = reduceMax(c, axes)
              return s, k
            }
            """,
            1e-4);
    assertEquals(
        0,
        plan.steps().stream().filter(step -> step.note().contains("beside")).count(),
        plan::toString);
  }
}
