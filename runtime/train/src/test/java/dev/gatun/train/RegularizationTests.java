package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Penalties, constraints, pruning, averages of weights: what each is for. */
@Tag("slow")
class RegularizationTests {
  private static Net logistic(int features) {
    return Net.sequential(Shape.of(features)).dense(1).build();
  }

  private static double[] fit(Net net, IndexedDataset data, ParameterGroup group, int epochs) {
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(Losses.sigmoidCrossEntropy())
            .optimizer(Optimizers.sgd(0.1))
            .group(group)
            .build()) {
      trainer.fit(data.batch(64), Epochs.of(epochs));
      return trainer.net().weight("dense1.weight").toDoubles();
    }
  }

  @Test
  void proximalL1MakesWeightsExactlyZeroAndL2DoesNot() {
    IndexedDataset data = Tables.sparse(512, 100, 8, 0.5, 1);
    double[] l1 = fit(logistic(100), data, ParameterGroup.of("").l1(0.03), 60);
    double[] l2 = fit(logistic(100), data, ParameterGroup.of("").l2(0.03), 60);
    int zeros = 0;
    for (int i = 0; i < 100; i++) {
      zeros += l1[i] == 0 ? 1 : 0;
      assertFalse(l2[i] == 0);
      assertTrue(i >= 8 || l1[i] != 0, "informative feature " + i);
    }
    assertTrue(zeros >= 50, zeros + " zeros");
  }

  @Test
  void l2IsRidgeAndLargerPenaltiesMakeSmallerWeights() {
    Random random = new Random(3);
    int n = 40;
    float[] x = new float[2 * n];
    float[] y = new float[n];
    for (int i = 0; i < n; i++) {
      x[2 * i] = (float) random.nextGaussian();
      x[2 * i + 1] = (float) random.nextGaussian();
      y[i] = 2 * x[2 * i] - x[2 * i + 1] + 0.1f * (float) random.nextGaussian();
    }
    IndexedDataset data = Dataset.of("x", Tensor.of(x, n, 2), "y", Tensor.of(y, n, 1));
    Net net = Net.sequential(Shape.of(2)).dense(1, d -> d.withoutBias()).build();
    double before = Double.POSITIVE_INFINITY;
    for (double lambda : new double[] {0.01, 0.1, 1}) {
      try (Trainer trainer =
          Trainer.builder(net)
              .loss(Losses.meanSquaredError())
              .optimizer(Optimizers.sgd(0.1))
              .group(ParameterGroup.of("").l2(lambda))
              .build()) {
        trainer.fit(data.batch(n), Epochs.of(200));
        double[] w = trainer.net().weight("dense1.weight").toDoubles();
        // (X'X / n + lambda I) w = X'y / n
        double a = lambda;
        double b = 0;
        double d = lambda;
        double p = 0;
        double q = 0;
        for (int i = 0; i < n; i++) {
          a += x[2 * i] * x[2 * i] / n;
          b += x[2 * i] * x[2 * i + 1] / n;
          d += x[2 * i + 1] * x[2 * i + 1] / n;
          p += x[2 * i] * y[i] / n;
          q += x[2 * i + 1] * y[i] / n;
        }
        double det = a * d - b * b;
        assertArrayEquals(new double[] {(d * p - b * q) / det, (a * q - b * p) / det}, w, 1e-4);
        double norm = Math.hypot(w[0], w[1]);
        assertTrue(norm < before);
        before = norm;
      }
    }
  }

  @Test
  void decayOfPlainDescentIsHalfAnL2Penalty() {
    IndexedDataset data = Tables.sparse(64, 10, 3, 0, 2);
    double[] penalty = fit(logistic(10), data, ParameterGroup.of("").l2(0.05), 5);
    double[] decay = fit(logistic(10), data, ParameterGroup.of("").weightDecay(0.1), 5);
    assertArrayEquals(penalty, decay, 1e-6);
  }

  @Test
  void dropoutAndL2HelpWhereDataIsScarce() {
    IndexedDataset train = Tables.faint(204, 100, 0.3, 10);
    IndexedDataset test = Tables.faint(3000, 100, 0.3, 20);
    double[] accuracy = new double[3];
    double[] gap = new double[3];
    for (int kind = 0; kind < 3; kind++) {
      double dropout = kind == 1 ? 0.5 : 0;
      try (Trainer trainer =
          Trainer.builder(Net.sequential(Shape.of(100)).dropout(dropout).dense(1).build())
              .loss(Losses.sigmoidCrossEntropy())
              .optimizer(Optimizers.adam(1e-2))
              .group(ParameterGroup.of("").l2(kind == 2 ? 0.05 : 0))
              .build()) {
        trainer.fit(train.shuffle(1).batch(34), Epochs.of(150));
        accuracy[kind] = Tables.accuracy(trainer, test);
        gap[kind] = Tables.accuracy(trainer, train) - accuracy[kind];
      }
    }
    for (int kind = 1; kind < 3; kind++) {
      String text = Arrays.toString(accuracy) + Arrays.toString(gap);
      assertTrue(accuracy[kind] > accuracy[0] + 0.005, text);
      assertTrue(gap[kind] < gap[0] - 0.005, text);
    }
  }

  private static double accuracy(Net net) {
    try (Trainer trainer = Trainer.builder(net).metrics(Metrics.accuracy()).build()) {
      return trainer.evaluate(Tables.digits(true).batch(256)).getOrDefault("accuracy", 0.0);
    }
  }

  @Test
  void halfOfTheSmallestWeightsAreNotMissed() {
    Net net;
    try (Trainer trainer =
        Trainer.builder(Tables.digitsNet(64)).optimizer(Optimizers.adamW(1e-2)).build()) {
      trainer.fit(Tables.digits(false).shuffle(1).batch(64), Epochs.of(12));
      net = trainer.net();
    }
    double before = accuracy(net);
    Map<String, Tensor> half = Pruning.byMagnitude(net, 0.5);
    Net pruned = Pruning.apply(net, half);
    assertEquals(0.5, Pruning.zeros(pruned), 1e-3);
    assertTrue(accuracy(pruned) >= before - 0.015, before + " to " + accuracy(pruned));
    Net most = Pruning.apply(net, Pruning.byMagnitude(net, 0.95));
    assertTrue(accuracy(most) < before - 0.1, before + " to " + accuracy(most));
    // Whole neurons, their weights and biases.
    Map<String, Tensor> units = Pruning.byUnit(net, 0.25, "dense1.weight");
    Net without = Pruning.apply(net, units);
    double[] bias = without.weight("dense1.bias").toDoubles();
    double[] weight = without.weight("dense1.weight").toDoubles();
    int dead = 0;
    for (int unit = 0; unit < 64; unit++) {
      double sum = Math.abs(bias[unit]);
      for (int i = 0; i < 64; i++) {
        sum += Math.abs(weight[64 * unit + i]);
      }
      dead += sum == 0 ? 1 : 0;
    }
    assertEquals(16, dead);
    // Training goes on without them, and gets back what is lost.
    try (Trainer trainer =
        Trainer.builder(without)
            .optimizer(Optimizers.adamW(3e-3))
            .masks(units)
            .metrics(Metrics.accuracy())
            .build()) {
      trainer.fit(Tables.digits(false).shuffle(2).batch(64), Epochs.of(2));
      assertTrue(accuracy(trainer.net()) >= before - 0.01);
      double[] after = trainer.net().weight("dense1.weight").toDoubles();
      for (int i = 0; i < after.length; i++) {
        assertEquals(weight[i] == 0, after[i] == 0, "weight " + i);
      }
    }
    assertThrows(GatunException.class, () -> Pruning.byMagnitude(net, 1.5));
    assertThrows(GatunException.class, () -> Pruning.byUnit(net, 0.5, "dense1.bias"));
    assertThrows(
        GatunException.class,
        () -> Pruning.apply(net, Map.of("dense1.bias", Tensor.of(new float[3], 3))));
  }

  @Test
  void theMeanOfWeightsAlongTheWay() {
    Net net =
        Net.sequential(Shape.of(1))
            .dense(1, d -> d.withoutBias())
            .build()
            .withWeights(Map.of("dense1.weight", Tensor.of(new float[] {0}, 1, 1)));
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(Losses.of((x, t) -> x.sub(t)))
            .optimizer(Optimizers.sgd(1))
            .averageFrom(2, 3)
            .build()) {
      // The gradient is 1, so the weight after step t is -t: steps 5, 8, 11, ... count.
      double[] expected = {-1, -2, -3, -4, -5, -5, -5, -6.5, -6.5, -6.5, -8};
      for (int t = 0; t < expected.length; t++) {
        trainer.step(
            Map.of("x", Tensor.of(new float[] {1}, 1, 1), "y", Tensor.of(new float[] {0}, 1, 1)));
        if (t >= 4) {
          assertEquals(expected[t], trainer.net().weight("dense1.weight").getDouble(0), 1e-5);
        }
      }
    }
  }
}
