package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ControlFlowPlanTests {
  private static final String BRANCHES =
      """
        w = f32[2, 2]{1.0, 2.0, 3.0, 4.0}
        y = if(c, x, w) {
          then = graph a(x: f32[3, 2], w: f32[2, 2]) { y = matmul(x, w) return y },
          else = graph b(x: f32[3, 2], w: f32[2, 2]) { y = relu(x) return y }
        }
        return y
      }
      """;

  @Test
  void aBranchThatDependsOnDataIsCompiledOnItsOwn() {
    Explanation plan = Agreement.check("graph g(x: f32[3, 2], c: bool[]) {\n" + BRANCHES, 1e-6);
    assertEquals("if", plan.steps().get(0).op());
  }

  @Test
  void aConstantConditionLeavesOneBranch() {
    Explanation plan =
        Agreement.check("graph g(x: f32[3, 2]) {\n  c = bool[]{true}\n" + BRANCHES, 1e-6);
    assertEquals(1, plan.steps().size(), plan.toString());
    assertEquals("matmul", plan.steps().get(0).op());
  }

  @Test
  void shapesThatDependOnDataAreHandledAtRunTime() {
    Agreement.check(
        """
        graph g(x: f32[4, 3], m: bool[4]) {
          y = compress(x, m) {axis = 0}
          z = relu(y)
          a = i64[1]{0}
          s = reduceSum(z, a)
          return s
        }
        """,
        1e-6);
  }
}
