package dev.gatun.vision;

/**
 * A rectangle in pixels.
 *
 * @param left where it begins
 * @param top where it begins
 * @param right where it ends
 * @param bottom where it ends
 */
public record Box(double left, double top, double right, double bottom) {
  /** The box around a middle. */
  public static Box around(double x, double y, double width, double height) {
    return new Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2);
  }

  /** Right less left. */
  public double width() {
    return right - left;
  }

  /** Bottom less top. */
  public double height() {
    return bottom - top;
  }

  /** Area, 0 for what is no box. */
  public double area() {
    return Math.max(width(), 0) * Math.max(height(), 0);
  }

  /** Middle. */
  public double x() {
    return (left + right) / 2;
  }

  /** Middle. */
  public double y() {
    return (top + bottom) / 2;
  }

  /** Within a picture. */
  public Box within(double pictureHeight, double pictureWidth) {
    return new Box(
        Math.clamp(left, 0, pictureWidth),
        Math.clamp(top, 0, pictureHeight),
        Math.clamp(right, 0, pictureWidth),
        Math.clamp(bottom, 0, pictureHeight));
  }

  /** In other units. */
  public Box scaled(double across, double down) {
    return new Box(left * across, top * down, right * across, bottom * down);
  }

  private double common(Box other) {
    double width = Math.min(right, other.right) - Math.max(left, other.left);
    double height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
    return Math.max(width, 0) * Math.max(height, 0);
  }

  /** Intersection over union, 0 to 1. */
  public double iou(Box other) {
    double common = common(other);
    double union = area() + other.area() - common;
    return union > 0 ? common / union : 0;
  }

  /** Generalized IoU (Rezatofighi and others 2019), -1 to 1. */
  public double giou(Box other) {
    double union = area() + other.area() - common(other);
    double hull = hullWidth(other) * hullHeight(other);
    return hull > 0 ? iou(other) - (hull - union) / hull : iou(other);
  }

  /** IoU less the squared distance of middles in diagonals of the hull (Zheng and others 2020). */
  public double diou(Box other) {
    double diagonal = hullWidth(other) * hullWidth(other) + hullHeight(other) * hullHeight(other);
    double dx = x() - other.x();
    double dy = y() - other.y();
    return diagonal > 0 ? iou(other) - (dx * dx + dy * dy) / diagonal : iou(other);
  }

  /** The same less the difference of shapes (Zheng and others 2020). */
  public double ciou(Box other) {
    double angle =
        2 / Math.PI * (Math.atan2(width(), height()) - Math.atan2(other.width(), other.height()));
    double shape = angle * angle;
    double iou = iou(other);
    double weight = shape / (1 - iou + shape);
    return shape == 0 ? diou(other) : diou(other) - weight * shape;
  }

  private double hullWidth(Box other) {
    return Math.max(right, other.right) - Math.min(left, other.left);
  }

  private double hullHeight(Box other) {
    return Math.max(bottom, other.bottom) - Math.min(top, other.top);
  }
}
