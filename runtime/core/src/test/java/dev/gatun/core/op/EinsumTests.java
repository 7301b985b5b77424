package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.fails;

import java.util.List;
import org.junit.jupiter.api.Test;

class EinsumTests {
  private static final String A = "f32 [[1, 2], [3, 4]];";
  private static final String B = "f32 [[5, 6], [7, 8]]";

  private static void einsum(String equation, String inputs, String expected) {
    check(Einsum.OP, inputs, expected, "equation", equation);
  }

  @Test
  void oneOperand() {
    einsum("ij->ji", A, "f32 [[1, 3], [2, 4]]");
    einsum("ji", A, "f32 [[1, 3], [2, 4]]");
    einsum("ii->i", A, "f32 [1, 4]");
    einsum("ii", A, "f32 5");
    einsum("ij->", A, "f32 10");
    einsum("i j -> i", A, "f32 [3, 7]");
    einsum("->", "f32 3", "f32 3");
  }

  @Test
  void products() {
    einsum("ij,jk->ik", A + B, "f32 [[19, 22], [43, 50]]");
    einsum("ij,jk", A + B, "f32 [[19, 22], [43, 50]]");
    einsum("ij,ij->", A + B, "f32 70");
    einsum("i,j,k->kji", "f32 [1, 2]; f32 [3]; f32 [4, 5]", "f32 [[[12, 24]], [[15, 30]]]");
    einsum("ij,j->i", "i64 [[1, 2], [3, 4]]; i64 [1, 10]", "i64 [21, 43]");
  }

  @Test
  void ellipsesBroadcast() {
    einsum(
        "...ij,...jk->...ik", A + "f32 [[[1], [1]], [[2], [0]]]", "f32 [[[3], [7]], [[2], [6]]]");
    einsum("...i->...", A, "f32 [3, 7]");
    einsum("...,...", "f32 [[1], [2]]; f32 [10, 20]", "f32 [[10, 20], [20, 40]]");
  }

  @Test
  void emptySumsAreZero() {
    einsum("ij,jk->ik", "f32 zeros 2 0; f32 zeros 0 1", "f32 [[0], [0]]");
    einsum("ij->ji", "f32 zeros 0 2", "f32 zeros 2 0");
  }

  @Test
  void errorsShowTheEquation() {
    fails(Einsum.OP, A + B, List.of("1 terms for 2"), "equation", "ij->ij");
    fails(Einsum.OP, A + "f32 zeros 3 2", List.of("'j'"), "equation", "ij,jk->ik");
    fails(Einsum.OP, A, List.of("'ijk'"), "equation", "ijk->i");
    fails(Einsum.OP, A, List.of("'z'"), "equation", "ij->z");
  }
}
