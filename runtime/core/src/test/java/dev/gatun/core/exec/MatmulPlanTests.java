package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatmulPlanTests {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[3, 5] | [5, 7] | false | false",
        "[5, 3] | [7, 5] | true | true",
        "[17, 33] | [65, 33] | false | true",
        "[2, 3, 4, 5] | [5, 6] | false | false",
        "[2, 3, 4, 5] | [2, 3, 5, 6] | false | false",
        "[2, 1, 4, 5] | [3, 6, 5] | false | true",
        "[9, 7, 16] | [9, 16, 40] | false | false",
        "[9, 16, 7] | [16, 3] | true | false",
        "[5] | [5, 6] | false | false",
        "[4, 5] | [5] | false | false",
        "[5] | [5] | false | false",
        "[0, 5] | [5, 3] | false | false",
        "[2, 0] | [0, 3] | false | false",
        "[1, 300] | [300, 100] | false | false",
        "[64, 33] | [33, 70] | false | false",
        "[130, 17] | [45, 17] | false | true",
        "[33, 97] | [33, 64] | true | false",
        "[8, 16, 5] | [5, 31] | false | false",
        "[5, 301] | [38, 5] | true | true",
        "[101, 70] | [101, 40] | true | false"
      })
  void agreesWithTheReference(String a, String b, boolean turnA, boolean turnB) {
    String product = "y = matmul(a, b) {transposeA = " + turnA + ", transposeB = " + turnB + "}\n";
    Explanation plan =
        Agreement.check(
            "graph g(a: f32" + a + ", b: f32" + b + ") {\n" + product + "return y\n}", 2e-5);
    assertTrue(plan.steps().get(0).kernel().startsWith("matmul/"), plan.toString());
  }

  @Test
  void biasActivationAndResidualBecomeAnEpilogue() {
    Explanation plan =
        Agreement.check(
            """
            graph g(a: f32[2, 9, 33], b: f32[33, 70], bias: f32[70], more: f32[2, 9, 70], row: f32[2, 1, 1]) {
              y = matmul(a, b)
              z = add(bias, y)
              r = relu(z)
              s = add(r, more)
              t = mul(s, row)
              u = silu(t)
              return u
            }
            """,
            2e-5);
    assertEquals(1, plan.steps().size(), plan.toString());
    assertTrue(plan.steps().get(0).kernel().startsWith("matmul/"), plan.toString());
  }

  @Test
  void aBatchedProductTakesItsEpilogueToTheRightRows() {
    Explanation plan =
        Agreement.check(
            """
            graph g(a: f32[3, 5, 8], b: f32[3, 8, 6], mask: f32[3, 5, 6], one: f32[5, 1]) {
              y = matmul(a, b)
              z = add(y, mask)
              t = mul(z, one)
              return t
            }
            """,
            2e-5);
    assertEquals(1, plan.steps().size(), plan.toString());
  }

  @Test
  void doesNotFuseWhenTheProductIsAlsoAnOutput() {
    Explanation plan =
        Agreement.check(
            """
            graph g(a: f32[4, 5], b: f32[5, 6]) {
              y = matmul(a, b)
              z = relu(y)
              return y, z
            }
            """,
            2e-5);
    assertEquals(2, plan.steps().size(), plan.toString());
  }

  @Test
  void gemmBecomesOneStep() {
    Explanation plan =
        Agreement.check(
            """
            graph g(a: f32[4, 5], b: f32[6, 5], c: f32[6]) {
              y = gemm(a, b, c) {alpha = 0.5, beta = 2.0, transposeB = true}
              z = clip(y) {min = 0.0, max = 6.0}
              return z
            }
            """,
            2e-5);
    assertTrue(
        plan.steps().stream().noneMatch(s -> s.kernel().equals("reference")), plan.toString());
  }

  @Test
  void aLargeTransposedConstantIsWrittenWhenItIsPacked() {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, Shape.of(3, 521)));
    float[] weights = new float[521 * 613];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (i * 31 % 101 - 50) / 50f;
    }
    Value w = b.constant("w", Tensor.of(weights, 613, 521));
    b.output("y", b.add(Matmul.OP, x, b.add(Transpose.OP, w)));
    Explanation plan = Agreement.check(b.build(), 2e-5, Agreement.options());
    assertEquals(List.of("matmul"), plan.steps().stream().map(Explanation.Step::op).toList());
  }
}
