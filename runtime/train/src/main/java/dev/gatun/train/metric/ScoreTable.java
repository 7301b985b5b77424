package dev.gatun.train.metric;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All scores, targets and weights that a metric of whole rankings has seen.
 *
 * <p>One score a sample ([N], [N, 1]) is that of class 1; [N, 2] likewise, by its second column;
 * [N, C] are the scores of C classes.
 */
final class ScoreTable {
  private final String metric;
  private int columns;
  private int rows;
  private double[] scores = new double[64];
  private int[] labels = new int[64];
  private double[] weights = new double[64];

  ScoreTable(String metric) {
    this.metric = metric;
  }

  void add(Tensor predictions, Tensor targets, @Nullable Tensor weight) {
    Shape p = predictions.shape();
    long count = targets.elements();
    int width = count == 0 ? 1 : (int) Math.min(p.elements() / count, Integer.MAX_VALUE);
    boolean fits =
        count == 0
            ? p.elements() == 0
            : p.elements() == count * width
                && (width == 1 || p.size(-1) == width)
                && p.rank() >= 1
                && p.size(0) == targets.shape().size(0);
    if (!fits) {
      throw new ShapeException(
          "metric '"
              + metric
              + "': predictions "
              + p
              + " do not fit targets "
              + targets.shape()
              + "; expected [N] scores of class 1 or [N, C] scores of each class for targets [N]");
    }
    if (count == 0) {
      return;
    }
    int kept = width == 2 ? 1 : width;
    if (rows > 0 && kept != columns) {
      throw new ShapeException(
          "metric '" + metric + "': " + columns + " classes before, now predictions " + p);
    }
    columns = kept;
    Cells from = Cells.predictions(metric, predictions);
    Cells truth = Cells.targets(metric, targets);
    Cells each = Cells.weights(metric, weight, count);
    reserve(rows + Math.toIntExact(count));
    for (long i = 0; i < count; i++) {
      double w = Cells.weight(each, i);
      if (w == 0) {
        continue;
      }
      int label = truth.label(i);
      int limit = Math.max(2, width);
      if (label >= limit) {
        throw truth.bad(i, "class " + label, "there are scores for " + limit + " classes only");
      }
      for (int c = 0; c < kept; c++) {
        scores[rows * kept + c] = from.number(i * width + (width == 2 ? 1 : c));
      }
      labels[rows] = label;
      weights[rows++] = w;
    }
  }

  void add(ScoreTable other) {
    if (other.rows == 0) {
      return;
    }
    if (rows > 0 && columns != other.columns) {
      throw new ShapeException(
          "metric '" + metric + "': " + columns + " classes here, " + other.columns + " there");
    }
    columns = other.columns;
    reserve(rows + other.rows);
    System.arraycopy(other.scores, 0, scores, rows * columns, other.rows * columns);
    System.arraycopy(other.labels, 0, labels, rows, other.rows);
    System.arraycopy(other.weights, 0, weights, rows, other.rows);
    rows += other.rows;
  }

  private void reserve(int needed) {
    int length = labels.length;
    if (needed > length) {
      length = Math.max(needed, 2 * length);
      labels = Arrays.copyOf(labels, length);
      weights = Arrays.copyOf(weights, length);
    }
    int cells = Math.multiplyExact(labels.length, columns);
    if (scores.length < cells) {
      scores = Arrays.copyOf(scores, cells);
    }
  }

  void clear() {
    rows = 0;
  }

  int rows() {
    return rows;
  }

  /** 1 for two classes, else the number of classes. */
  int columns() {
    return rows == 0 ? 1 : columns;
  }

  /** The ranking of the samples by one class's scores. */
  Ranking ranking(int column) {
    double[] keys = new double[rows];
    boolean[] positive = new boolean[rows];
    for (int i = 0; i < rows; i++) {
      keys[i] = scores[i * columns + column];
      positive[i] = labels[i] == (columns == 1 ? 1 : column);
    }
    return Ranking.of(keys, positive, Arrays.copyOf(weights, rows));
  }
}
