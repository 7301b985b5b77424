package dev.gatun.train.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A curve of a bounded number of points, each the mean of equally many neighbouring values: when
 * there are too many, neighbours are merged.
 */
final class Series {
  private static final int MOST = 1024;

  /** A point of a curve. */
  record Point(double x, double y) {}

  private List<Point> points = new ArrayList<>();
  private int each = 1;
  private double xs;
  private double ys;
  private int waiting;

  void add(long x, double y) {
    xs += (double) x;
    ys += y;
    if (++waiting < each) {
      return;
    }
    points.add(new Point(xs / each, ys / each));
    xs = 0;
    ys = 0;
    waiting = 0;
    if (points.size() == MOST) {
      List<Point> merged = new ArrayList<>();
      for (int i = 0; i < MOST; i += 2) {
        Point a = points.get(i);
        Point b = points.get(i + 1);
        merged.add(new Point((a.x + b.x) / 2, (a.y + b.y) / 2));
      }
      points = merged;
      each *= 2;
    }
  }

  /** All points, with what waits to be complete. */
  List<Point> points() {
    List<Point> all = new ArrayList<>(points);
    if (waiting > 0) {
      all.add(new Point(xs / waiting, ys / waiting));
    }
    return all;
  }
}
