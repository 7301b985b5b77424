package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.checkClose;
import static dev.gatun.core.op.OpChecks.fails;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Queries of zero see all keys alike, so that weights can be counted by hand. */
class AttentionTests {
  private static final String BLIND = "f32 zeros 1 1 3 1; f32 zeros 1 1 3 1;";
  private static final String VALUES = "f32 [[[[3], [6], [12]]]];";

  @Test
  void causalQueriesSeeTheirOwnPlace() {
    check(
        Attention.OP,
        BLIND + VALUES,
        "f32 [[[[3], [4.5], [7]]]]; f32 zeros 1 1 3 3",
        "causal",
        true);
    check(
        Attention.OP,
        BLIND + VALUES,
        "f32 [[[[4.5], [7], [7]]]]",
        "causal",
        true,
        "causalOffset",
        1);
  }

  @Test
  void masksKeepOrAdd() {
    String mask = "bool [[true, false, true]]";
    check(Attention.OP, BLIND + VALUES + mask, "f32 [[[[7.5], [7.5], [7.5]]]]");
    // exp(log 2) = 2: the first key counts twice.
    checkClose(
        1e-6,
        Attention.OP,
        BLIND + VALUES + "f32 [[0.6931472, 0, -inf]]",
        "f32 [[[[4], [4], [4]]]]");
  }

  @Test
  void aQueryWithoutKeysGivesZeros() {
    check(
        Attention.OP,
        BLIND + VALUES + "bool [[true, true, true], [false, false, false], [true, false, false]]",
        "f32 [[[[7], [0], [3]]]]; f32 [[[[0.33333334, 0.33333334, 0.33333334],"
            + " [0, 0, 0], [1, 0, 0]]]]",
        "stage",
        3);
  }

  @Test
  void lengthsHideUnusedKeysEvenIfTheyAreNaN() {
    check(
        Attention.OP,
        BLIND + "f32 [[[[3], [6], [nan]]]]; -; i64 [2]",
        "f32 [[[[4.5], [4.5], [4.5]]]]");
    // Causal: query i is at place i + 2 - 3.
    check(
        Attention.OP,
        BLIND + "f32 [[[[3], [6], [nan]]]]; -; i64 [2]",
        "f32 [[[[0], [3], [4.5]]]]",
        "causal",
        true);
  }

  @Test
  void scoresAreCappedBeforeTheyAreMasked() {
    String one = "f32 [[[[2]]]]; f32 [[[[3], [-1]]]]; f32 [[[[1], [5]]]]; f32 [[0, -inf]]";
    check(Attention.OP, one, "f32 [[[[1]]]]; f32 [[[[12, -4]]]]", "scale", 2.0);
    checkClose(
        1e-6,
        Attention.OP,
        one,
        "f32 [[[[1]]]]; f32 [[[[3.980219, -3.0463767]]]]",
        "scale",
        2.0,
        "softcap",
        4.0,
        "stage",
        1);
    checkClose(
        1e-6,
        Attention.OP,
        one,
        "f32 [[[[1]]]]; f32 [[[[3.980219, -inf]]]]",
        "scale",
        2.0,
        "softcap",
        4.0,
        "stage",
        2);
  }

  @Test
  void headsShareKeysInGroups() {
    check(
        Attention.OP,
        "f32 zeros 1 4 1 1; f32 zeros 1 2 1 1; f32 [[[[1]], [[2]]]]",
        "f32 [[[[1]], [[1]], [[2]], [[2]]]]");
    fails(
        Attention.OP,
        "f32 zeros 1 3 1 1; f32 zeros 1 2 1 1; f32 zeros 1 2 1 1",
        List.of("3 query heads cannot share 2"));
  }

  @Test
  void noKeysAndNoQueries() {
    check(
        Attention.OP,
        "f32 zeros 1 1 2 3; f32 zeros 1 1 0 3; f32 zeros 1 1 0 1",
        "f32 [[[[0], [0]]]]");
    check(
        Attention.OP,
        "f32 zeros 1 1 0 3; f32 zeros 1 1 2 3; f32 zeros 1 1 2 4",
        "f32 zeros 1 1 0 4");
  }

  @Test
  void ropeTurnsPairs() {
    // A quarter turn: (a, b) to (-b, a).
    String tables = "f32 [[0, 1]]; f32 [[1, 0]]";
    check(Rope.OP, "f32 [[[[1, 2, 3, 4]]]];" + tables, "f32 [[[[-3, 2, 1, 4]]]]");
    check(
        Rope.OP,
        "f32 [[[[1, 2, 3, 4]]]];" + tables,
        "f32 [[[[-2, 1, 3, 4]]]]",
        "interleaved",
        true);
    check(
        Rope.OP,
        "f32 [[[[1, 2, 9]]]]; f32 [[1], [0]]; f32 [[0], [1]]; i64 [[1]]",
        "f32 [[[[-2, 1, 9]]]]",
        "rotaryDim",
        2);
    fails(
        Rope.OP,
        "f32 [[[[1, 2, 9]]]]; f32 [[1], [0]]; f32 [[0], [1]]; i64 [[2]]",
        List.of("position 2"),
        "rotaryDim",
        2);
  }

  @Test
  void embeddingTakesRows() {
    check(Embedding.OP, "f32 [[1, 2], [3, 4]]; i64 [[1, 0, 1]]", "f32 [[[3, 4], [1, 2], [3, 4]]]");
  }
}
