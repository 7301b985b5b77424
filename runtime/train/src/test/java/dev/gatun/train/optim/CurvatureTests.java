package dev.gatun.train.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CurvatureTests {
  private static Flow rosenbrock(Flow p) {
    Flow x = p.select(0, 0);
    Flow y = p.select(0, 1);
    return x.subFrom(1).square().add(y.sub(x.square()).square().mul(100));
  }

  @Test
  void productsAreDifferencesOfGradients() {
    UnaryOperator<Flow> loss =
        p -> p.reshape(2, 3).tanh().matmulTransposed(p.reshape(2, 3).exp()).square().sum();
    double[] point = {0.3, -0.5, 0.8, 0.1, 0.2, -0.9};
    double[] direction = {1, -2, 0.5, 0, 3, 1};
    try (Curvature curvature = Curvature.of(Tensor.of(point, 6), loss)) {
      double h = 1e-5;
      double[] ahead = new double[6];
      double[] behind = new double[6];
      for (int i = 0; i < 6; i++) {
        ahead[i] = point[i] + h * direction[i];
        behind[i] = point[i] - h * direction[i];
      }
      double[] after = curvature.gradient(ahead);
      double[] before = curvature.gradient(behind);
      double[] product = curvature.times(point, direction);
      for (int i = 0; i < 6; i++) {
        assertEquals((after[i] - before[i]) / (2 * h), product[i], 1e-4 * Math.abs(product[i]));
      }
    }
  }

  @Test
  void newtonSolvesAQuadraticInOneStepAndRosenbrockInFew() {
    UnaryOperator<Flow> bowl =
        p -> {
          Flow x = p.select(0, 0);
          Flow y = p.select(0, 1);
          return x.square().mul(3).add(x.mul(y)).add(y.square()).add(x.mul(-5)).add(y);
        };
    double[] start = {10, -20};
    try (Curvature curvature = Curvature.of(Tensor.of(start, 2), bowl)) {
      assertArrayEquals(new double[] {6, 1}, curvature.hessian(start)[0], 1e-12);
      assertArrayEquals(new double[] {1, 2}, curvature.hessian(start)[1], 1e-12);
      double[] end = curvature.newton(start);
      assertArrayEquals(new double[] {1, -1}, end, 1e-12); // 6x + y = 5, x + 2y = -1
      assertArrayEquals(new double[] {0, 0}, curvature.gradient(end), 1e-12);
    }
    try (Curvature curvature = Curvature.of(Tensor.of(start, 2), CurvatureTests::rosenbrock)) {
      double[] p = {-1.2, 1};
      for (int i = 0; i < 7; i++) {
        p = curvature.newton(p);
      }
      assertArrayEquals(new double[] {1, 1}, p, 1e-6);
    }
    try (Curvature flat = Curvature.of(Tensor.of(start, 2), p -> p.select(0, 0).square())) {
      assertThrows(GatunException.class, () -> flat.newton(start));
    }
  }
}
