package dev.gatun.train.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Failure;
import org.junit.jupiter.api.Test;

/** Metrics of decisions on values small enough to count by hand, and at the edges. */
class ClassMetricTests {
  private static final Tensor PREDICTED = longs(0, 2, 1, 0, 0, 1);
  private static final Tensor ACTUAL = longs(0, 1, 2, 0, 1, 2);

  private static Tensor longs(long... values) {
    return Tensor.of(values, values.length);
  }

  private static Tensor floats(float... values) {
    return Tensor.of(values, values.length);
  }

  private static double value(Metric metric, Tensor predictions, Tensor targets) {
    metric.update(predictions, targets);
    return metric.result();
  }

  /** Class 0: 2 hits of 3 predictions, 2 targets; classes 1 and 2: no hits of 2 and 1, 2 each. */
  @Test
  void averagesAreThoseOfTheDefinition() {
    assertEquals(2 / 6.0, value(Metrics.accuracy(), PREDICTED, ACTUAL));
    assertEquals(2 / 9.0, value(Metrics.precision(Average.MACRO), PREDICTED, ACTUAL), 1e-15);
    assertEquals(2 / 6.0, value(Metrics.precision(Average.MICRO), PREDICTED, ACTUAL), 1e-15);
    assertEquals(2 / 9.0, value(Metrics.precision(Average.WEIGHTED), PREDICTED, ACTUAL), 1e-15);
    assertEquals(1 / 3.0, value(Metrics.recall(Average.MACRO), PREDICTED, ACTUAL), 1e-15);
    assertEquals(0.8 / 3, value(Metrics.f1(Average.MACRO), PREDICTED, ACTUAL), 1e-15);
    assertEquals(
        1 / 3.0, value(Metrics.balancedAccuracy(Decision.DEFAULT), PREDICTED, ACTUAL), 1e-15);
    // False positives 1, 2, 1 of 4 negatives each.
    assertEquals(
        1 / 3.0, value(Metrics.falsePositiveRate(Average.MACRO), PREDICTED, ACTUAL), 1e-15);
    assertEquals(
        4 / 12.0, value(Metrics.falsePositiveRate(Average.MICRO), PREDICTED, ACTUAL), 1e-15);
    assertEquals(2 / 3.0, value(Metrics.specificity(Average.MACRO), PREDICTED, ACTUAL), 1e-15);
    // Agreement 2/6, by chance (3*2 + 2*2 + 1*2) / 36.
    assertEquals(0, value(Metrics.kappa(), PREDICTED, ACTUAL), 1e-15);
    assertEquals(
        2 / 3.0 / 3,
        value(Metrics.intersectionOverUnion(Average.MACRO, Decision.DEFAULT), PREDICTED, ACTUAL),
        1e-15);
  }

  @Test
  void fScoreWeighsRecall() {
    Tensor predicted = longs(1, 1, 1, 0);
    Tensor actual = longs(1, 0, 0, 1);
    // Precision 1/3, recall 1/2: 5PR / (4P + R).
    assertEquals(
        (5 / 6.0) / (4 / 3.0 + 0.5),
        value(Metrics.fScore(2, Average.BINARY), predicted, actual),
        1e-15);
    // (1*0 - 2*1) / sqrt(3 * 2 * 2 * 1)
    assertEquals(-2 / Math.sqrt(12), value(Metrics.matthews(), predicted, actual), 1e-15);
    assertEquals(1.0, value(Metrics.falsePositiveRate(Average.BINARY), predicted, actual));
  }

  @Test
  void zeroByZeroFollowsThePolicy() {
    Tensor nobody = longs(0, 0, 0);
    Tensor somebody = longs(0, 1, 1);
    for (ZeroDivision zero : ZeroDivision.values()) {
      Metric precision =
          Metrics.of(ClassQuantity.PRECISION, Average.BINARY, Decision.DEFAULT, zero);
      double expected =
          switch (zero) {
            case ZERO -> 0;
            case ONE -> 1;
            case UNDEFINED -> Double.NaN;
          };
      assertEquals(expected, value(precision, nobody, somebody));
    }
    Metric left =
        Metrics.of(
            ClassQuantity.PRECISION, Average.MACRO, Decision.DEFAULT, ZeroDivision.UNDEFINED);
    assertEquals(1 / 3.0, value(left, nobody, somebody), 1e-15);
  }

  @Test
  void classesThatDoNotOccurAreLeftOut() {
    // Class 1 neither predicted nor true: the mean is over classes 0 and 2.
    assertEquals(0.75, value(Metrics.recall(Average.MACRO), longs(0, 2, 0), longs(0, 2, 2)), 1e-15);
  }

  @Test
  void nothingIsNotANumberAndResetForgets() {
    for (Metric metric :
        new Metric[] {
          Metrics.accuracy(),
          Metrics.f1(Average.MACRO),
          Metrics.matthews(),
          Metrics.kappa(),
          Metrics.topK(2),
          Metrics.logLoss(),
          Metrics.rocAuc(),
          Metrics.averagePrecision(),
          Metrics.mse(),
          Metrics.r2(),
          Metrics.confusion(),
          new Calibration(5),
          new Mean("loss")
        }) {
      assertEquals(Double.NaN, metric.result(), metric.name());
      Tensor scores =
          metric.name().equals("top2")
              ? Tensor.of(new float[] {0.1f, 0.9f, 0.8f, 0.2f}, 2, 2)
              : floats(0.2f, 0.9f);
      metric.update(scores, longs(0, 1));
      assertTrue(Double.isFinite(metric.result()), metric.name());
      metric.reset();
      assertEquals(Double.NaN, metric.result(), metric.name());
      assertEquals(metric.name(), metric.fresh().name());
    }
  }

