package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.fails;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Largest elements, sorting and running totals along an axis. */
class OrderTests {
  @Test
  void findsExtremes() {
    String x = "f32 [[2, 1, 2], [3, 10, 10]]";
    check(ArgMax.OP, x, "i64 [[1, 1, 1]]");
    check(ArgMax.OP, x, "i64 [0, 1]", "axis", 1, "keepDims", false);
    check(ArgMax.OP, x, "i64 [[2], [2]]", "axis", -1, "selectLast", true);
    check(ArgMin.OP, x, "i64 [[1], [0]]", "axis", 1);
    check(ArgMin.OP, "i32 [4, 1, 1]", "i64 [2]", "selectLast", true);
    check(ArgMax.OP, "f32 [1, nan, 9, nan]", "i64 [1]", "selectLast", true);
    check(ArgMax.OP, "u64 [1, 18446744073709551615]", "i64 [1]");
    check(ArgMax.OP, "f32 5", "i64 0");
    check(ArgMax.OP, "f32 zeros 0 2", "i64 zeros 0 1", "axis", 1);
    fails(ArgMax.OP, "f32 zeros 0 2", List.of("axis 0 is empty"));
    fails(ArgMax.OP, "f32 [1]", List.of("axis 1"), "axis", 1);
  }

  @Test
  void takesTheLargest() {
    String x = "f32 [[0, 3, 2, 3], [4, 5, 6, 7]]; ";
    check(TopK.OP, x + "i64 [2]", "f32 [[3, 3], [7, 6]]; i64 [[1, 3], [3, 2]]");
    check(TopK.OP, x + "i64 [2]", "f32 [[0, 2], [4, 5]]; i64 [[0, 2], [0, 1]]", "largest", false);
    check(TopK.OP, x + "i64 1", "f32 [[4, 5, 6, 7]]; i64 [[1, 1, 1, 1]]", "axis", 0);
    check(TopK.OP, "f32 [1, nan, inf, 2]; i64 [3]", "f32 [nan, inf, 2]; i64 [1, 2, 3]");
    check(TopK.OP, "u64 [1, 18446744073709551615]; i64 [1]", "u64 [18446744073709551615]; i64 [1]");
    check(TopK.OP, "i8 [1]; i64 [0]", "i8 []; i64 []");
    fails(TopK.OP, x + "i64 [5]", List.of("k is 5", "size 4"));
    fails(TopK.OP, x + "i64 [-1]", List.of("k is -1"));
  }

  @Test
  void sorts() {
    check(Sort.OP, "f32 [3, nan, -1, 3]", "f32 [-1, 3, 3, nan]; i64 [2, 0, 3, 1]");
    check(
        Sort.OP,
        "f32 [3, nan, -1, 3]",
        "f32 [nan, 3, 3, -1]; i64 [1, 0, 3, 2]",
        "descending",
        true);
    check(Sort.OP, "i32 [[2, 1], [1, 2]]", "i32 [[1, 1], [2, 2]]; i64 [[1, 0], [0, 1]]", "axis", 0);
    check(Sort.OP, "string ['b', 'a']", "string ['a', 'b']; i64 [1, 0]");
    check(Sort.OP, "f32 5", "f32 5; i64 0");
    check(Sort.OP, "f32 zeros 2 0", "f32 zeros 2 0; i64 zeros 2 0");
  }

  @Test
  void accumulates() {
    String x = "f64 [[1, 2, 3], [4, 5, 6]]; ";
    check(CumSum.OP, x + "i64 1", "f64 [[1, 3, 6], [4, 9, 15]]");
    check(CumSum.OP, x + "i32 [0]", "f64 [[1, 2, 3], [5, 7, 9]]");
    check(CumSum.OP, x + "i64 -1", "f64 [[0, 1, 3], [0, 4, 9]]", "exclusive", true);
    check(CumSum.OP, x + "i64 1", "f64 [[6, 5, 3], [15, 11, 6]]", "reverse", true);
    check(
        CumSum.OP, x + "i64 1", "f64 [[5, 3, 0], [11, 6, 0]]", "reverse", true, "exclusive", true);
    check(CumProd.OP, x + "i64 1", "f64 [[1, 2, 6], [4, 20, 120]]");
    check(CumProd.OP, x + "i64 1", "f64 [[1, 1, 2], [1, 4, 20]]", "exclusive", true);
    check(CumSum.OP, "i8 [100, 100]; i64 0", "i8 [100, -56]");
    check(CumSum.OP, "f16 [2048, 1, 1]; i64 0", "f16 [2048, 2048, 2050]");
    check(CumSum.OP, "f32 zeros 0; i64 0", "f32 []");
    fails(CumSum.OP, x + "i64 2", List.of("axis 2"));
    fails(CumSum.OP, x + "f32 0", List.of("integer"));
  }
}
