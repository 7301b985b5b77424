package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** No other assignment costs less. */
class AssignmentTests {
  private static long[] solve(double[] costs, int batch, int rows, int columns) {
    GraphBuilder b = new GraphBuilder("assignment");
    b.output(
        "y",
        b.add(Assignment.OP, b.input("x", Type.tensor(DType.F64, Shape.of(batch, rows, columns)))));
    try (Session session = new Model(b.build(), Map.of(), Map.of()).compile();
        Outputs outputs = session.run(Map.of("x", Tensor.of(costs, batch, rows, columns)))) {
      return outputs.get("y").toLongs();
    }
  }

  /** The least cost of columns from one on, with some rows taken; columns may be left over. */
  private static double least(
      double[] costs, int first, int rows, int columns, int column, int taken, int left) {
    if (column == columns) {
      return 0;
    }
    double best = Double.POSITIVE_INFINITY;
    if (left > 0) {
      best = least(costs, first, rows, columns, column + 1, taken, left - 1);
    }
    for (int row = 0; row < rows; row++) {
      if ((taken >> row & 1) == 0) {
        double rest = least(costs, first, rows, columns, column + 1, taken | 1 << row, left);
        best = Math.min(best, costs[first + row * columns + column] + rest);
      }
    }
    return best;
  }

  @Test
  void sumsAreLeast() {
    Random random = new Random(5);
    int[][] sizes = {{1, 1}, {1, 4}, {4, 1}, {3, 3}, {6, 4}, {4, 6}, {7, 7}, {5, 0}};
    for (int[] size : sizes) {
      for (int round = 0; round < 10; round++) {
        int rows = size[0];
        int columns = size[1];
        double[] costs = new double[2 * rows * columns];
        for (int i = 0; i < costs.length; i++) {
          // Equal costs, too.
          costs[i] = round % 2 == 0 ? random.nextGaussian() : random.nextInt(4) - 1;
        }
        long[] chosen = solve(costs, 2, rows, columns);
        for (int b = 0; b < 2; b++) {
          int first = b * rows * columns;
          double sum = 0;
          Set<Long> seen = new HashSet<>();
          for (int column = 0; column < columns; column++) {
            long row = chosen[b * columns + column];
            if (row >= 0) {
              assertTrue(seen.add(row), "a row twice");
              sum += costs[first + (int) row * columns + column];
            }
          }
          assertEquals(Math.min(rows, columns), seen.size());
          int[] outside =
              Assignment.best(
                  Arrays.copyOfRange(costs, first, first + rows * columns), rows, columns);
          for (int column = 0; column < columns; column++) {
            assertEquals(chosen[b * columns + column], outside[column]);
          }
          int left = Math.max(columns - rows, 0);
          assertEquals(least(costs, first, rows, columns, 0, 0, left), sum, 1e-9);
        }
      }
    }
  }

  @Test
  void whatIsNoNumberIsAvoided() {
    double[] costs = {Double.NaN, 2, 1, Double.POSITIVE_INFINITY};
    assertEquals(1, solve(costs, 1, 2, 2)[0]);
    assertEquals(0, solve(costs, 1, 2, 2)[1]);
  }
}
