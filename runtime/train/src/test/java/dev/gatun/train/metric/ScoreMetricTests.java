package dev.gatun.train.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Metrics of scores and probabilities against definitions and values worked out by hand. */
class ScoreMetricTests {
  private static Tensor longs(long... values) {
    return Tensor.of(values, values.length);
  }

  private static Tensor doubles(double... values) {
    return Tensor.of(values, values.length);
  }

  /** The share of pairs in which the positive has the larger score; equal ones count half. */
  private static double mannWhitney(double[] scores, long[] labels, double[] weights) {
    double right = 0;
    double all = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int j = 0; j < scores.length; j++) {
        if (labels[i] == 1 && labels[j] == 0) {
          double pair = weights[i] * weights[j];
          right += pair * (scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0);
          all += pair;
        }
      }
    }
    return right / all;
  }

  @Test
  void areaIsTheMannWhitneyStatistic() {
    Random random = new Random(7);
    for (int n : new int[] {2, 3, 17, 64, 65, 200}) {
      double[] scores = new double[n];
      long[] labels = new long[n];
      double[] weights = new double[n];
      for (int i = 0; i < n; i++) {
        scores[i] = random.nextInt(1 + n / 2) / (double) n; // many ties
        labels[i] = i % 2 == 0 ? 1 : i == 1 ? 0 : random.nextInt(2);
        weights[i] = 1 + random.nextInt(3);
      }
      RankingMetric metric = Metrics.rocAuc();
      metric.update(doubles(scores), longs(labels), doubles(weights));
      assertEquals(mannWhitney(scores, labels, weights), metric.result(), 1e-12, "n = " + n);
      assertEquals(metric.result(), metric.roc().corners().area(), 1e-12);
    }
  }

  @Test
  void curvesHaveThePointsOfScikitLearn() {
    // The example of scikit-learn's documentation of roc_curve and precision_recall_curve.
    Tensor scores = doubles(0.1, 0.4, 0.35, 0.8);
    Tensor labels = longs(0, 0, 1, 1);
    RankingMetric metric = Metrics.averagePrecision();
    metric.update(scores, labels);
    RocCurve roc = metric.roc();
    assertArrayEquals(new double[] {0, 0, 0.5, 0.5, 1}, roc.falsePositiveRates());
    assertArrayEquals(new double[] {0, 0.5, 0.5, 1, 1}, roc.truePositiveRates());
    assertArrayEquals(
        new double[] {Double.POSITIVE_INFINITY, 0.8, 0.4, 0.35, 0.1}, roc.thresholds());
    assertEquals(0.75, roc.area());
    PrecisionRecallCurve curve = metric.precisionRecall();
    assertArrayEquals(new double[] {0.5, 2 / 3.0, 0.5, 1, 1}, curve.precisions(), 1e-15);
    assertArrayEquals(new double[] {1, 1, 0.5, 0.5, 0}, curve.recalls());
    assertArrayEquals(new double[] {0.1, 0.35, 0.4, 0.8}, curve.thresholds());
    assertEquals(5 / 6.0, metric.result(), 1e-15);
  }

  @Test
  void oneClassAloneHasNoRocCurve() {
    RankingMetric auc = Metrics.rocAuc();
    auc.update(doubles(0.1, 0.9), longs(1, 1));
    assertEquals(Double.NaN, auc.result());
    auc.update(doubles(0.5), longs(0));
    assertEquals(0.5, auc.result());
    RankingMetric precision = Metrics.averagePrecision();
    precision.update(doubles(0.1, 0.9), longs(0, 0));
    assertEquals(0, precision.result());
    RankingMetric all = Metrics.averagePrecision();
    all.update(doubles(0.1, 0.9), longs(1, 1));
    assertEquals(1, all.result());
  }

  @Test
  void twoColumnsAreOneScoreAndThreeAreOneAgainstTheRest() {
    RankingMetric two = Metrics.rocAuc();
    two.update(
        Tensor.of(new double[] {0.9, 0.1, 0.6, 0.4, 0.65, 0.35, 0.2, 0.8}, 4, 2),
        longs(0, 0, 1, 1));
    assertEquals(0.75, two.result());
    RankingMetric three = Metrics.rocAuc();
    // Class 2 never occurs: the mean is over the other two.
    three.update(
        Tensor.of(new double[] {0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.5, 0.3, 0.2}, 3, 3),
        longs(0, 1, 1));
    assertEquals(1.0, three.result());
    RankingMetric other = three.fresh();
    other.update(doubles(0.3), longs(1));
    assertThrows(GatunException.class, () -> three.merge(other));
    assertThrows(
        GatunException.class,
        () -> three.update(Tensor.of(new double[] {1, 0, 0}, 1, 3), longs(3)));
  }

  @Test
  void logLossIsClippedByThePrecisionOfItsType() {
    Metric loss = Metrics.logLoss();
    loss.update(Tensor.of(new double[] {0.25, 0.75, 0.5, 0.5}, 2, 2), longs(1, 0));
    assertEquals((Math.log(4 / 3.0) + Math.log(2)) / 2, loss.result(), 1e-15);
    Metric wrong = Metrics.logLoss();
    wrong.update(Tensor.of(new float[] {1, 0}, 1, 2), longs(1));
    assertEquals(-Math.log(0x1p-23), wrong.result(), 1e-12);
    wrong.reset();
    wrong.update(doubles(0), longs(1));
    assertEquals(-Math.log(0x1p-52), wrong.result(), 1e-12);
  }

  @Test
  void logitsGiveTheSameWithoutOverflow() {
    Metric fromLogits = Metrics.logLossFromLogits();
    fromLogits.update(Tensor.of(new double[] {1000, 1001, 0, 0}, 2, 2), longs(1, 0));
    assertEquals((Math.log1p(Math.exp(-1)) + Math.log(2)) / 2, fromLogits.result(), 1e-12);
    Metric single = Metrics.logLossFromLogits();
    single.update(doubles(-800, 2), longs(1, 1));
    assertEquals((800 + Math.log1p(Math.exp(-2))) / 2, single.result(), 1e-12);
  }

  @Test
  void perplexityOfEqualLogitsIsTheVocabulary() {
    Metric perplexity = Metrics.perplexityIgnoring(-100);
    perplexity.update(
        Tensor.of(new float[3 * 7], 1, 3, 7), Tensor.of(new long[] {0, 6, -100}, 1, 3));
    assertEquals(7, perplexity.result(), 1e-9);
  }

  @Test
  void brierIsTheSquaredDistance() {
    Metric two = Metrics.brier();
    two.update(doubles(0.9, 0.2), longs(1, 1));
    assertEquals((0.01 + 0.64) / 2, two.result(), 1e-15);
    Metric three = Metrics.brier();
    three.update(Tensor.of(new double[] {0.2, 0.3, 0.5}, 1, 3), longs(2));
    assertEquals(0.04 + 0.09 + 0.25, three.result(), 1e-15);
    assertThrows(GatunException.class, () -> two.update(doubles(1.5), longs(1)));
    assertThrows(GatunException.class, () -> two.update(doubles(0.5, 0.5), longs(1)));
  }

  @Test
  void calibrationCurveIsThatOfScikitLearn() {
    // The example of scikit-learn's documentation of calibration_curve, 3 bins.
    Calibration calibration = new Calibration(3);
    calibration.update(
        doubles(0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1.0), longs(0, 0, 0, 0, 1, 1, 1, 1, 1));
    Calibration.Point[] curve = calibration.curve();
    assertEquals(3, curve.length);
    assertArrayEquals(
        new double[] {0, 0.5, 1},
        new double[] {
          curve[0].shareOfPositives(), curve[1].shareOfPositives(), curve[2].shareOfPositives()
        });
    assertArrayEquals(
        new double[] {0.2, 0.525, 0.85},
        new double[] {
          curve[0].meanPrediction(), curve[1].meanPrediction(), curve[2].meanPrediction()
        },
        1e-15);
    assertEquals((0.6 + 0.05 + 0.6) / 9, calibration.result(), 1e-15);
    Calibration edges = new Calibration(10);
    edges.update(doubles(0, 0.3, 1), longs(0, 0, 1));
    assertEquals(3, edges.curve().length);
    assertThrows(GatunException.class, () -> edges.merge(new Calibration(5)));
  }

  @Test
  void regressionAtTheEdges() {
    Metric constant = Metrics.r2();
    constant.update(doubles(2, 2), doubles(2, 2));
    assertEquals(1, constant.result());
    constant.update(doubles(3), doubles(2));
    assertEquals(0, constant.result());
    // The mean over columns: 1 - 0 and 1 - 2/2.
    Metric columns = Metrics.r2();
    columns.update(
        Tensor.of(new double[] {1, 5, 3, 5}, 2, 2), Tensor.of(new double[] {1, 4, 3, 6}, 2, 2));
    assertEquals(0.5, columns.result(), 1e-15);
    Metric variance = Metrics.explainedVariance();
    variance.update(doubles(11, 12, 13), doubles(1, 2, 3));
    assertEquals(1, variance.result(), 1e-15);
    Metric rmse = Metrics.rmse();
    rmse.update(
        Tensor.of(new double[] {0, 0, 0, 0}, 2, 2),
        Tensor.of(new double[] {1, 1, 9, 9}, 2, 2),
        doubles(1, 0));
    assertEquals(1, rmse.result());
    Metric largest = Metrics.maxError();
    largest.update(doubles(1, -7), doubles(2, 2));
    assertEquals(9, largest.result());
    Metric logs = Metrics.msle();
    logs.update(doubles(0), doubles(Math.E - 1));
    assertEquals(1, logs.result(), 1e-15);
    assertThrows(GatunException.class, () -> logs.update(doubles(0), doubles(-1)));
    assertThrows(GatunException.class, () -> rmse.update(doubles(0, 1), doubles(1)));
    assertThrows(GatunException.class, () -> rmse.update(doubles(Double.NaN), doubles(1)));
  }

  @Test
  void mergedDeviationsAreThoseOfTheWhole() {
    Random random = new Random(3);
    Metric whole = Metrics.r2();
    Metric left = Metrics.r2();
    Metric right = Metrics.r2();
    for (int i = 0; i < 40; i++) {
      Tensor y = doubles(1e6 + random.nextGaussian());
      Tensor p = doubles(1e6 + random.nextGaussian());
      whole.update(p, y);
      (i < 13 ? left : right).update(p, y);
    }
    left.merge(right);
    assertEquals(whole.result(), left.result(), 1e-9);
  }
}
