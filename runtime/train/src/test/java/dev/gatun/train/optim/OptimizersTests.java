package dev.gatun.train.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What can be said of optimizers without another implementation. */
class OptimizersTests {
  private static final Tensor START = Tensor.of(new float[] {1, 1}, 2);

  /** lambda / 2 * p^2 with lambda = (most, least). */
  private static UnaryOperator<Flow> quadratic(double most, double least) {
    Tensor half = Tensor.of(new float[] {(float) (most / 2), (float) (least / 2)}, 2);
    return p -> p.square().mul(p.constant(half)).sum();
  }

  private static int stepsTo(
      Optimizer optimizer, UnaryOperator<Flow> loss, double target, int most) {
    try (Minimizing run = new Minimizing(optimizer, START, loss)) {
      for (int t = 1; t <= most; t++) {
        double[] p = run.step().toDoubles();
        if (Math.max(Math.abs(p[0]), Math.abs(p[1])) < target) {
          return t;
        }
      }
      return most + 1;
    }
  }

  @Test
  void descentOnAQuadraticHasAClosedForm() {
    try (Minimizing run = new Minimizing(Optimizers.sgd(0.1), START, quadratic(4, 1))) {
      for (int t = 1; t <= 20; t++) {
        assertArrayEquals(
            new double[] {Math.pow(0.6, t), Math.pow(0.9, t)}, run.step().toDoubles(), 1e-6);
      }
    }
  }

  @Test
  void theRateDecidesBetweenConvergenceAndDivergence() {
    // 2 / 4 is the limit for the larger eigenvalue.
    assertTrue(stepsTo(Optimizers.sgd(0.49), quadratic(4, 1), 1e-3, 1000) <= 1000);
    try (Minimizing run = new Minimizing(Optimizers.sgd(0.51), START, quadratic(4, 1))) {
      double last = 0;
      for (int t = 0; t < 300; t++) {
        last = Math.abs(run.step().getDouble(0));
      }
      assertTrue(last > 100, "diverges: " + last);
    }
  }

  @Test
  void momentumIsFasterOnAnIllConditionedQuadratic() {
    UnaryOperator<Flow> bowl = quadratic(100, 1);
    double best = 4 / Math.pow(Math.sqrt(100) + 1, 2);
    double momentum = Math.pow((Math.sqrt(100) - 1) / (Math.sqrt(100) + 1), 2);
    assertTrue(stepsTo(Optimizers.momentum(best, momentum), bowl, 1e-6, 500) < 120);
    assertTrue(stepsTo(Optimizers.sgd(2.0 / 101), bowl, 1e-6, 1000) > 300);
  }

  @Test
  void adamsFirstStepIsTheRateTimesTheSign() {
    try (Minimizing run = new Minimizing(Optimizers.adam(0.01), START, quadratic(1e-3, -50))) {
      assertArrayEquals(new double[] {0.99, 1.01}, run.step().toDoubles(), 1e-6);
    }
  }

  @Test
  void adamWDecaysApartFromTheGradient() {
    Optimizer adam = Optimizers.adam(0.01).weightDecay(0.1);
    Optimizer adamW = Optimizers.adamW(0.01).weightDecay(0.1);
    try (Minimizing a = new Minimizing(adam, START, quadratic(1, 2));
        Minimizing w = new Minimizing(adamW, START, quadratic(1, 2))) {
      assertEquals(0.99, a.step().getDouble(0), 1e-6); // the decay vanishes in the normalization
      assertEquals(0.99 - 0.001, w.step().getDouble(0), 1e-6);
    }
  }

  @Test
  void lionMovesBySigns() {
    try (Minimizing run =
        new Minimizing(Optimizers.lion(0.1).weightDecay(0.5), START, quadratic(1e-3, -50))) {
      assertArrayEquals(
          new double[] {1 - 0.1 * 1.5, 1 - 0.1 * (-1 + 0.5)}, run.step().toDoubles(), 1e-6);
    }
  }

  @Test
  void lbfgsSolvesRosenbrock() {
    Tensor first = Tensor.of(new double[] {-1.2, 1}, 2);
    UnaryOperator<Flow> rosenbrock =
        p -> {
          Flow x = p.select(0, 0);
          Flow y = p.select(0, 1);
          return x.subFrom(1).square().add(y.sub(x.square()).square().mul(100));
        };
    try (Lbfgs.Problem problem = Lbfgs.problem(first, rosenbrock)) {
      Lbfgs.State end = Lbfgs.withSearch().minimize(problem, first.toDoubles(), 200, 1e-6);
      assertArrayEquals(new double[] {1, 1}, end.point(), 1e-5);
      assertTrue(end.iteration() < 50, end.iteration() + " iterations");
    }
  }

  @Test
  void badOptionsAreRefused() {
    assertThrows(GatunException.class, () -> Optimizers.sgd(-1));
    assertThrows(GatunException.class, () -> Optimizers.sgd(Double.NaN));
    assertThrows(GatunException.class, () -> Optimizers.sgd(1).nesterov(true));
    assertThrows(GatunException.class, () -> Optimizers.adam(1).betas(1, 0.9));
    assertThrows(GatunException.class, () -> Optimizers.adam(1).weightDecay(-1));
    assertThrows(GatunException.class, () -> Clipping.norm(0));
    assertEquals(List.of(), Optimizers.sgd(1).slots());
  }
}
