package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/**
 * assignment(costs [B, N, M]) [B, M]: for each column a row of its own so that the sum of the costs
 * is least, exactly (Kuhn 1955, with potentials); -1 for columns that are left over when there are
 * fewer rows. Costs that are no numbers or infinite count as the largest there are.
 */
public final class Assignment {
  public static final OpDef OP =
      OpDef.named("assignment").types(Assignment::types).reference(Assignment::run).define();

  private static final double LARGEST = 1e30;

  private static List<Type> types(Operands in) {
    Shape costs = in.shape(0);
    in.require(in.dtype(0).isFloat(), "costs must be floating");
    in.require(
        !costs.isRanked() || costs.rank() == 3,
        "costs must be [batch, row, column], got %s",
        costs);
    return List.of(
        costs.isRanked()
            ? Type.tensor(DType.I64, costs.size(0), costs.size(2))
            : Type.tensor(DType.I64, Shape.UNKNOWN, Shape.UNKNOWN));
  }

  private static List<Tensor> run(Evaluation in) {
    Shape shape = in.tensor(0).shape();
    int rows = Math.toIntExact(shape.size(1));
    int columns = Math.toIntExact(shape.size(2));
    double[] costs = in.tensor(0).toDoubles();
    int batch = Math.toIntExact(shape.size(0));
    long[] chosen = new long[batch * columns];
    for (int b = 0; b < batch; b++) {
      int first = b * rows * columns;
      int[] best = best(Arrays.copyOfRange(costs, first, first + rows * columns), rows, columns);
      for (int column = 0; column < columns; column++) {
        chosen[b * columns + column] = best[column];
      }
    }
    return List.of(Tensor.of(chosen, batch, columns));
  }

  /**
   * The same outside of a graph.
   *
   * @param costs of rows and columns, row by row
   * @return the row of each column, -1 for columns that are left over
   */
  public static int[] best(double[] costs, int rows, int columns) {
    if (costs.length != rows * columns) {
      throw new ShapeException(
          "assignment: %d rows and %d columns need as many costs as their product, not %d"
              .formatted(rows, columns, costs.length));
    }
    double[] finite = new double[costs.length];
    for (int i = 0; i < costs.length; i++) {
      finite[i] = Double.isFinite(costs[i]) ? Math.clamp(costs[i], -LARGEST, LARGEST) : LARGEST;
    }
    // The side that has fewer is the one that chooses.
    if (columns <= rows) {
      return solve(columns, rows, (column, row) -> finite[row * columns + column]);
    }
    int[] chosen = new int[columns];
    Arrays.fill(chosen, -1);
    int[] of = solve(rows, columns, (row, column) -> finite[row * columns + column]);
    for (int row = 0; row < rows; row++) {
      chosen[of[row]] = row;
    }
    return chosen;
  }

  /** A matrix of costs. */
  @FunctionalInterface
  private interface Costs {
    double of(int chooser, int chosen);
  }

  /** What each of n choosers gets of m, n at most m: each is added by a shortest path. */
  private static int[] solve(int n, int m, Costs costs) {
    // Number 0 of both sides stands for nobody.
    double[] u = new double[n + 1];
    double[] v = new double[m + 1];
    int[] owner = new int[m + 1];
    int[] before = new int[m + 1];
    for (int i = 1; i <= n; i++) {
      owner[0] = i;
      int at = 0;
      double[] least = new double[m + 1];
      boolean[] used = new boolean[m + 1];
      Arrays.fill(least, Double.POSITIVE_INFINITY);
      do {
        used[at] = true;
        int chooser = owner[at];
        int next = 0;
        double step = Double.POSITIVE_INFINITY;
        for (int j = 1; j <= m; j++) {
          if (!used[j]) {
            double reduced = costs.of(chooser - 1, j - 1) - u[chooser] - v[j];
            if (reduced < least[j]) {
              least[j] = reduced;
              before[j] = at;
            }
            if (least[j] < step) {
              step = least[j];
              next = j;
            }
          }
        }
        for (int j = 0; j <= m; j++) {
          if (used[j]) {
            u[owner[j]] += step;
            v[j] -= step;
          } else {
            least[j] -= step;
          }
        }
        at = next;
      } while (owner[at] != 0);
      while (at != 0) {
        owner[at] = owner[before[at]];
        at = before[at];
      }
    }
    int[] result = new int[n];
    for (int j = 1; j <= m; j++) {
      if (owner[j] > 0) {
        result[owner[j] - 1] = j - 1;
      }
    }
    return result;
  }

  private Assignment() {}
}
