package dev.gatun.train.metric;

import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An error of numbers against numbers. Predictions and targets have the same shape; R² and the
 * explained variance are computed for each column of [N, D] and averaged.
 */
final class Regression implements Metric {
  /** What is averaged or compared. */
  enum Kind {
    MSE,
    RMSE,
    MAE,
    MAPE,
    MSLE,
    MAX_ERROR,
    R2,
    EXPLAINED_VARIANCE;

    boolean needsColumns() {
      return this == R2 || this == EXPLAINED_VARIANCE;
    }
  }

  private final Kind kind;
  private double[] weights = new double[0];
  private double[] errors = new double[0];
  // Mean and squared deviations of targets and of residuals by column (Welford, merged by Chan).
  private double[] means = new double[0];
  private double[] deviations = new double[0];
  private double[] residualMeans = new double[0];
  private double[] residualDeviations = new double[0];

  Regression(Kind kind) {
    this.kind = kind;
  }

  @Override
  public String name() {
    return switch (kind) {
      case MSE -> "mse";
      case RMSE -> "rmse";
      case MAE -> "mae";
      case MAPE -> "mape";
      case MSLE -> "msle";
      case MAX_ERROR -> "max_error";
      case R2 -> "r2";
      case EXPLAINED_VARIANCE -> "explained_variance";
    };
  }

  @Override
  public void update(Tensor predictions, Tensor targets, @Nullable Tensor weight) {
    Cells.sameShape(name(), predictions, targets);
    Cells from = Cells.predictions(name(), predictions);
    Cells truth = Cells.targets(name(), targets);
    long count = truth.count();
    int width =
        kind.needsColumns() && targets.shape().rank() > 1
            ? Math.toIntExact(count / Math.max(targets.shape().size(0), 1))
            : 1;
    // One weight a row, or one a number.
    boolean byRow = weight != null && weight.elements() != count;
    Cells each = Cells.weights(name(), weight, byRow ? targets.shape().size(0) : count);
    long share = byRow ? count / Math.max(targets.shape().size(0), 1) : 1;
    if (count == 0) {
      return;
    }
    reserve(width);
    for (long i = 0; i < count; i++) {
      double w = Cells.weight(each, i / share);
      if (w > 0) {
        add((int) (i % width), from.number(i), truth.number(i), w, truth, i);
      }
    }
  }

  private void add(int column, double p, double y, double w, Cells truth, long i) {
    weights[column] += w;
    double d = y - p;
    switch (kind) {
      case MSE, RMSE, R2 -> errors[column] += w * d * d;
      case MAE -> errors[column] += w * Math.abs(d);
      case MAPE -> errors[column] += w * Math.abs(d) / Math.max(Math.abs(y), 0x1p-52);
      case MAX_ERROR -> errors[column] = Math.max(errors[column], Math.abs(d));
      case MSLE -> {
        if (y <= -1 || p <= -1) {
          throw truth.bad(i, y + " where " + p + " is predicted", "logarithms need more than -1");
        }
        double l = Math.log1p(y) - Math.log1p(p);
        errors[column] += w * l * l;
      }
      case EXPLAINED_VARIANCE -> {}
    }
    if (kind.needsColumns()) {
      double before = y - means[column];
      means[column] += before * w / weights[column];
      deviations[column] += w * before * (y - means[column]);
      double residual = d - residualMeans[column];
      residualMeans[column] += residual * w / weights[column];
      residualDeviations[column] += w * residual * (d - residualMeans[column]);
    }
  }

  private void reserve(int columns) {
    if (columns > weights.length) {
      weights = Arrays.copyOf(weights, columns);
      errors = Arrays.copyOf(errors, columns);
      means = Arrays.copyOf(means, columns);
      deviations = Arrays.copyOf(deviations, columns);
      residualMeans = Arrays.copyOf(residualMeans, columns);
      residualDeviations = Arrays.copyOf(residualDeviations, columns);
    }
  }

  @Override
  public void merge(Metric other) {
    Regression more = Merging.same(this, other);
    reserve(more.weights.length);
    for (int c = 0; c < more.weights.length; c++) {
      double w = weights[c] + more.weights[c];
      if (more.weights[c] == 0) {
        continue;
      }
      double cross = weights[c] * more.weights[c] / w;
      double between = more.means[c] - means[c];
      deviations[c] += more.deviations[c] + between * between * cross;
      means[c] += between * more.weights[c] / w;
      double residual = more.residualMeans[c] - residualMeans[c];
      residualDeviations[c] += more.residualDeviations[c] + residual * residual * cross;
      residualMeans[c] += residual * more.weights[c] / w;
      errors[c] =
          kind == Kind.MAX_ERROR ? Math.max(errors[c], more.errors[c]) : errors[c] + more.errors[c];
      weights[c] = w;
    }
  }

  @Override
  public double result() {
    if (weights.length == 0) {
      return Double.NaN;
    }
    return switch (kind) {
      case MSE, MAE, MAPE, MSLE -> errors[0] / weights[0];
      case RMSE -> Math.sqrt(errors[0] / weights[0]);
      case MAX_ERROR -> errors[0];
      case R2 -> explained(errors);
      case EXPLAINED_VARIANCE -> explained(residualDeviations);
    };
  }

  /** The mean over the columns of 1 - left / deviations. */
  private double explained(double[] left) {
    double sum = 0;
    for (int c = 0; c < weights.length; c++) {
      // A constant target: 1 when it is met, else 0, as in scikit-learn.
      sum += deviations[c] == 0 ? (left[c] == 0 ? 1 : 0) : 1 - left[c] / deviations[c];
    }
    return sum / weights.length;
  }

  @Override
  public void reset() {
    weights = new double[0];
    errors = new double[0];
    means = new double[0];
    deviations = new double[0];
    residualMeans = new double[0];
    residualDeviations = new double[0];
  }

  @Override
  public Regression fresh() {
    return new Regression(kind);
  }

  @Override
  public boolean higherIsBetter() {
    return kind.needsColumns();
  }
}
