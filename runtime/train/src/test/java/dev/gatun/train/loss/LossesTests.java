package dev.gatun.train.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.LossReduction;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Values and gradients of losses against formulas. */
class LossesTests {
  /** A loss and its gradient. */
  private record Result(double value, double[] gradient) {}

  private static Result run(Tensor x, Function<Flow, Flow> loss) {
    GraphBuilder b = new GraphBuilder("loss");
    Value input = b.input("x", x.type());
    Flow value = loss.apply(Flow.of(b, input));
    b.output("loss", value.value());
    b.output("gradient", Gradients.of(b, value.value(), List.of(input)).get(0));
    var results = new Interpreter().run(b.build(), List.of(x));
    return new Result(
        ((Tensor) results.get(0)).getDouble(0), ((Tensor) results.get(1)).toDoubles());
  }

  private static Result run(Loss loss, double[] x, double... t) {
    return run(
        Tensor.of(x, x.length),
        f -> loss.of(f, f.constant(Tensor.of(t, t.length)), loss.reduction()));
  }

  @Test
  void meanSquaredErrorHasGradientTwiceTheErrorByN() {
    Result r = run(Losses.meanSquaredError(), new double[] {1, 2, 4}, 0, 2, 1);
    assertEquals(10.0 / 3, r.value(), 1e-12);
    assertArrayEquals(new double[] {2.0 / 3, 0, 2}, r.gradient(), 1e-12);
  }

  @Test
  void meanAbsoluteErrorHasNoSlopeAtEquality() {
    Result r = run(Losses.meanAbsoluteError(), new double[] {1, 2, -4}, 0, 2, 1);
    assertEquals(2, r.value(), 1e-12);
    assertArrayEquals(new double[] {1.0 / 3, 0, -1.0 / 3}, r.gradient(), 1e-12);
  }

  @Test
  void huberIsSmoothAtDelta() {
    double e = 1e-9;
    Result below = run(Losses.huber(1.5), new double[] {1.5 - e}, 0);
    Result above = run(Losses.huber(1.5), new double[] {1.5 + e}, 0);
    assertEquals(below.value(), above.value(), 1e-8);
    assertEquals(below.gradient()[0], above.gradient()[0], 1e-8);
    Result smooth = run(Losses.smoothL1(1.5), new double[] {-4, 1}, 0, 0);
    Result huber = run(Losses.huber(1.5), new double[] {-4, 1}, 0, 0);
    assertEquals(huber.value() / 1.5, smooth.value(), 1e-12);
  }

  @Test
  void sigmoidCrossEntropyIsFiniteAndItsGradientIsTheError() {
    Result far = run(Losses.sigmoidCrossEntropy(), new double[] {1000, -1000, 1000}, 1, 0, 0);
    assertEquals(1000.0 / 3, far.value(), 1e-9);
    assertArrayEquals(new double[] {0, 0, 1.0 / 3}, far.gradient(), 1e-12);
    Result near =
        run(Losses.sigmoidCrossEntropy().reduction(LossReduction.SUM), new double[] {0.3}, 0.8);
    assertEquals(1 / (1 + Math.exp(-0.3)) - 0.8, near.gradient()[0], 1e-12);
    double p = 1 / (1 + Math.exp(-0.3));
    assertEquals(
        near.value(), run(Losses.binaryCrossEntropy(), new double[] {p}, 0.8).value(), 1e-12);
    Result positive = run(Losses.sigmoidCrossEntropy(3), new double[] {0.3, 0.3}, 1, 0);
    assertEquals((-3 * Math.log(p) - Math.log(1 - p)) / 2, positive.value(), 1e-12);
  }

  private static Result classes(Loss loss, Tensor x, Tensor t) {
    return run(x, f -> loss.of(f, f.constant(t), loss.reduction()));
  }

  private static final double[] LOGITS = {1, 2, 0.5, -1, 0, 3, 0.1, 0.2, 0.3};
  private static final Tensor X = Tensor.of(LOGITS, 3, 3);
  private static final Tensor T = Tensor.of(new long[] {1, 2, 0}, 3);

