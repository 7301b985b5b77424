package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How well items are put in order, averaged over queries. Predictions are scores [queries, items],
 * targets how relevant each item is (0 is not); items of weight 0 (weights [queries, items]) do not
 * exist, and queries without a relevant item do not count. Equal scores keep the order of the
 * items.
 */
public final class RetrievalMetric implements Metric {
  /** What a query scores. */
  enum Kind {
    NDCG,
    MRR,
    MAP,
    HIT_RATE,
    PRECISION,
    RECALL
  }

  private final Kind kind;
  private final int cutoff;
  private double sum;
  private long queries;

  private RetrievalMetric(Kind kind, int cutoff) {
    this.kind = kind;
    this.cutoff = cutoff;
    if (cutoff < 1) {
      throw new GatunException("metric '" + name() + "': rankings are cut after at least one item");
    }
  }

  /** Discounted gain of the first k items, as a share of the best possible. */
  public static RetrievalMetric ndcg(int k) {
    return new RetrievalMetric(Kind.NDCG, k);
  }

  /** One by the rank of the first relevant item. */
  public static RetrievalMetric reciprocalRank() {
    return new RetrievalMetric(Kind.MRR, Integer.MAX_VALUE);
  }

  /** The mean of the precisions at the relevant items, among the first k. */
  public static RetrievalMetric meanAveragePrecision(int k) {
    return new RetrievalMetric(Kind.MAP, k);
  }

  /** The share of queries with a relevant item among the first k. */
  public static RetrievalMetric hitRate(int k) {
    return new RetrievalMetric(Kind.HIT_RATE, k);
  }

  /** The share of relevant items among the first k. */
  public static RetrievalMetric precision(int k) {
    return new RetrievalMetric(Kind.PRECISION, k);
  }

  /** The share of the relevant items that is among the first k. */
  public static RetrievalMetric recall(int k) {
    return new RetrievalMetric(Kind.RECALL, k);
  }

  @Override
  public String name() {
    String base = kind.name().toLowerCase(Locale.ROOT);
    return cutoff == Integer.MAX_VALUE ? base : base + "@" + cutoff;
  }

  @Override
  public void update(Tensor predictions, Tensor targets, @Nullable Tensor weights) {
    if (!predictions.shape().equals(targets.shape()) || predictions.shape().rank() != 2) {
      throw new ShapeException(
          "metric '"
              + name()
              + "': expected scores and relevances [queries, items], got "
              + predictions.shape()
              + " and "
              + targets.shape());
    }
    Cells scores = Cells.predictions(name(), predictions);
    Cells relevant = Cells.targets(name(), targets);
    Cells there = Cells.weights(name(), weights, predictions.elements());
    int items = Math.toIntExact(predictions.shape().size(1));
    for (long q = 0; q < predictions.shape().size(0); q++) {
      double[] keys = new double[items];
      double[] gains = new double[items];
      int count = 0;
      for (int i = 0; i < items; i++) {
        long at = q * items + i;
        if (Cells.weight(there, at) > 0) {
          keys[count] = scores.number(at);
          gains[count] = relevant.number(at);
          if (gains[count++] < 0) {
            throw relevant.bad(at, String.valueOf(gains[count - 1]), "relevance is 0 or more");
          }
        }
      }
      query(Arrays.copyOf(keys, count), Arrays.copyOf(gains, count));
    }
  }

  private void query(double[] scores, double[] gains) {
    int[] order = IndexSort.descending(scores);
    int relevant = 0;
    for (double gain : gains) {
      relevant += gain > 0 ? 1 : 0;
    }
    if (relevant == 0) {
      return;
    }
    int shown = Math.min(cutoff, order.length);
    int found = 0;
    double first = 0;
    double precisions = 0;
    for (int rank = 0; rank < shown; rank++) {
      if (gains[order[rank]] > 0) {
        found++;
        first = first == 0 ? 1.0 / (rank + 1) : first;
        precisions += found / (rank + 1.0);
      }
    }
    sum +=
        switch (kind) {
          case NDCG -> gain(gains, order, shown) / gain(gains, IndexSort.descending(gains), shown);
          case MRR -> first;
          case MAP -> precisions / Math.min(relevant, cutoff);
          case HIT_RATE -> found > 0 ? 1 : 0;
          case PRECISION -> found / (double) cutoff;
          case RECALL -> found / (double) relevant;
        };
    queries++;
  }

  private static double gain(double[] gains, int[] order, int shown) {
    double sum = 0;
    for (int rank = 0; rank < shown; rank++) {
      sum += gains[order[rank]] * Math.log(2) / Math.log(rank + 2);
    }
    return sum;
  }

  @Override
  public void merge(Metric other) {
    RetrievalMetric more = Merging.same(this, other);
    sum += more.sum;
    queries += more.queries;
  }

  @Override
  public double result() {
    return sum / queries;
  }

  @Override
  public void reset() {
    sum = 0;
    queries = 0;
  }

  @Override
  public RetrievalMetric fresh() {
    return new RetrievalMetric(kind, cutoff);
  }
}
