package dev.gatun.train.metric;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Walks over pairs of predicted and true classes, as a {@link Decision} makes them of scores. */
final class Classes {
  /** Takes one decision. */
  interface Sink {
    void add(int predicted, int actual, double weight);
  }

  static void forEach(
      String metric,
      Decision decision,
      Tensor predictions,
      Tensor targets,
      @Nullable Tensor weights,
      Sink sink) {
    Cells scores = Cells.predictions(metric, predictions);
    Layout layout = layout(metric, decision, predictions, targets);
    Cells truth = Cells.targets(metric, targets);
    long count = layout.outer * layout.inner;
    Cells each = Cells.weights(metric, weights, count);
    boolean whole = !predictions.dtype().isFloat();
    for (long i = 0; i < count; i++) {
      double weight = Cells.weight(each, i);
      if (weight == 0) {
        continue; // padding: neither the score nor the target means anything
      }
      if (!layout.oneHot
          && decision.ignored().isPresent()
          && truth.whole(i) == decision.ignored().get()) {
        continue;
      }
      int actual = layout.oneHot ? layout.largest(truth, i) : truth.label(i);
      int predicted =
          layout.classes > 0
              ? layout.largest(scores, i)
              : whole ? scores.label(i) : scores.number(i) > decision.threshold() ? 1 : 0;
      if (layout.classes > 0 && actual >= layout.classes) {
        throw truth.bad(
            i,
            "class " + actual,
            "predictions " + predictions.shape() + " have classes 0 to " + (layout.classes - 1));
      }
      sink.add(predicted, actual, weight);
    }
  }

  /** Where the scores of one decision lie; {@code classes} is 0 when there is one score each. */
  private record Layout(long outer, int classes, long inner, boolean oneHot) {
    int largest(Cells cells, long i) {
      long from = i / inner * classes * inner + i % inner;
      int best = 0;
      double bestScore = cells.number(from);
      for (int c = 1; c < classes; c++) {
        double score = cells.number(from + c * inner);
        if (score > bestScore) {
          best = c;
          bestScore = score;
        }
      }
      return best;
    }
  }

  private static Layout layout(
      String metric, Decision decision, Tensor predictions, Tensor targets) {
    Shape p = predictions.shape();
    Shape t = targets.shape();
    if (p.rank() == t.rank() + 1 || p.equals(t) && p.rank() > 1 && predictions.dtype().isFloat()) {
      int axis = p.axis("metric '" + metric + "'", decision.classAxis());
      long[] rest = without(p.sizes(), axis);
      boolean oneHot = p.equals(t);
      if ((oneHot || Arrays.equals(rest, t.sizes())) && p.size(axis) > 1) {
        long inner = 1;
        for (int a = axis + 1; a < p.rank(); a++) {
          inner *= p.size(a);
        }
        int classes = Math.toIntExact(p.size(axis));
        return new Layout(p.elements() / classes / inner, classes, inner, oneHot);
      }
    }
    if (predictions.elements() == targets.elements()) {
      Cells.sameShape(metric, predictions, targets);
      return new Layout(predictions.elements(), 0, 1, false);
    }
    throw new ShapeException(
        "metric '"
            + metric
            + "': predictions "
            + p
            + " do not fit targets "
            + t
            + "; expected the targets' shape, or it with an axis of classes (axis "
            + decision.classAxis()
            + ") more");
  }

  private static long[] without(long[] sizes, int axis) {
    long[] rest = new long[sizes.length - 1];
    System.arraycopy(sizes, 0, rest, 0, axis);
    System.arraycopy(sizes, axis + 1, rest, axis, rest.length - axis);
    return rest;
  }

  private Classes() {}
}