  private static double logP(int row, int c) {
    double sum = 0;
    for (int k = 0; k < 3; k++) {
      sum += Math.exp(LOGITS[3 * row + k]);
    }
    return LOGITS[3 * row + c] - Math.log(sum);
  }

  @Test
  void softmaxCrossEntropyHasTheErrorAsGradient() {
    Result r = classes(Losses.softmaxCrossEntropy(), X, T);
    assertEquals(-(logP(0, 1) + logP(1, 2) + logP(2, 0)) / 3, r.value(), 1e-12);
    assertEquals(Math.exp(logP(0, 0)) / 3, r.gradient()[0], 1e-12);
    assertEquals((Math.exp(logP(0, 1)) - 1) / 3, r.gradient()[1], 1e-12);
    Tensor oneHot = Tensor.of(new double[] {0, 1, 0, 0, 0, 1, 1, 0, 0}, 3, 3);
    Result soft = classes(Losses.softLabelCrossEntropy(), X, oneHot);
    assertEquals(r.value(), soft.value(), 1e-12);
    assertArrayEquals(r.gradient(), soft.gradient(), 1e-12);
  }

  @Test
  void classWeightsSmoothingAndIgnoredTargets() {
    CrossEntropy loss = Losses.softmaxCrossEntropy();
    Result weighted = classes(loss.classWeights(2, 1, 0.5), X, T);
    double sum = -(logP(0, 1) + 0.5 * logP(1, 2) + 2 * logP(2, 0));
    assertEquals(sum / 3.5, weighted.value(), 1e-12);
    Tensor ignoring = Tensor.of(new long[] {1, -100, 0}, 3);
    Result ignored = classes(loss, X, ignoring);
    assertEquals(-(logP(0, 1) + logP(2, 0)) / 2, ignored.value(), 1e-12);
    assertEquals(0, ignored.gradient()[4]);
    Result smooth = classes(loss.labelSmoothing(0.3), X, ignoring);
    double expected = 0;
    for (int row : new int[] {0, 2}) {
      int t = row == 0 ? 1 : 0;
      double all = logP(row, 0) + logP(row, 1) + logP(row, 2);
      expected -= 0.7 * logP(row, t) + 0.3 * all / 3;
    }
    assertEquals(expected / 2, smooth.value(), 1e-12);
    assertEquals(
        sum,
        classes(loss.classWeights(2, 1, 0.5).reduction(LossReduction.SUM), X, T).value(),
        1e-12);
    assertEquals(
        sum / 3,
        classes(loss.classWeights(2, 1, 0.5).reduction(LossReduction.BATCH_MEAN), X, T).value(),
        1e-12);
  }

  @Test
  void classesMayLieOnTheLastAxis() {
    Tensor rows = Tensor.of(LOGITS, 1, 3, 3);
    Tensor targets = Tensor.of(new long[] {1, 2, 0}, 1, 3);
    Result flat = classes(Losses.softmaxCrossEntropy(), X, T);
    Result last = classes(Losses.softmaxCrossEntropy().lastAxis(), rows, targets);
    assertEquals(flat.value(), last.value(), 1e-12);
    assertArrayEquals(flat.gradient(), last.gradient(), 1e-12);
    Result smoothed =
        classes(Losses.softmaxCrossEntropy().lastAxis().labelSmoothing(0.1), rows, targets);
    Result wanted = classes(Losses.softmaxCrossEntropy().labelSmoothing(0.1), X, T);
    assertEquals(wanted.value(), smoothed.value(), 1e-12);
  }

