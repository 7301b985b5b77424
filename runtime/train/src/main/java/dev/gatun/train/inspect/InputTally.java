package dev.gatun.train.inspect;

import dev.gatun.core.tensor.Tensor;

/** Adds up an input's values, each feature by itself. */
final class InputTally {
  private final String name;
  private double[] sums = new double[0];
  private double[] squares = new double[0];
  private long rows;

  InputTally(String name) {
    this.name = name;
  }

  void add(Tensor field) {
    int features = Math.toIntExact(field.elements() / Math.max(1, field.shape().size(0)));
    if (rows == 0) {
      sums = new double[features];
      squares = new double[features];
    }
    for (long i = 0; i < field.elements(); i++) {
      double x = field.getDouble(i);
      int feature = (int) (i % sums.length);
      sums[feature] += x;
      squares[feature] += x * x;
    }
    rows += field.shape().size(0);
  }

  InputStatistics result() {
    double mean = 0;
    double square = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    int constant = 0;
    for (int i = 0; i < sums.length; i++) {
      double own = sums[i] / rows;
      double deviation = Math.sqrt(Math.max(0, squares[i] / rows - own * own));
      mean += own / sums.length;
      square += squares[i] / rows / sums.length;
      if (deviation <= 1e-7 * Math.abs(own)) {
        constant++;
      } else {
        least = Math.min(least, deviation);
      }
      most = Math.max(most, deviation);
    }
    return new InputStatistics(
        name,
        sums.length,
        constant,
        mean,
        Math.sqrt(Math.max(0, square - mean * mean)),
        constant == sums.length ? 0 : least,
        most);
  }
}
