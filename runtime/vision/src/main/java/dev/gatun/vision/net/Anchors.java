package dev.gatun.vision.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.Range;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * Boxes that a detector starts from: at each place of each level one for every size and shape (Ren
 * and others 2015), with whole numbers as sides.
 *
 * @param sizes roots of areas in pixels, for each level
 * @param ratios height by width
 */
public record Anchors(List<List<Integer>> sizes, List<Double> ratios) {
  /** Checked. */
  public Anchors {
    sizes = List.copyOf(sizes);
    ratios = List.copyOf(ratios);
    if (sizes.isEmpty() || ratios.isEmpty() || sizes.stream().anyMatch(List::isEmpty)) {
      throw new GatunException("anchors need a size and a ratio for each level");
    }
    for (List<Integer> level : sizes) {
      if (level.size() != sizes.get(0).size()) {
        throw new GatunException("all levels need as many sizes, not " + sizes);
      }
    }
  }

  /** How many there are at a place. */
  public int count() {
    return sizes.get(0).size() * ratios.size();
  }

  /**
   * The boxes [N] of a level, place by place in rows.
   *
   * @param feature [B, C, h, w], what is seen at the places
   * @param picture [B, C, H, W], what the boxes are in
   */
  public BoxFlow of(Flow feature, Flow picture, int level) {
    Flow y = steps(feature, picture, 2).unsqueeze(1, 2);
    Flow x = steps(feature, picture, 3).unsqueeze(0, 2);
    Flow zero = y.add(x).mul(0); // [h, w, 1]
    double[] left = new double[count()];
    double[] top = new double[count()];
    int i = 0;
    for (double ratio : ratios) {
      for (int size : sizes.get(level)) {
        // Half of a side, rounded, so that a box is the same on both sides of its middle.
        left[i] = Math.rint(-size / Math.sqrt(ratio) / 2);
        top[i++] = Math.rint(-size * Math.sqrt(ratio) / 2);
      }
    }
    Flow across = zero.constant(Tensor.rounded(DType.F32, shape(), left));
    Flow down = zero.constant(Tensor.rounded(DType.F32, shape(), top));
    return new BoxFlow(
        zero.add(x.add(across)).reshape(-1),
        zero.add(y.add(down)).reshape(-1),
        zero.add(x.sub(across)).reshape(-1),
        zero.add(y.sub(down)).reshape(-1));
  }

  private dev.gatun.core.tensor.Shape shape() {
    return dev.gatun.core.tensor.Shape.of(count());
  }

  /** Where the places of an axis are: 0, step, 2 step, ... with a whole step. */
  private static Flow steps(Flow feature, Flow picture, int axis) {
    if (feature.size(axis) >= 0 && picture.size(axis) >= 0) {
      float[] at = new float[Math.toIntExact(feature.size(axis))];
      long step = picture.size(axis) / feature.size(axis);
      for (int i = 0; i < at.length; i++) {
        at[i] = i * step;
      }
      return feature.constant(Tensor.of(at, at.length));
    }
    Flow count = size(feature, axis);
    Flow step = size(picture, axis).div(count);
    Flow zero = count.constant(Tensor.scalar(0));
    Flow numbers = zero.op(Range.OP, Attrs.NONE, count, count.constant(Tensor.scalar(1)));
    return numbers.mul(step).cast(DType.F32);
  }

  /** A size that is known when the graph runs. */
  static Flow size(Flow x, int axis) {
    return x.sizes().slice(0, axis, axis + 1L).squeeze(0);
  }
}
