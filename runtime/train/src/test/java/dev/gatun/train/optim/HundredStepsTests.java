package dev.gatun.train.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Trainer;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hundred steps beside the formulas in double precision; {@link OptimGoldenTests} ties the same
 * formulas to PyTorch's trajectories.
 */
class HundredStepsTests {
  private static final double[] SCALE = {4, 1, 0.25};

  /** A rule in double precision: the step that is subtracted, from gradient and memory. */
  interface Rule {
    /**
     * Changes the parameter.
     *
     * @param t number of the step from 1
     * @param memory three numbers of the parameter's own, 0 first
     */
    double next(double p, double g, double[] memory, int t);
  }

  static Stream<Arguments> rules() {
    Rule momentum =
        (p, g, m, t) -> {
          m[0] = 0.9 * m[0] + g;
          return p - 0.01 * m[0];
        };
    Rule nesterov =
        (p, g, m, t) -> {
          m[0] = 0.9 * m[0] + g;
          return p - 0.01 * (g + 0.9 * m[0]);
        };
    Rule adaGrad =
        (p, g, m, t) -> {
          m[0] += g * g;
          return p - 0.1 * g / (Math.sqrt(m[0]) + 1e-10);
        };
    Rule rmsProp =
        (p, g, m, t) -> {
          m[0] = 0.99 * m[0] + 0.01 * g * g;
          return p - 0.01 * g / (Math.sqrt(m[0]) + 1e-8);
        };
    return Stream.of(
        Arguments.of("momentum", Optimizers.momentum(0.01, 0.9), momentum),
        Arguments.of("Nesterov", Optimizers.momentum(0.01, 0.9).nesterov(true), nesterov),
        Arguments.of("AdaGrad", new AdaGrad(0.1, 0, 0, 0, 1e-10), adaGrad),
        Arguments.of("RMSprop", new RmsProp(0.01, 0.99, 1e-8, 0, 0, false), rmsProp),
        Arguments.of("Adam", new Adam(0.01, 0.9, 0.999, 1e-8, 0, false, false), adam(0, false)),
        Arguments.of("AMSGrad", new Adam(0.01, 0.9, 0.999, 1e-8, 0, false, true), adam(0, true)),
        Arguments.of(
            "AdamW", new Adam(0.01, 0.9, 0.999, 1e-8, 0.1, true, false), adam(0.1, false)));
  }

  private static Rule adam(double decay, boolean amsGrad) {
    return (p, g, m, t) -> {
      m[0] = 0.9 * m[0] + 0.1 * g;
      m[1] = 0.999 * m[1] + 0.001 * g * g;
      m[2] = Math.max(m[2], m[1]);
      double v = (amsGrad ? m[2] : m[1]) / (1 - Math.pow(0.999, t));
      double mean = m[0] / (1 - Math.pow(0.9, t));
      return p - 0.01 * decay * p - 0.01 * mean / (Math.sqrt(v) + 1e-8);
    };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void stayWithTheFormula(String name, Optimizer optimizer, Rule rule) {
    double[] p = {1, -2, 3};
    double[][] memory = new double[3][3];
    Tensor scale = Tensor.of(new float[] {4, 1, 0.25f}, 3);
    // The gradient changes its size and, through the cosine, its sign.
    try (Minimizing run =
        new Minimizing(
            optimizer,
            Tensor.of(new float[] {1, -2, 3}, 3),
            x -> x.square().mul(x.constant(scale)).add(x.mul(3).cos()).sum())) {
      for (int t = 1; t <= 100; t++) {
        for (int i = 0; i < 3; i++) {
          double g = 2 * SCALE[i] * p[i] - 3 * Math.sin(3 * p[i]);
          p[i] = rule.next(p[i], g, memory[i], t);
        }
        double[] actual = run.step().toDoubles();
        for (int i = 0; i < 3; i++) {
          assertEquals(p[i], actual[i], 3e-6 * Math.max(1, Math.abs(p[i])), "step " + t);
        }
      }
    }
  }

  @Test
  void adaGradLeavesRowsAloneThatAreNotUsed() {
    Net net =
        Net.of(List.of(Input.ids("x")), in -> List.of(in.get(0).then(Layers.embedding(6, 4))));
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(Losses.meanSquaredError())
            .optimizer(Optimizers.adaGrad(0.1))
            .build()) {
      for (int i = 0; i < 5; i++) {
        trainer.step(
            Map.of("x", Tensor.of(new long[] {1, 4, 1}, 3), "y", Tensor.of(new float[12], 3, 4)));
      }
      String name = net.parameters().get(0).name();
      float[] before = net.weight(name).toFloats();
      float[] after = trainer.net().weight(name).toFloats();
      float[] sums = new float[0];
      for (Map.Entry<String, Tensor> state : trainer.state().entrySet()) {
        boolean slot = !state.getKey().startsWith("parameter/");
        sums = slot && state.getValue().elements() == 24 ? state.getValue().toFloats() : sums;
      }
      assertEquals(24, sums.length);
      for (int i = 0; i < 24; i++) {
        boolean used = i / 4 == 1 || i / 4 == 4;
        if (used) {
          assertNotEquals(before[i], after[i]);
        } else {
          assertEquals(before[i], after[i]);
          assertEquals(0, sums[i]);
        }
      }
    }
  }

  @Test
  void oneSampleAtATimeSolvesLeastSquares() {
    Net net = Net.sequential(Shape.of(2)).dense(1).build();
    float[] x = {1, 2, -1, 0.5f, 0, -1, 2, 1};
    double[] truth = {0.7, -1.3, 0.4};
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(Losses.meanSquaredError())
            .optimizer(Optimizers.sgd(0.05))
            .build()) {
      for (int t = 0; t < 2000; t++) {
        float a = x[2 * (t % 4)];
        float b = x[2 * (t % 4) + 1];
        float y = (float) (truth[0] * a + truth[1] * b + truth[2]);
        trainer.step(
            Map.of(
                "x", Tensor.of(new float[] {a, b}, 1, 2), "y", Tensor.of(new float[] {y}, 1, 1)));
      }
      double[] w = trainer.net().weight("dense1.weight").toDoubles();
      assertArrayEquals(new double[] {0.7, -1.3}, w, 1e-3);
      assertEquals(0.4, trainer.net().weight("dense1.bias").getDouble(0), 1e-3);
    }
  }
}
