package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.checkClose;
import static dev.gatun.core.op.OpChecks.fails;

import dev.gatun.core.graph.OpDef;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reductions over some, all and no axes. */
class ReductionTests {
  private static final String X = "f32 [[[1, 2], [3, 4]], [[5, 6], [7, -8]], [[9, 10], [11, 12]]]";

  @Test
  void reducesTheGivenAxes() {
    check(ReduceSum.OP, X + "; i64 [1]", "f32 [[[4, 6]], [[12, -2]], [[20, 22]]]");
    check(ReduceSum.OP, X + "; i64 [-1, 0]", "f32 [33, 29]", "keepDims", false);
    check(ReduceSum.OP, X, "f32 [[[62]]]");
    check(ReduceSum.OP, X, "f32 62", "keepDims", false);
    check(ReduceSum.OP, X + "; i64 []", "f32 62", "keepDims", false);
    check(ReduceSum.OP, X + "; i64 []", X, "noopWithEmptyAxes", true);
    check(ReduceSum.OP, X, X, "noopWithEmptyAxes", true);
    check(ReduceSum.OP, "f32 3; i64 [0]", "f32 3");
    check(ReduceSum.OP, "f32 3; i64 [-1]", "f32 3", "keepDims", false);
    fails(ReduceSum.OP, "f32 [1]; i64 [1]", List.of("axis 1", "[-1, 0]"));
    fails(ReduceSum.OP, "f32 [[1]]; i64 [1, -1]", List.of("twice"));
    fails(ReduceSum.OP, "bool [1]", List.of("BOOL"));
  }

  @Test
  void kindsDiffer() {
    String x = "f64 [[3, -4], [1, 2]]";
    reduce(ReduceMean.OP, x, "f64 [-0.5, 1.5]");
    reduce(ReduceMax.OP, x, "f64 [3, 2]");
    reduce(ReduceMin.OP, x, "f64 [-4, 1]");
    reduce(ReduceProd.OP, x, "f64 [-12, 2]");
    reduce(ReduceSumSquare.OP, x, "f64 [25, 5]");
    reduce(ReduceL1.OP, x, "f64 [7, 3]");
    reduce(ReduceL2.OP, x, "f64 [5, 2.23606797749979]");
    reduce(ReduceLogSum.OP, x, "f64 [nan, 1.0986122886681098]");
    reduce(ReduceLogSumExp.OP, x, "f64 [3.000911466453774, 2.313261687518223]");
  }

  private static void reduce(OpDef op, String x, String expected) {
    checkClose(1e-15, op, x + "; i64 [1]", expected, "keepDims", false);
  }

  @Test
  void nothingHasNeutralResults() {
    String x = "f32 zeros 2 0";
    reduce(ReduceSum.OP, x, "f32 [0, 0]");
    reduce(ReduceMean.OP, x, "f32 [nan, nan]");
    reduce(ReduceMax.OP, x, "f32 [-inf, -inf]");
    reduce(ReduceMin.OP, x, "f32 [inf, inf]");
    reduce(ReduceProd.OP, x, "f32 [1, 1]");
    reduce(ReduceSumSquare.OP, x, "f32 [0, 0]");
    reduce(ReduceL2.OP, x, "f32 [0, 0]");
    reduce(ReduceLogSum.OP, x, "f32 [-inf, -inf]");
    reduce(ReduceLogSumExp.OP, x, "f32 [-inf, -inf]");
    reduce(ReduceMax.OP, "i8 zeros 1 0", "i8 [-128]");
    reduce(ReduceMin.OP, "u64 zeros 1 0", "u64 [18446744073709551615]");
    reduce(ReduceMin.OP, "bool zeros 1 0", "bool [1]");
    check(ReduceSum.OP, "f32 zeros 0 3; i64 [1]", "f32 zeros 0 1");
    check(ReduceSum.OP, "f32 zeros 0 3; i64 [0]", "f32 [[0, 0, 0]]");
  }

  @Test
  void integersAndBooleans() {
    reduce(ReduceSum.OP, "u8 [[200, 100]]", "u8 [44]");
    reduce(ReduceMean.OP, "i32 [[-3, -4]]", "i32 [-3]");
    reduce(ReduceMean.OP, "u64 [[18446744073709551614, 1]]", "u64 [9223372036854775807]");
    reduce(ReduceMax.OP, "u64 [[18446744073709551615, 1]]", "u64 [18446744073709551615]");
    reduce(ReduceMin.OP, "i64 [[-5, 5, 0]]", "i64 [-5]");
    reduce(ReduceMax.OP, "bool [[0, 1], [0, 0]]", "bool [1, 0]");
    reduce(ReduceMin.OP, "bool [[0, 1], [1, 1]]", "bool [0, 1]");
    reduce(ReduceL2.OP, "i32 [[3, 4]]", "i32 [5]");
    reduce(ReduceL1.OP, "i32 [[3, -4]]", "i32 [7]");
    reduce(ReduceProd.OP, "i32 [[3, -4]]", "i32 [-12]");
  }

  @Test
  void notANumberSpreadsAndNothingOverflows() {
    reduce(ReduceMax.OP, "f32 [[1, nan]]", "f32 [nan]");
    reduce(ReduceMin.OP, "f32 [[1, nan]]", "f32 [nan]");
    reduce(
        ReduceLogSumExp.OP,
        "f32 [[1000, 1000], [-inf, -inf], [inf, 1]]",
        "f32 [1000.69315, -inf, inf]");
    reduce(ReduceSum.OP, "f16 [[60000, 60000, -60000]]", "f16 [60000]");
  }
}
