package dev.gatun.train.net;

/** Random matrices with orthogonal rows or columns, by Gram and Schmidt's method done twice. */
final class Orthogonal {
  /** A [rows, columns] matrix whose shorter side's vectors are orthogonal and of length gain. */
  static double[] matrix(int rows, int columns, double gain, Draws random) {
    int vectors = Math.min(rows, columns);
    int length = Math.max(rows, columns);
    double[][] q = new double[vectors][length];
    for (int i = 0; i < vectors; i++) {
      double norm = 0;
      // A normal vector has no preferred direction; one in the span of the others is drawn again.
      while (norm < 1e-6) {
        for (int k = 0; k < length; k++) {
          q[i][k] = random.normal();
        }
        // Twice is enough: what is left of the others is then rounding.
        for (int round = 0; round < 2; round++) {
          for (int j = 0; j < i; j++) {
            double dot = dot(q[i], q[j]);
            for (int k = 0; k < length; k++) {
              q[i][k] -= dot * q[j][k];
            }
          }
        }
        norm = Math.sqrt(dot(q[i], q[i]));
      }
      for (int k = 0; k < length; k++) {
        q[i][k] /= norm;
      }
    }
    double[] matrix = new double[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        matrix[r * columns + c] = gain * (rows <= columns ? q[r][c] : q[c][r]);
      }
    }
    return matrix;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private Orthogonal() {}
}
