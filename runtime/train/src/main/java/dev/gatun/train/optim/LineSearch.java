package dev.gatun.train.optim;

/** Finds how far to go in a direction. */
final class LineSearch {
  /** A point that was looked at. */
  record Found(double[] point, double value, double[] gradient, double length, double slope) {}

  private static final double DECREASE = 1e-4;
  private static final double CURVATURE = 0.9;
  private static final int TRIES = 25;

  /** The point at a given length. */
  static Found fixed(Lbfgs.Problem problem, double[] from, double[] direction, double length) {
    double[] point = from.clone();
    for (int i = 0; i < point.length; i++) {
      point[i] += length * direction[i];
    }
    double[] gradient = new double[point.length];
    double value = problem.at(point, gradient);
    return new Found(point, value, gradient, length, Lbfgs.dot(gradient, direction));
  }

  /**
   * A point that meets the strong Wolfe conditions (Nocedal and Wright, algorithms 3.5 and 3.6), or
   * the lowest one found after {@value #TRIES} tries.
   */
  static Found strongWolfe(
      Lbfgs.Problem problem,
      double[] from,
      double[] direction,
      double first,
      double value,
      double[] gradient) {
    double slope = Lbfgs.dot(gradient, direction);
    Found low = new Found(from, value, gradient, 0, slope);
    Found high = null;
    Found best = low;
    double length = first;
    for (int i = 0; i < TRIES; i++) {
      Found at = fixed(problem, from, direction, length);
      if (at.value() < best.value()) {
        best = at;
      }
      boolean descends = at.value() <= value + DECREASE * length * slope;
      // NaN does not descend, so the interval closes in on what is finite.
      if (!descends || !(at.value() < low.value()) && low.length() > 0) {
        high = at;
      } else {
        if (Math.abs(at.slope()) <= -CURVATURE * slope) {
          return at;
        }
        if (high == null ? at.slope() >= 0 : at.slope() * (high.length() - low.length()) >= 0) {
          high = low;
        }
        low = at;
      }
      length = high == null ? 2 * length : between(low, high);
    }
    return best;
  }

  /** The minimum of the parabola through both, kept away from the ends. */
  private static double between(Found low, Found high) {
    double width = high.length() - low.length();
    double curvature = high.value() - low.value() - low.slope() * width;
    double at = -low.slope() * width * width / (2 * curvature);
    double fraction = at / width;
    if (!(fraction > 0.1 && fraction < 0.9)) {
      fraction = fraction >= 0.9 ? 0.9 : Double.isFinite(fraction) ? 0.1 : 0.5;
    }
    return low.length() + fraction * width;
  }

  private LineSearch() {}
}
