package dev.gatun.vision.net;

import dev.gatun.core.op.Atan;
import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * Boxes [..., 4] (left, top, right, bottom) while a graph is written; each of four [...] values.
 * Overlaps broadcast and have gradients; where boxes have no size all of them are numbers.
 */
public record BoxFlow(Flow left, Flow top, Flow right, Flow bottom) {
  private static final double TINY = 1e-7;

  /** The four numbers of the last axis. */
  public static BoxFlow of(Flow corners) {
    return new BoxFlow(part(corners, 0), part(corners, 1), part(corners, 2), part(corners, 3));
  }

  /** Boxes [..., 4] of middles, widths and heights. */
  public static BoxFlow around(Flow middles) {
    return around(part(middles, 0), part(middles, 1), part(middles, 2), part(middles, 3));
  }

  /** Boxes of middles, widths and heights. */
  public static BoxFlow around(Flow x, Flow y, Flow width, Flow height) {
    Flow half = width.mul(0.5);
    Flow low = height.mul(0.5);
    return new BoxFlow(x.sub(half), y.sub(low), x.add(half), y.add(low));
  }

  private static Flow part(Flow x, long i) {
    return x.select(x.rank() - 1, i);
  }

  /** The same with an axis of size 1 more. */
  public BoxFlow unsqueeze(long axis) {
    return new BoxFlow(
        left.unsqueeze(axis), top.unsqueeze(axis), right.unsqueeze(axis), bottom.unsqueeze(axis));
  }

  /** In other units. */
  public BoxFlow div(double unit) {
    return new BoxFlow(left.div(unit), top.div(unit), right.div(unit), bottom.div(unit));
  }

  /** One after the other along an axis. */
  public static BoxFlow concat(int axis, List<BoxFlow> parts) {
    return new BoxFlow(
        Flow.concat(axis, parts.stream().map(BoxFlow::left).toList()),
        Flow.concat(axis, parts.stream().map(BoxFlow::top).toList()),
        Flow.concat(axis, parts.stream().map(BoxFlow::right).toList()),
        Flow.concat(axis, parts.stream().map(BoxFlow::bottom).toList()));
  }

  /** The boxes with these numbers, of boxes [N]. */
  public BoxFlow gather(Flow ids) {
    return new BoxFlow(
        left.gather(0, ids), top.gather(0, ids), right.gather(0, ids), bottom.gather(0, ids));
  }

  /** The first boxes of each row. */
  BoxFlow first(long count) {
    return new BoxFlow(
        left.slice(1, 0, count),
        top.slice(1, 0, count),
        right.slice(1, 0, count),
        bottom.slice(1, 0, count));
  }

  /** Boxes [B, ...] as [B, N]. */
  BoxFlow flattened() {
    return new BoxFlow(
        left.reshape(0, -1), top.reshape(0, -1), right.reshape(0, -1), bottom.reshape(0, -1));
  }

  /** What of them is within a picture, whose height and width are numbers. */
  public BoxFlow within(Flow height, Flow width) {
    return new BoxFlow(
        left.max(0).min(width),
        top.max(0).min(height),
        right.max(0).min(width),
        bottom.max(0).min(height));
  }

  /** [..., 4] again. */
  public Flow corners() {
    return Flow.concat(
        left.rank(),
        left.unsqueeze(-1),
        top.unsqueeze(-1),
        right.unsqueeze(-1),
        bottom.unsqueeze(-1));
  }

  /** Right less left. */
  public Flow width() {
    return right.sub(left);
  }

  /** Bottom less top. */
  public Flow height() {
    return bottom.sub(top);
  }

  /** Area, 0 for what is no box. */
  public Flow area() {
    return width().max(0).mul(height().max(0));
  }

  private Flow common(BoxFlow other) {
    Flow width = right.min(other.right).sub(left.max(other.left)).max(0);
    return width.mul(bottom.min(other.bottom).sub(top.max(other.top)).max(0));
  }

  private Flow union(BoxFlow other) {
    return area().add(other.area()).sub(common(other)).add(TINY);
  }

  /** Intersection over union. */
  public Flow iou(BoxFlow other) {
    return common(other).div(union(other));
  }

  /** Generalized IoU (Rezatofighi and others 2019). */
  public Flow giou(BoxFlow other) {
    Flow hull = hullWidth(other).mul(hullHeight(other)).add(TINY);
    Flow union = union(other);
    return iou(other).sub(hull.sub(union).div(hull));
  }

  /** IoU less the distance of middles (Zheng and others 2020). */
  public Flow diou(BoxFlow other) {
    Flow diagonal = hullWidth(other).square().add(hullHeight(other).square()).add(TINY);
    Flow dx = left.add(right).sub(other.left).sub(other.right).mul(0.5);
    Flow dy = top.add(bottom).sub(other.top).sub(other.bottom).mul(0.5);
    return iou(other).sub(dx.square().add(dy.square()).div(diagonal));
  }

  /** The same less the difference of shapes, whose weight has no gradient. */
  public Flow ciou(BoxFlow other) {
    Flow angle = angle(this).sub(angle(other)).mul(2 / Math.PI);
    Flow shape = angle.square();
    Flow weight = shape.div(shape.add(1 + TINY).sub(iou(other))).stop();
    return diou(other).sub(weight.mul(shape));
  }

  private static Flow angle(BoxFlow box) {
    return box.width().div(box.height().max(TINY)).op(Atan.OP);
  }

  private Flow hullWidth(BoxFlow other) {
    return right.max(other.right).sub(left.min(other.left));
  }

  private Flow hullHeight(BoxFlow other) {
    return bottom.max(other.bottom).sub(top.min(other.top));
  }
}
