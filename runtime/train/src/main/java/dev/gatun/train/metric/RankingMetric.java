package dev.gatun.train.metric;

import dev.gatun.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * ROC-AUC or average precision, exact: all scores are kept until the result is asked for (20 bytes
 * a sample and 8 more for each further class).
 *
 * <p>With more than two classes each is ranked against the rest and the result is the mean over the
 * classes for which it is defined.
 */
public final class RankingMetric implements Metric {
  /** Which number the curve is summed up in. */
  enum Kind {
    ROC_AUC,
    AVERAGE_PRECISION
  }

  private final Kind kind;
  private final ScoreTable table;

  RankingMetric(Kind kind) {
    this.kind = kind;
    this.table = new ScoreTable(name());
  }

  @Override
  public String name() {
    return kind == Kind.ROC_AUC ? "roc_auc" : "average_precision";
  }

  @Override
  public void update(Tensor predictions, Tensor targets, @Nullable Tensor weights) {
    table.add(predictions, targets, weights);
  }

  @Override
  public void merge(Metric other) {
    RankingMetric more = Merging.same(this, other);
    table.add(more.table);
  }

  @Override
  public double result() {
    double sum = 0;
    int defined = 0;
    for (int c = 0; c < table.columns(); c++) {
      double value = kind == Kind.ROC_AUC ? roc(c).area() : precisionRecall(c).averagePrecision();
      if (!Double.isNaN(value)) {
        sum += value;
        defined++;
      }
    }
    return defined == 0 ? Double.NaN : sum / defined;
  }

  /** The curve for two classes. */
  public RocCurve roc() {
    return roc(0);
  }

  /** The curve of one class against the rest. */
  public RocCurve roc(int column) {
    return RocCurve.of(table.ranking(column));
  }

  /** The curve for two classes. */
  public PrecisionRecallCurve precisionRecall() {
    return precisionRecall(0);
  }

  /** The curve of one class against the rest. */
  public PrecisionRecallCurve precisionRecall(int column) {
    return PrecisionRecallCurve.of(table.ranking(column));
  }

  @Override
  public void reset() {
    table.clear();
  }

  @Override
  public RankingMetric fresh() {
    return new RankingMetric(kind);
  }
}
