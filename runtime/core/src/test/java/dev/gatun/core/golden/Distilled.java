package dev.gatun.core.golden;

/**
 * The labels of the distillation case: in the file the loss, of the same name, has replaced them.
 * They are what is left of the gradient without its other terms, (softmax - one hot) / 2 rows.
 */
final class Distilled {
  static long[] labels(GoldenCase c, double temperature) {
    double[] student = c.tensor("s").toDoubles();
    double[] teacher = c.tensor("t").toDoubles();
    double[] gradient = c.tensor("ds").toDoubles();
    double upstream = c.tensor("dy").getDouble(0);
    int rows = (int) c.tensor("s").shape().size(0);
    int classes = student.length / rows;
    long[] labels = new long[rows];
    for (int row = 0; row < rows; row++) {
      double[] hard = softmax(student, row * classes, classes, 1);
      double[] soft = softmax(student, row * classes, classes, temperature);
      double[] target = softmax(teacher, row * classes, classes, temperature);
      double most = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        double other = (hard[k] + temperature * (soft[k] - target[k])) / (2 * rows);
        double left = other - gradient[row * classes + k] / upstream;
        if (left > most) {
          most = left;
          labels[row] = k;
        }
      }
    }
    return labels;
  }

  private static double[] softmax(double[] x, int from, int count, double temperature) {
    double[] p = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      p[i] = Math.exp(x[from + i] / temperature);
      sum += p[i];
    }
    for (int i = 0; i < count; i++) {
      p[i] /= sum;
    }
    return p;
  }

  private Distilled() {}
}
