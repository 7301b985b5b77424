package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * nonMaxSuppression(boxes [B, N, 4], scores [B, C, N], most?, overlap?, score?) [K, 3]: rows
 * (batch, class, box) of the boxes that are kept, in each class from the best score down, no more
 * than {@code most} (0 by default), each with a score above {@code score} and with an overlap
 * (intersection over union) with every better kept one of at most {@code overlap} (0 by default).
 *
 * <p>A box is two opposite corners (y1, x1, y2, x2), or with centerPoint (x, y, width, height). Of
 * equal scores the first box is better.
 */
public final class NonMaxSuppression {
  public static final OpDef OP =
      OpDef.named("nonMaxSuppression")
          .inputs(2, 5)
          .attr("centerPoint", false)
          .types(NonMaxSuppression::types)
          .reference(NonMaxSuppression::run)
          .define();

  private static List<Type> types(Operands in) {
    Shape boxes = in.shape(0);
    Shape scores = in.shape(1);
    in.require(in.dtype(0).isFloat() && in.dtype(1).isFloat(), "boxes and scores must be floating");
    in.require(
        (!boxes.isRanked() || boxes.rank() == 3 && (boxes.size(2) < 0 || boxes.size(2) == 4))
            && (!scores.isRanked() || scores.rank() == 3),
        "boxes must be [batch, box, 4] and scores [batch, class, box]");
    if (boxes.isRanked() && scores.isRanked()) {
      in.require(
          (boxes.size(0) < 0 || scores.size(0) < 0 || boxes.size(0) == scores.size(0))
              && (boxes.size(1) < 0 || scores.size(2) < 0 || boxes.size(1) == scores.size(2)),
          "there must be a score for every box and class");
    }
    return List.of(Type.tensor(DType.I64, Shape.UNKNOWN, 3));
  }

  private static List<Tensor> run(Evaluation in) {
    Shape shape = in.tensor(1).shape();
    int classes = Math.toIntExact(shape.size(1));
    int count = Math.toIntExact(shape.size(2));
    double[] boxes = corners(in.tensor(0).toDoubles(), in.attrs().flag("centerPoint"));
    double[] scores = in.tensor(1).toDoubles();
    long most = in.has(2) ? in.tensor(2).getLong(0) : 0;
    double overlap = in.has(3) ? in.tensor(3).getDouble(0) : 0;
    double least = in.has(4) ? in.tensor(4).getDouble(0) : Double.NEGATIVE_INFINITY;
    List<long[]> kept = new ArrayList<>();
    for (int b = 0; b < shape.size(0); b++) {
      for (int c = 0; c < classes; c++) {
        int row = (b * classes + c) * count;
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          if (!in.has(4) || scores[row + i] > least) {
            order.add(i);
          }
        }
        order.sort(Comparator.comparingDouble((Integer i) -> -scores[row + i]));
        List<Integer> chosen = new ArrayList<>();
        for (int i : order) {
          if (chosen.size() >= most) {
            break;
          }
          if (isFree(boxes, b * count, i, chosen, overlap)) {
            chosen.add(i);
            kept.add(new long[] {b, c, i});
          }
        }
      }
    }
    long[] rows = new long[3 * kept.size()];
    for (int k = 0; k < kept.size(); k++) {
      System.arraycopy(kept.get(k), 0, rows, 3 * k, 3);
    }
    return List.of(Tensor.of(rows, kept.size(), 3));
  }

  /** Any boxes as (y1, x1, y2, x2) with y1 at most y2 and x1 at most x2. */
  private static double[] corners(double[] boxes, boolean centers) {
    for (int i = 0; i < boxes.length; i += 4) {
      double a = boxes[i];
      double b = boxes[i + 1];
      double c = boxes[i + 2];
      double d = boxes[i + 3];
      double y1 = centers ? b - d / 2 : a;
      double x1 = centers ? a - c / 2 : b;
      double y2 = centers ? b + d / 2 : c;
      double x2 = centers ? a + c / 2 : d;
      boxes[i] = Math.min(y1, y2);
      boxes[i + 1] = Math.min(x1, x2);
      boxes[i + 2] = Math.max(y1, y2);
      boxes[i + 3] = Math.max(x1, x2);
    }
    return boxes;
  }

  private static boolean isFree(
      double[] boxes, int first, int box, List<Integer> chosen, double overlap) {
    for (int other : chosen) {
      if (intersectionOverUnion(boxes, 4 * (first + box), 4 * (first + other)) > overlap) {
        return false;
      }
    }
    return true;
  }

  private static double intersectionOverUnion(double[] boxes, int p, int q) {
    double height = Math.min(boxes[p + 2], boxes[q + 2]) - Math.max(boxes[p], boxes[q]);
    double width = Math.min(boxes[p + 3], boxes[q + 3]) - Math.max(boxes[p + 1], boxes[q + 1]);
    if (!(height > 0 && width > 0)) {
      return 0;
    }
    double intersection = height * width;
    return intersection / (area(boxes, p) + area(boxes, q) - intersection);
  }

  private static double area(double[] boxes, int p) {
    return (boxes[p + 2] - boxes[p]) * (boxes[p + 3] - boxes[p + 1]);
  }

  private NonMaxSuppression() {}
}
