package dev.gatun.vision;

/** Small linear systems by elimination with pivots. */
final class Elimination {
  /**
   * The solution of n equations.
   *
   * @param rows [n][n + 1], the right side last; changed
   */
  static double[] solve(double[][] rows) {
    int n = rows.length;
    for (int i = 0; i < n; i++) {
      int pivot = i;
      for (int r = i + 1; r < n; r++) {
        pivot = Math.abs(rows[r][i]) > Math.abs(rows[pivot][i]) ? r : pivot;
      }
      double[] row = rows[pivot];
      rows[pivot] = rows[i];
      rows[i] = row;
      if (row[i] == 0) {
        throw new VisionException("points of a map lie on one line");
      }
      for (int r = 0; r < n; r++) {
        if (r != i) {
          double factor = rows[r][i] / row[i];
          for (int c = i; c <= n; c++) {
            rows[r][c] -= factor * row[c];
          }
        }
      }
    }
    double[] solution = new double[n];
    for (int i = 0; i < n; i++) {
      solution[i] = rows[i][n] / rows[i][i];
    }
    return solution;
  }

  private Elimination() {}
}