  @Test
  void sampleWeightsAreRepetitions() {
    Tensor weights = Tensor.of(new double[] {2, 1, 1}, 3);
    for (Loss loss :
        List.<Loss>of(
            Losses.softmaxCrossEntropy(),
            Losses.softmaxCrossEntropy().classWeights(1, 2, 3).labelSmoothing(0.1))) {
      for (LossReduction how : List.of(LossReduction.MEAN, LossReduction.SUM)) {
        Result weighted =
            run(
                X,
                f ->
                    loss.reduction(how)
                        .value(
                            List.of(f), List.of(f.constant(T)), Optional.of(f.constant(weights))));
        double[] repeated = new double[12];
        System.arraycopy(LOGITS, 0, repeated, 0, 9);
        System.arraycopy(LOGITS, 0, repeated, 9, 3);
        Result wanted =
            classes(
                loss.reduction(how),
                Tensor.of(repeated, 4, 3),
                Tensor.of(new long[] {1, 2, 0, 1}, 4));
        assertEquals(wanted.value(), weighted.value(), 1e-12);
      }
    }
  }

  @Test
  void focalWithoutFocusIsWeightedCrossEntropy() {
    Result focal = run(Losses.focal(0.25, 0), new double[] {0.3, -2}, 1, 0);
    double expected =
        (-0.25 * Math.log(1 / (1 + Math.exp(-0.3))) - 0.75 * Math.log(1 - 1 / (1 + Math.exp(2))))
            / 2;
    assertEquals(expected, focal.value(), 1e-12);
  }

  @Test
  void hingesTakePlusAndMinusOne() {
    Result hinge = run(Losses.hinge(), new double[] {0.5, -2}, 1, -1);
    assertEquals(0.25, hinge.value(), 1e-12);
    assertArrayEquals(new double[] {-0.5, 0}, hinge.gradient(), 1e-12);
    assertEquals(
        hinge.value(),
        run(Losses.hingeOfZeroAndOne(), new double[] {0.5, -2}, 1, 0).value(),
        1e-12);
    assertEquals(0.125, run(Losses.squaredHinge(), new double[] {0.5, -2}, 1, -1).value(), 1e-12);
  }

  @Test
  void divergenceOfADistributionFromItselfIsZero() {
    double[] p = {0.2, 0.8, 0};
    double[] logs = {Math.log(0.2), Math.log(0.8), -5};
    assertEquals(0, run(Losses.klDivergence(), logs, p).value(), 1e-12);
    Result gaussian =
        run(
            Tensor.of(new double[] {0.5, -1}, 1, 2),
            m -> PairLosses.gaussianKl(m, m.mul(0).add(0.3)).mean());
    double each = 0.5 * (Math.exp(0.3) - 1 - 0.3);
    assertEquals(0.5 * (0.25 + 1) + 2 * each, gaussian.value(), 1e-12);
  }

  @Test
  void contrastiveLossKnowsBothLabels() {
    for (double d : new double[] {0, 0.4, 1, 2}) {
      Tensor distance = Tensor.of(new double[] {d}, 1);
      for (int different = 0; different < 2; different++) {
        double expected = different == 0 ? d * d : Math.pow(Math.max(0, 1 - d), 2);
        double label = different;
        Result paper =
            run(
                distance,
                f ->
                    PairLosses.contrastive(
                            f, f.constant(Tensor.of(new double[] {label}, 1)), 1, false)
                        .mean());
        Result other =
            run(
                distance,
                f ->
                    PairLosses.contrastive(
                            f, f.constant(Tensor.of(new double[] {1 - label}, 1)), 1, true)
                        .mean());
        assertEquals(expected, paper.value(), 1e-12);
        assertEquals(expected, other.value(), 1e-12);
        assertArrayEquals(paper.gradient(), other.gradient(), 1e-12);
      }
    }
  }

  @Test
  void distancesHaveFiniteGradientsAtZero() {
    Tensor zeros = Tensor.of(new double[4], 2, 2);
    for (Function<Flow, Flow> f :
        List.<Function<Flow, Flow>>of(
            x -> Similarity.distance(x, x.mul(0)).sum(),
            x -> Similarity.cosine(x, x.mul(0)).sum(),
            x -> Similarity.unit(x).sum())) {
      for (double g : run(zeros, f).gradient()) {
        assertTrue(Double.isFinite(g));
      }
    }
  }

