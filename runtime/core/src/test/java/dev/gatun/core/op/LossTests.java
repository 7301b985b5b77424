package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.checkClose;
import static dev.gatun.core.op.OpChecks.fails;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Options of the losses that the golden file does not show. */
class LossTests {
  private static final String LOG_P = "f32 [[-1, -2, -4], [-3, -5, -6]];";

  @Test
  void likelihoodWeightsAndIgnores() {
    check(NegativeLogLikelihood.OP, LOG_P + "i64 [1, 0]", "f32 2.5");
    check(NegativeLogLikelihood.OP, LOG_P + "i64 [1, 0]", "f32 5", "reduction", "sum");
    check(NegativeLogLikelihood.OP, LOG_P + "i32 [1, 0]", "f32 [2, 3]", "reduction", "none");
    // (2 * 3 + 3 * 1) / (3 + 1)
    check(NegativeLogLikelihood.OP, LOG_P + "i64 [1, 0]; f32 [1, 3, 9]", "f32 2.25");
    check(NegativeLogLikelihood.OP, LOG_P + "i64 [-1, 0]", "f32 3", "ignoreIndex", -1);
    check(
        NegativeLogLikelihood.OP,
        LOG_P + "i64 [-1, 0]",
        "f32 [0, 3]",
        "ignoreIndex",
        -1,
        "reduction",
        "none");
    check(
        NegativeLogLikelihood.OP,
        "f32 [[[-1, -2], [-3, -4]]]; i64 [[1, 0]]",
        "f32 [[3, 2]]",
        "reduction",
        "none");
    fails(NegativeLogLikelihood.OP, LOG_P + "i64 [3, 0]", List.of("target 3", "3 classes"));
  }

  @Test
  void softmaxCrossEntropyAlsoGivesLogProbabilities() {
    checkClose(
        1e-6,
        SoftmaxCrossEntropy.OP,
        "f32 [[0, 0]]; i64 [1]",
        "f32 0.6931472; f32 [[-0.6931472, -0.6931472]]");
  }

  @Test
  void ctcSumsOverAlignments() {
    // Two steps, classes blank and a, each with probability 1/2; "a" is -a, a-, aa.
    String even =
        "f64 [[[-0.6931471805599453, -0.6931471805599453]],"
            + " [[-0.6931471805599453, -0.6931471805599453]]];";
    checkClose(1e-9, CtcLoss.OP, even + "i64 [[1]]; i64 [2]; i64 [1]", "f64 [0.28768207245178085]");
    // "aa" needs a blank between: three steps; two are not enough.
    check(CtcLoss.OP, even + "i64 [1, 1]; i64 [2]; i64 [2]", "f64 [inf]");
    check(CtcLoss.OP, even + "i64 [1, 1]; i64 [2]; i64 [2]", "f64 [0]", "zeroInfinity", true);
    checkClose(1e-9, CtcLoss.OP, even + "i64 [[1]]; i64 [2]; i64 [0]", "f64 [1.3862943611198906]");
    fails(CtcLoss.OP, even + "i64 [[1]]; i64 [3]; i64 [1]", List.of("sequence 0"));
  }

  private static double loss(Function<GraphBuilder, Value> formula) {
    GraphBuilder b = new GraphBuilder("loss");
    b.output("loss", formula.apply(b));
    return new Interpreter().tensor(b.build()).getDouble(0);
  }

  private static Value vector(GraphBuilder b, double... values) {
    return b.constant(Tensor.of(values, values.length));
  }

  private static Value rows(GraphBuilder b, double... values) {
    return b.constant(Tensor.of(values, values.length / 2, 2));
  }

  @Test
  void crossEntropySmoothsWeighsAndIgnores() {
    double log2 = Math.log(2);
    // Equal logits: every class costs log 2; the second sample does not count.
    double mean =
        loss(
            b ->
                Losses.crossEntropy(
                    b,
                    rows(b, 0, 0, 3, 1),
                    b.constant(Tensor.of(new long[] {1, -100}, 2)),
                    Value.ABSENT,
                    0.2,
                    Losses.IGNORED,
                    LossReduction.MEAN));
    assertEquals(log2, mean, 1e-12);
    // Weights 1 and 3: 0.8 * 3 log 2 + 0.1 * (1 + 3) log 2 over the weight 3.
    double weighted =
        loss(
            b ->
                Losses.crossEntropy(
                    b,
                    rows(b, 0, 0),
                    b.constant(Tensor.of(new long[] {1}, 1)),
                    vector(b, 1, 3),
                    0.2,
                    Losses.IGNORED,
                    LossReduction.MEAN));
    assertEquals(2.8 * log2 / 3, weighted, 1e-12);
  }

  @Test
  void oneSampleNeedsNoBatch() {
    double loss =
        loss(
            b ->
                Losses.crossEntropy(
                    b,
                    vector(b, 0, 0),
                    b.constant(Tensor.scalar(1)),
                    Value.ABSENT,
                    0,
                    Losses.IGNORED,
                    LossReduction.MEAN));
    assertEquals(Math.log(2), loss, 1e-12);
  }

  @Test
  void divergenceFromZeroIsFinite() {
    double loss =
        loss(
            b ->
                Losses.klDivergence(
                    b, rows(b, -1, -2), rows(b, 0, 1), false, LossReduction.BATCH_MEAN));
    assertEquals(2, loss, 1e-12);
  }

  @Test
  void fullPoissonAndGaussianAddConstants() {
    double poisson =
        loss(
            b ->
                Losses.poissonNll(
                    b, vector(b, 2), vector(b, 3), false, true, 0, LossReduction.SUM));
    double stirling = 3 * Math.log(3) - 3 + 0.5 * Math.log(2 * Math.PI * 3);
    assertEquals(2 - 3 * Math.log(2) + stirling, poisson, 1e-12);
    double gaussian =
        loss(
            b ->
                Losses.gaussianNll(
                    b, rows(b, 1, 3), rows(b, 1, 1), vector(b, 4), true, 1e-6, LossReduction.SUM));
    assertEquals(Math.log(4) + 0.5 + Math.log(2 * Math.PI), gaussian, 1e-12);
  }

  @Test
  void tripletsSwapTheirAnchor() {
    // Anchor and negative are 4 apart, positive and negative 1.
    double plain =
        loss(
            b ->
                PairLosses.triplet(
                    b,
                    rows(b, 0, 0),
                    rows(b, 3, 0),
                    rows(b, 4, 0),
                    2,
                    2,
                    false,
                    LossReduction.MEAN));
    double swapped =
        loss(
            b ->
                PairLosses.triplet(
                    b,
                    rows(b, 0, 0),
                    rows(b, 3, 0),
                    rows(b, 4, 0),
                    2,
                    2,
                    true,
                    LossReduction.MEAN));
    assertEquals(1, plain, 1e-5);
    assertEquals(4, swapped, 1e-5);
  }

  @Test
  void distantLogitsStayFinite() {
    double loss =
        loss(
            b ->
                Losses.binaryCrossEntropyWithLogits(
                    b,
                    vector(b, 1000, -1000),
                    vector(b, 0, 1),
                    Value.ABSENT,
                    vector(b, 2),
                    LossReduction.SUM));
    assertEquals(3000, loss, 1e-9);
    double clamped =
        loss(
            b ->
                Losses.binaryCrossEntropy(
                    b, vector(b, 1, 0), vector(b, 0, 0), Value.ABSENT, LossReduction.SUM));
    assertEquals(100, clamped, 1e-9);
  }
}
