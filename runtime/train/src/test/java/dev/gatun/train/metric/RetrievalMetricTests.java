package dev.gatun.train.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Failure;
import org.junit.jupiter.api.Test;

/** Metrics of rankings on values worked out by hand. */
class RetrievalMetricTests {
  private static Tensor rows(int items, double... values) {
    return Tensor.of(values, values.length / items, items);
  }

  private static double value(RetrievalMetric metric, Tensor scores, Tensor relevances) {
    metric.update(scores, relevances);
    return metric.result();
  }

  @Test
  void gainsAreDiscountedByRank() {
    // Order by score: relevances 5, 1, 0, 0, 10; ideal 10, 5, 1.
    Tensor scores = rows(5, 0.1, 0.2, 0.3, 4, 70);
    Tensor gains = rows(5, 10, 0, 0, 1, 5);
    double found = 5 + 1 / log2(3) + 10 / log2(6);
    double ideal = 10 + 5 / log2(3) + 1 / log2(4);
    assertEquals(found / ideal, value(RetrievalMetric.ndcg(5), scores, gains), 1e-12);
    assertEquals(
        (5 + 1 / log2(3)) / (10 + 5 / log2(3)),
        value(RetrievalMetric.ndcg(2), scores, gains),
        1e-12);
    assertEquals(1, value(RetrievalMetric.ndcg(99), gains, gains), 1e-12);
  }

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }

  @Test
  void ranksOfRelevantItems() {
    // Relevant at ranks 2 and 4; at rank 1; nowhere, which does not count.
    Tensor scores = rows(4, 4, 3, 2, 1, 9, 8, 7, 6, 1, 2, 3, 4);
    Tensor relevant = rows(4, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0);
    assertEquals((0.5 + 1) / 2, value(RetrievalMetric.reciprocalRank(), scores, relevant));
    assertEquals((0.5 + 1) / 2, value(RetrievalMetric.meanAveragePrecision(4), scores, relevant));
    assertEquals((0.25 + 1) / 2, value(RetrievalMetric.meanAveragePrecision(3), scores, relevant));
    assertEquals(0.5, value(RetrievalMetric.hitRate(1), scores, relevant));
    assertEquals(1, value(RetrievalMetric.hitRate(2), scores, relevant));
    assertEquals((0.5 + 0.5) / 2, value(RetrievalMetric.precision(2), scores, relevant));
    assertEquals((0.5 + 1) / 2, value(RetrievalMetric.recall(2), scores, relevant));
    assertEquals(Double.NaN, value(RetrievalMetric.hitRate(1), scores, rows(4, new double[12])));
  }

  @Test
  void tiesKeepTheOrderAndWeightsRemoveItems() {
    RetrievalMetric rank = RetrievalMetric.reciprocalRank();
    assertEquals(0.5, value(rank, rows(3, 1, 1, 1), rows(3, 0, 1, 1)));
    RetrievalMetric other = rank.fresh();
    other.update(rows(3, 9, 8, Double.NaN), rows(3, 0, 1, 1), rows(3, 0, 1, 0));
    assertEquals(1, other.result());
    rank.merge(other);
    assertEquals(0.75, rank.result());
    assertTrue(Failure.of(() -> rank.merge(RetrievalMetric.hitRate(1))).contains("cannot take in"));
    assertTrue(
        Failure.of(() -> rank.update(rows(2, 1, 2), rows(1, 1, 2))).contains("[queries, items]"));
    assertTrue(Failure.of(() -> rank.update(rows(1, 1), rows(1, -1))).contains("0 or more"));
    assertTrue(Failure.of(() -> RetrievalMetric.ndcg(0)).contains("at least one item"));
  }
}
