package dev.gatun.vision;

/**
 * Where a box that moves and grows steadily is: middle, width and height, each with its change.
 * Deviations are parts of the box's size, as in DeepSORT (Wojke and others 2017).
 */
final class MovingBox {
  private static final double PLACE = 1 / 20.0;
  private static final double CHANGE = 1 / 160.0;

  /** How fast a thing may be when it is first seen, in sizes a frame. */
  private static final double FIRST = 1 / 8.0;

  /** No box is smaller, in pixels. */
  private static final double LEAST = 1e-3;

  private final SteadyMotion x;
  private final SteadyMotion y;
  private final SteadyMotion width;
  private final SteadyMotion height;

  MovingBox(Box first) {
    double across = Math.max(first.width(), LEAST);
    double down = Math.max(first.height(), LEAST);
    x = new SteadyMotion(first.x(), 2 * PLACE * across, FIRST * across);
    y = new SteadyMotion(first.y(), 2 * PLACE * down, FIRST * down);
    width = new SteadyMotion(across, 2 * PLACE * across, 10 * CHANGE * across);
    height = new SteadyMotion(down, 2 * PLACE * down, 10 * CHANGE * down);
  }

  /** One frame later. */
  void predict() {
    double across = width.value();
    double down = height.value();
    x.predict(PLACE * across, CHANGE * across);
    y.predict(PLACE * down, CHANGE * down);
    width.predict(PLACE * across, CHANGE * across);
    height.predict(PLACE * down, CHANGE * down);
    if (width.value() < LEAST) {
      width.stop(LEAST);
    }
    if (height.value() < LEAST) {
      height.stop(LEAST);
    }
  }

  /** It was found. */
  void correct(Box found) {
    double across = PLACE * width.value();
    double down = PLACE * height.value();
    x.correct(found.x(), across);
    y.correct(found.y(), down);
    width.correct(Math.max(found.width(), LEAST), across);
    height.correct(Math.max(found.height(), LEAST), down);
  }

  Box box() {
    return Box.around(x.value(), y.value(), width.value(), height.value());
  }
}
