package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class InitializersTests {
  private static final Shape WIDE = Shape.of(100, 300);

  private static double[] values(Initializer initializer, Shape shape) {
    return initializer.values(shape, Draws.of(7, "w"));
  }

  private static void assertVariance(double expected, Initializer initializer, Shape shape) {
    double[] x = values(initializer, shape);
    double mean = Arrays.stream(x).average().orElseThrow();
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / x.length;
    // 30,000 samples: a variance is off by sqrt(2 / n) = 0.8 % of normal ones at one sigma.
    assertEquals(expected, variance, 0.025 * expected);
    assertEquals(0, mean, 4 * Math.sqrt(expected / x.length));
  }

  @Test
  void xavierHasVarianceTwoByTheSumOfTheFans() {
    assertVariance(2.0 / 400, Initializers.xavierUniform(), WIDE);
    assertVariance(2.0 / 400, Initializers.xavierNormal(), WIDE);
    double bound = Math.sqrt(6.0 / 400);
    for (double v : values(Initializers.xavierUniform(), WIDE)) {
      assertTrue(Math.abs(v) <= bound);
    }
  }

  @Test
  void heHasVarianceTwoByFanInAndLecunOneByFanIn() {
    assertVariance(2.0 / 300, Initializers.heUniform(), WIDE);
    assertVariance(2.0 / 300, Initializers.heNormal(), WIDE);
    assertVariance(2.0 / 100, Initializers.heNormalFanOut(), WIDE);
    assertVariance(1.0 / 300, Initializers.lecunNormal(), WIDE);
    assertVariance(1.0 / 300, Initializers.lecunUniform(), WIDE);
    assertVariance(2.25 * 2.0 / 300, Initializers.heNormal(1.5), WIDE);
    // The kernel counts: 16 channels of 5 x 5.
    assertVariance(2.0 / 400, Initializers.heNormal(), Shape.of(75, 16, 5, 5));
  }

  @Test
  void defaultsAreWithinOneByTheRootOfFanIn() {
    assertVariance(1.0 / 300 / 3, Initializers.fanIn(), WIDE);
    for (double v : values(Initializers.fanIn(300), Shape.of(1000))) {
      assertTrue(Math.abs(v) <= 1 / Math.sqrt(300));
    }
  }

  @Test
  void truncatedNormalStaysWithinTwoDeviations() {
    assertVariance(0.7737 * 0.25, Initializers.truncatedNormal(0, 0.5), WIDE);
    for (double v : values(Initializers.truncatedNormal(0, 0.5), WIDE)) {
      assertTrue(Math.abs(v) <= 1);
    }
  }

  @Test
  void orthogonalRowsOrColumns() {
    for (Shape shape :
        new Shape[] {Shape.of(5, 9), Shape.of(9, 5), Shape.of(4, 2, 3), Shape.of(1, 1)}) {
      double[] x = values(Initializers.orthogonal(1.5), shape);
      int rows = (int) shape.size(0);
      int columns = x.length / rows;
      boolean byRow = rows <= columns;
      int vectors = Math.min(rows, columns);
      for (int i = 0; i < vectors; i++) {
        for (int j = 0; j < vectors; j++) {
          double dot = 0;
          for (int k = 0; k < Math.max(rows, columns); k++) {
            dot +=
                byRow
                    ? x[i * columns + k] * x[j * columns + k]
                    : x[k * columns + i] * x[k * columns + j];
          }
          assertEquals(i == j ? 2.25 : 0, dot, 1e-12);
        }
      }
    }
    assertThrows(GatunException.class, () -> values(Initializers.orthogonal(), Shape.of(3)));
  }

  @Test
  void constantsIdentityAndGivenValues() {
    assertArrayEquals(new double[] {0, 0}, values(Initializers.zeros(), Shape.of(2)));
    assertArrayEquals(new double[] {1, 1}, values(Initializers.ones(), Shape.of(2)));
    assertArrayEquals(new double[] {3}, values(Initializers.constant(3), Shape.SCALAR));
    assertArrayEquals(
        new double[] {1, 0, 0, 0, 1, 0}, values(Initializers.identity(), Shape.of(2, 3)));
    Tensor given = Tensor.of(new float[] {1, 2}, 2);
    assertArrayEquals(new double[] {1, 2}, values(Initializers.values(given), Shape.of(2)));
    assertThrows(GatunException.class, () -> values(Initializers.values(given), Shape.of(3)));
  }

  @Test
  void seedAndNameDecide() {
    double[] a = Initializers.normal(0, 1).values(Shape.of(8), Draws.of(1, "a"));
    assertArrayEquals(a, Initializers.normal(0, 1).values(Shape.of(8), Draws.of(1, "a")));
    assertFalse(Arrays.equals(a, Initializers.normal(0, 1).values(Shape.of(8), Draws.of(2, "a"))));
    assertFalse(Arrays.equals(a, Initializers.normal(0, 1).values(Shape.of(8), Draws.of(1, "b"))));
  }
}
