package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How often the true class is among the k with the largest scores [..., C]; of equal scores that of
 * the higher class counts as larger, as in scikit-learn.
 */
final class TopKAccuracy implements Metric {
  private final int k;
  private double hits;
  private double total;

  TopKAccuracy(int k) {
    if (k < 1) {
      throw new GatunException("metric 'top' needs a k of at least 1, got " + k);
    }
    this.k = k;
  }

  @Override
  public String name() {
    return "top" + k;
  }

  @Override
  public void update(Tensor predictions, Tensor targets, @Nullable Tensor weights) {
    Shape shape = predictions.shape();
    if (shape.rank() < 1
        || !Arrays.equals(
            Arrays.copyOf(shape.sizes(), shape.rank() - 1), targets.shape().sizes())) {
      throw new ShapeException(
          "metric '"
              + name()
              + "': predictions "
              + shape
              + " must have the shape of the targets "
              + targets.shape()
              + " with an axis of classes more");
    }
    Cells scores = Cells.predictions(name(), predictions);
    Cells truth = Cells.targets(name(), targets);
    Cells each = Cells.weights(name(), weights, truth.count());
    int classes = Math.toIntExact(shape.size(-1));
    for (long i = 0; i < truth.count(); i++) {
      double weight = Cells.weight(each, i);
      if (weight == 0) {
        continue;
      }
      int label = truth.label(i);
      if (label >= classes) {
        throw truth.bad(i, "class " + label, "there are scores for " + classes + " classes only");
      }
      double score = scores.number(i * classes + label);
      int before = 0;
      for (int c = 0; c < classes; c++) {
        double other = scores.number(i * classes + c);
        before += other > score || other == score && c > label ? 1 : 0;
      }
      hits += before < k ? weight : 0;
      total += weight;
    }
  }

  @Override
  public void merge(Metric other) {
    TopKAccuracy more = Merging.same(this, other);
    hits += more.hits;
    total += more.total;
  }

  @Override
  public double result() {
    return hits / total;
  }

  @Override
  public void reset() {
    hits = 0;
    total = 0;
  }

  @Override
  public TopKAccuracy fresh() {
    return new TopKAccuracy(k);
  }
}
