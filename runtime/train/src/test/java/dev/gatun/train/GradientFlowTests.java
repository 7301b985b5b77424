package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.inspect.Finding;
import dev.gatun.train.inspect.Finding.Cause;
import dev.gatun.train.inspect.Inspection;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializer;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizers;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How far gradients get through deep networks, and what the monitor says of it. */
class GradientFlowTests {
  private static final int WIDTH = 100;

  private static Net deep(int layers, Initializer first, Layer activation) {
    return Net.of(
        Shape.of(WIDTH),
        x -> {
          Flow y = x;
          for (int i = 0; i < layers; i++) {
            y = y.dense(WIDTH, d -> d.weights(first).biases(Initializers.zeros())).then(activation);
          }
          return y;
        });
  }

  private static Map<String, Tensor> batch() {
    Random random = new Random(1);
    float[] x = new float[64 * WIDTH];
    float[] y = new float[64 * WIDTH];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
      y[i] = (float) random.nextGaussian();
    }
    return Map.of("x", Tensor.of(x, 64, WIDTH), "y", Tensor.of(y, 64, WIDTH));
  }

  private static Inspection inspect(Net net) {
    try (Trainer trainer = Trainer.builder(net).loss(Losses.meanSquaredError()).build()) {
      return trainer.inspect(batch());
    }
  }

  private static Set<Cause> causes(List<Finding> findings) {
    Set<Cause> causes = EnumSet.noneOf(Cause.class);
    findings.forEach(finding -> causes.add(finding.cause()));
    return causes;
  }

  @Test
  void sigmoidsStarveTheFirstOfTwentyLayersAndReluWithHeDoesNot() {
    Inspection sigmoid = inspect(deep(20, Initializers.xavierUniform(), Activations.sigmoid()));
    assertTrue(sigmoid.firstToLast() < 1e-9, sigmoid::toString);
    assertTrue(causes(sigmoid.findings()).contains(Cause.ARCHITECTURE), sigmoid::toString);
    Inspection relu = inspect(deep(20, Initializers.heNormal(), Activations.relu()));
    assertTrue(relu.firstToLast() > 0.1 && relu.firstToLast() < 10, relu::toString);
    assertEquals(List.of(), relu.findings());
  }

  @Test
  void heKeepsTheVarianceOfActivations() {
    Inspection seen = inspect(deep(20, Initializers.heNormal(), Activations.relu()));
    double first = square(seen.layer("relu1").mean(), seen.layer("relu1").deviation());
    double last = square(seen.layer("relu20").mean(), seen.layer("relu20").deviation());
    assertTrue(last > first / 2 && last < first * 2, first + " and " + last);
  }

  private static double square(double mean, double deviation) {
    return mean * mean + deviation * deviation;
  }

  @Test
  void weightsOfOneAndAHalfTimesHeExplodeOverThirtyLayers() {
    Net gentle = deep(30, Initializers.heNormal(), Activations.relu());
    Net wild = deep(30, Initializers.heNormal(1.5), Activations.relu());
    Inspection good = inspect(gentle);
    Inspection bad = inspect(wild);
    assertTrue(good.gradient() < 30 && good.gradient() > 0.01, good::toString);
    assertTrue(bad.gradient() > 1e5, bad::toString);
    assertTrue(causes(bad.findings()).contains(Cause.ARCHITECTURE));
    assertTrue(
        bad.findings().stream().anyMatch(f -> f.text().contains("explode")),
        bad.findings().toString());
    // The norm of the step and the norms by parameter say the same.
    double[] told = new double[1];
    try (Trainer trainer =
        Trainer.builder(wild)
            .loss(Losses.meanSquaredError())
            .optimizer(Optimizers.sgd(0))
            .gradientNorms(true)
            .listener(
                new Listener() {
                  @Override
                  public void stepEnded(Trainer t, StepRecord step) {
                    told[0] = step.gradientNorm();
                  }
                })
            .build()) {
      trainer.fit(Dataset.of(batch()).batch(64), Epochs.of(1));
      double sum = 0;
      for (double norm : trainer.gradientNorms().values()) {
        sum += norm * norm;
      }
      assertEquals(told[0], Math.sqrt(sum), 1e-4 * told[0]);
      assertEquals(bad.gradient(), told[0], 1e-3 * told[0]);
    }
  }

  @Test
  void aRateThatIsTooHighIsNamed() {
    Diagnostics diagnostics = Diagnostics.every(1);
    try (Trainer trainer =
        Trainer.builder(Tables.digitsNet(16))
            .optimizer(Optimizers.sgd(30))
            .listener(diagnostics)
            .build()) {
      trainer.fit(Digits.load().take(64).batch(32), Epochs.of(1));
    }
    assertTrue(
        causes(diagnostics.findings()).contains(Cause.LEARNING_RATE),
        diagnostics.findings().toString());
  }

  @Test
  void clippingHoldsAnUnstableRecurrentNet() {
    double[] most = new double[2];
    for (int clip = 0; clip < 2; clip++) {
      Net net =
          Net.of(
              Shape.of(20, 4),
              x -> {
                Flow w = x.parameter("recurrent", Shape.of(16, 16), Initializers.orthogonal(1.4));
                Flow h = x.select(1, 0).dense(16);
                for (int t = 1; t < 20; t++) {
                  h = h.matmulTransposed(w).add(x.select(1, t).dense(16)).tanh();
                }
                return h.dense(1);
              });
      Random random = new Random(4);
      try (Trainer trainer =
          Trainer.builder(net)
              .loss(Losses.meanSquaredError())
              .optimizer(Optimizers.sgd(0.5))
              .clip(clip == 1 ? Clipping.norm(0.5) : Clipping.none())
              .build()) {
        for (int step = 0; step < 60; step++) {
          float[] x = new float[8 * 80];
          float[] y = new float[8];
          for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
          }
          for (int i = 0; i < 8; i++) {
            y[i] = x[i * 80] > 0 ? 1 : -1; // what was at the beginning
          }
          double loss = trainer.step(Map.of("x", Tensor.of(x, 8, 20, 4), "y", Tensor.of(y, 8, 1)));
          most[clip] = Math.max(most[clip], loss);
        }
      } catch (TrainingException e) {
        most[clip] = Double.POSITIVE_INFINITY; // it has run away for good
      }
    }
    assertTrue(most[1] < most[0] / 2 && most[1] < 30, most[0] + " without, " + most[1] + " with");
  }
}