  @Test
  void decisionsComeFromScoresAlongAnyAxis() {
    Tensor byLast = Tensor.of(new float[] {1, 2, 3, 3, 2, 1}, 2, 3);
    assertEquals(1.0, value(Metrics.accuracy(), byLast, longs(2, 0)));
    Tensor byFirst = Tensor.of(new float[] {1, 3, 2, 2, 3, 1}, 1, 3, 2);
    Tensor map = Tensor.of(new long[] {2, 0}, 1, 2);
    assertEquals(1.0, value(Metrics.accuracy(Decision.DEFAULT.classAxis(1)), byFirst, map));
    Tensor oneHot = Tensor.of(new float[] {0, 0, 1, 0, 1, 0}, 2, 3);
    assertEquals(0.5, value(Metrics.accuracy(), byLast, oneHot));
    // [N, 1] against [N]: one logit each.
    Tensor logits = Tensor.of(new float[] {-1, 0.1f, 3}, 3, 1);
    assertEquals(
        1.0, value(Metrics.accuracy(Decision.DEFAULT.threshold(0)), logits, longs(0, 1, 1)));
    // Equal scores: the first class.
    assertEquals(1.0, value(Metrics.accuracy(), Tensor.of(new float[] {1, 1}, 1, 2), longs(0)));
  }

  @Test
  void weightsAndIgnoredTargetsCount() {
    Metric metric = Metrics.accuracy();
    metric.update(longs(0, 1, 1), longs(0, 0, 1), floats(1, 2, 5));
    assertEquals(6 / 8.0, metric.result());
    // Rows of weight 0 are padding, whatever they hold.
    metric.reset();
    metric.update(floats(0.7f, Float.NaN), longs(1, -7), floats(1, 0));
    assertEquals(1.0, metric.result());
    assertEquals(
        0.5,
        value(
            Metrics.accuracy(Decision.DEFAULT.ignoring(-100)), longs(0, 1, 1), longs(0, -100, 0)));
  }

  @Test
  void topKResolvesTiesAsScikitLearn() {
    Tensor scores = Tensor.of(new float[] {0.5f, 0.5f, 0.1f, 0.5f, 0.5f, 0.1f}, 2, 3);
    assertEquals(0.5, value(Metrics.topK(1), scores, longs(0, 1)));
    assertEquals(1.0, value(Metrics.topK(2), scores, longs(0, 1)));
    assertEquals(1.0, value(Metrics.topK(9), scores, longs(2, 2)));
  }

  @Test
  void confusionMatrixGrowsAndPrints() {
    ConfusionMatrix matrix = Metrics.confusion();
    matrix.update(longs(0, 1, 1), longs(0, 0, 1));
    matrix.update(longs(3), longs(1));
    assertArrayEquals(
        new double[][] {{1, 1, 0, 0}, {0, 1, 0, 1}, {0, 0, 0, 0}, {0, 0, 0, 0}}, matrix.counts());
    assertEquals(0.5, matrix.result());
    assertTrue(matrix.toString().contains("true \\ predicted"), matrix::toString);
    assertEquals(3, new ConfusionMatrix(3, Decision.DEFAULT).counts().length);
    Tensor far = longs(5000);
    String error = Failure.of(() -> Metrics.confusion().update(far, far));
    assertTrue(error.contains("5001 classes"), error);
  }

  @Test
  void badInputsAreNamed() {
    assertMessage("hold NaN at [1]", floats(0.1f, Float.NaN), longs(0, 1));
    assertMessage("hold -1 at [0]", longs(0), longs(-1));
    assertMessage("hold 0.5 at [0]", longs(0), floats(0.5f));
    assertMessage("do not fit targets [3]", Tensor.of(new float[8], 4, 2), longs(0, 1, 0));
    assertMessage("hold class 2 at [0]", Tensor.of(new float[] {1, 0}, 1, 2), longs(2));
    assertMessage("are strings", Tensor.of(new String[] {"a"}, 1), longs(2));
    Metric accuracy = Metrics.accuracy();
    assertThrows(
        GatunException.class, () -> accuracy.update(longs(0, 1), longs(0, 1), floats(1, 1, 1)));
    assertThrows(GatunException.class, () -> accuracy.update(longs(0), longs(0), floats(-1)));
    assertThrows(GatunException.class, () -> accuracy.merge(Metrics.kappa()));
  }

  private static void assertMessage(String expected, Tensor predictions, Tensor targets) {
    Metric accuracy = Metrics.accuracy();
    String error = Failure.of(() -> accuracy.update(predictions, targets));
    assertTrue(error.startsWith("metric 'accuracy': ") && error.contains(expected), error);
  }
}
