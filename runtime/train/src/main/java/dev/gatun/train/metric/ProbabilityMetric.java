package dev.gatun.train.metric;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A mean over the probabilities of classes: log loss, Brier score or perplexity.
 *
 * <p>Predictions have the shape of the targets (probability of class 1) or an axis of classes more,
 * the last. Probabilities are kept away from 0 and 1 by the precision of their type.
 */
final class ProbabilityMetric implements Metric {
  /** What is averaged. */
  enum Kind {
    LOG_LOSS,
    BRIER,
    PERPLEXITY
  }

  private final Kind kind;
  private final boolean logits;
  private final Optional<Long> ignored;
  private double sum;
  private double total;

  ProbabilityMetric(Kind kind, boolean logits, Optional<Long> ignored) {
    this.kind = kind;
    this.logits = logits;
    this.ignored = ignored;
  }

  @Override
  public String name() {
    return switch (kind) {
      case LOG_LOSS -> "log_loss";
      case BRIER -> "brier";
      case PERPLEXITY -> "perplexity";
    };
  }

  @Override
  public void update(Tensor predictions, Tensor targets, @Nullable Tensor weights) {
    int classes = classes(predictions.shape(), targets.shape());
    Cells from = Cells.predictions(name(), predictions);
    Cells truth = Cells.targets(name(), targets);
    Cells each = Cells.weights(name(), weights, truth.count());
    double epsilon =
        switch (predictions.dtype()) {
          case F64 -> 0x1p-52;
          case F16 -> 0x1p-10;
          case BF16 -> 0x1p-7;
          default -> 0x1p-23;
        };
    double[] row = new double[Math.max(2, classes)];
    for (long i = 0; i < truth.count(); i++) {
      double weight = Cells.weight(each, i);
      if (weight == 0 || ignored.isPresent() && truth.whole(i) == ignored.get()) {
        continue;
      }
      int label = truth.label(i);
      if (label >= row.length) {
        throw truth.bad(i, "class " + label, "there are " + row.length + " classes only");
      }
      if (logits) {
        logProbabilities(from, i, classes, row);
      } else {
        probabilities(from, i, classes, row);
      }
      sum += weight * term(row, label, classes, epsilon);
      total += weight;
    }
  }

  private int classes(Shape predictions, Shape targets) {
    if (predictions.rank() == targets.rank() + 1
        && Arrays.equals(Arrays.copyOf(predictions.sizes(), targets.rank()), targets.sizes())) {
      return Math.toIntExact(predictions.size(-1));
    }
    if (predictions.equals(targets)) {
      return 1;
    }
    throw new ShapeException(
        "metric '"
            + name()
            + "': predictions "
            + predictions
            + " do not fit targets "
            + targets
            + "; expected the same shape, or an axis of classes more at the end");
  }

  private void probabilities(Cells from, long i, int classes, double[] row) {
    for (int c = 0; c < classes; c++) {
      double p = from.number(i * classes + c);
      if (p < 0 || p > 1 + 1e-4) {
        throw from.bad(i * classes + c, String.valueOf(p), "probabilities lie between 0 and 1");
      }
      row[c] = Math.min(p, 1);
    }
    if (classes == 1) {
      row[1] = row[0];
      row[0] = 1 - row[1];
    }
  }

  private static void logProbabilities(Cells from, long i, int classes, double[] row) {
    if (classes == 1) {
      double x = from.number(i);
      row[0] = -softplus(x);
      row[1] = -softplus(-x);
      return;
    }
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      row[c] = from.number(i * classes + c);
      largest = Math.max(largest, row[c]);
    }
    double exponentials = 0;
    for (int c = 0; c < classes; c++) {
      exponentials += Math.exp(row[c] - largest);
    }
    double normalizer = largest + Math.log(exponentials);
    for (int c = 0; c < classes; c++) {
      row[c] -= normalizer;
    }
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private double term(double[] row, int label, int classes, double epsilon) {
    if (kind != Kind.BRIER) {
      return logits ? -row[label] : -Math.log(Math.min(Math.max(row[label], epsilon), 1 - epsilon));
    }
    double squares = 0;
    for (int c = 0; c < row.length; c++) {
      double difference = (logits ? Math.exp(row[c]) : row[c]) - (c == label ? 1 : 0);
      squares += difference * difference;
    }
    // Two classes are one number by custom; both squares are equal.
    return classes <= 2 ? squares / 2 : squares;
  }

  @Override
  public void merge(Metric other) {
    ProbabilityMetric more = Merging.same(this, other);
    sum += more.sum;
    total += more.total;
  }

  @Override
  public double result() {
    double mean = sum / total;
    return kind == Kind.PERPLEXITY ? Math.exp(mean) : mean;
  }

  @Override
  public void reset() {
    sum = 0;
    total = 0;
  }

  @Override
  public ProbabilityMetric fresh() {
    return new ProbabilityMetric(kind, logits, ignored);
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }
}