  @Test
  void gansAtOneHalf() {
    Tensor zero = Tensor.of(new double[] {0}, 1, 1);
    assertEquals(Math.log(4), run(zero, f -> PairLosses.discriminator(f, f)).value(), 1e-12);
    assertEquals(-Math.log(2), run(zero, PairLosses::generatorMinimax).value(), 1e-12);
    assertEquals(Math.log(2), run(zero, PairLosses::generator).value(), 1e-12);
    assertEquals(-0.5, run(zero, PairLosses::generatorMinimax).gradient()[0], 1e-12);
    assertEquals(-0.5, run(zero, PairLosses::generator).gradient()[0], 1e-12);
  }

  @Test
  void rankingLosses() {
    Tensor x = Tensor.of(new double[] {1.5, 1}, 2);
    Result bpr = run(x, f -> PairLosses.bpr(f.select(0, 0), f.select(0, 1)));
    assertEquals(Math.log(1 + Math.exp(-0.5)), bpr.value(), 1e-12);
    Result margin = run(x, f -> PairLosses.marginRanking(f.select(0, 0), f.select(0, 1), 1));
    assertEquals(0.5, margin.value(), 1e-12);
    assertArrayEquals(new double[] {-1, 1}, margin.gradient(), 1e-12);
  }

  @Test
  void aLossOfOnesOwnGetsItsGradient() {
    // A miss costs five times what a false alarm costs.
    Loss costs =
        Losses.of(
            (x, t) -> {
              Flow p = x.sigmoid();
              return t.mul(p.subFrom(1)).mul(5).add(t.subFrom(1).mul(p));
            });
    Result r = run(costs, new double[] {0, 0}, 1, 0);
    assertEquals((2.5 + 0.5) / 2, r.value(), 1e-12);
    assertArrayEquals(new double[] {-5 * 0.25 / 2, 0.25 / 2}, r.gradient(), 1e-12);
  }

  @Test
  void quantileLogCoshPoissonCosineAndDice() {
    assertEquals(0.9 * 2, run(Losses.quantile(0.9), new double[] {1}, 3).value(), 1e-12);
    assertEquals(0.1 * 2, run(Losses.quantile(0.9), new double[] {3}, 1).value(), 1e-12);
    assertEquals(Math.log(Math.cosh(2)), run(Losses.logCosh(), new double[] {3}, 1).value(), 1e-12);
    assertEquals(999 - Math.log(2), run(Losses.logCosh(), new double[] {1000}, 1).value(), 1e-9);
    assertEquals(
        Math.exp(0.5) - 3 * 0.5, run(Losses.poisson(), new double[] {0.5}, 3).value(), 1e-12);
    Tensor rows = Tensor.of(new double[] {1, 0, 1, 1}, 2, 2);
    Tensor targets = Tensor.of(new double[] {0, 1, 2, 2}, 2, 2);
    assertEquals(0.5, classes(Losses.cosine(), rows, targets).value(), 1e-9);
    Tensor sure = Tensor.of(new double[] {100, -100}, 1, 2);
    Tensor hit = Tensor.of(new double[] {1, 0}, 1, 2);
    assertEquals(0, classes(Losses.dice(1), sure, hit).value(), 1e-9);
  }

  @Test
  void badOptionsAreRefused() {
    assertThrows(GatunException.class, () -> Losses.huber(0));
    assertThrows(GatunException.class, () -> Losses.quantile(1));
    assertThrows(GatunException.class, () -> Losses.softmaxCrossEntropy().labelSmoothing(1));
    assertThrows(
        GatunException.class,
        () ->
            run(
                X,
                f ->
                    Losses.meanSquaredError()
                        .reduction(LossReduction.NONE)
                        .value(List.of(f), List.of(f), Optional.empty())));
    assertThrows(
        GatunException.class,
        () ->
            run(
                X,
                f -> Losses.meanSquaredError().value(List.of(f, f), List.of(f), Optional.empty())));
  }
}
