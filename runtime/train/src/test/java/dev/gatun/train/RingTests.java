package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.loss.PairLosses;
import dev.gatun.train.metric.Modes;
import dev.gatun.train.net.Dense;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A generator learns a ring of eight clouds without losing any. */
class RingTests {
  private static final int BATCH = 128;

  private static double[][] centers() {
    double[][] centers = new double[8][];
    for (int i = 0; i < 8; i++) {
      centers[i] = new double[] {2 * Math.cos(i * Math.PI / 4), 2 * Math.sin(i * Math.PI / 4)};
    }
    return centers;
  }

  private static Net net() {
    UnaryOperator<Dense> he = d -> d.weights(Initializers.heNormal());
    Layer generator = Layer.shared(z -> z.dense(64, he).relu().dense(64, he).relu().dense(2));
    // Noise on what it sees keeps the discriminator from winning.
    Layer discriminator =
        Layer.shared(
            x ->
                x.then(Layers.gaussianNoise(0.2))
                    .dense(64, he)
                    .leakyRelu(0.2)
                    .dense(64, he)
                    .leakyRelu(0.2)
                    .dense(1));
    return Net.of(
        List.of(Input.of("x", 2), Input.of("z", 8)),
        in -> {
          Flow made = in.get(1).then(generator);
          return List.of(
              made,
              in.get(0).then(discriminator),
              made.stop().then(discriminator),
              made.thenFixed(discriminator));
        });
  }

  /** Both at once: neither moves the other's weights. */
  private static final Objective GAME =
      new Objective() {
        @Override
        public List<Input> targets(List<Flow> outputs) {
          return List.of();
        }

        @Override
        public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
          return PairLosses.discriminator(outputs.get(1), outputs.get(2))
              .add(PairLosses.generator(outputs.get(3)));
        }
      };

  private static Map<String, Tensor> batch(Random random) {
    double[][] centers = centers();
    float[] x = new float[2 * BATCH];
    float[] z = new float[8 * BATCH];
    for (int i = 0; i < BATCH; i++) {
      double[] center = centers[random.nextInt(8)];
      x[2 * i] = (float) (center[0] + 0.05 * random.nextGaussian());
      x[2 * i + 1] = (float) (center[1] + 0.05 * random.nextGaussian());
    }
    for (int i = 0; i < z.length; i++) {
      z[i] = (float) random.nextGaussian();
    }
    return Map.of("x", Tensor.of(x, BATCH, 2), "z", Tensor.of(z, BATCH, 8));
  }

  @Test
  @Tag("acceptance")
  void twoOfTwoSeedsKeepAllModes() {
    for (int seed = 1; seed <= 2; seed++) {
      Random random = new Random(seed);
      try (Trainer trainer =
          Trainer.builder(net().initialize(seed))
              .loss(GAME)
              .optimizer(Optimizers.adam(1e-3).betas(0.5, 0.9))
              .average(0.995)
              .build()) {
        double least = Double.POSITIVE_INFINITY;
        for (int step = 0; step < 6000; step++) {
          double loss = trainer.step(batch(random));
          least = step > 1000 ? Math.min(least, loss) : least;
        }
        Modes modes = new Modes(centers(), 0.3);
        for (int i = 0; i < 8; i++) {
          try (Outputs outputs = trainer.predict(batch(random))) {
            modes.add(outputs.get("y0"));
          }
        }
        System.out.printf(
            "ring, seed %d: %d of 8 modes, %.2f of the points near one, least loss %.2f%n",
            seed, modes.covered(0.02), modes.precision(), least);
        assertEquals(8, modes.covered(0.02));
        assertTrue(modes.precision() > 0.7);
        assertTrue(least > 0.2, "one side has won: loss " + least);
      }
    }
  }

  @Test
  void neitherSideMovesTheOthersWeights() {
    for (boolean generates : new boolean[] {false, true}) {
      Objective half =
          new Objective() {
            @Override
            public List<Input> targets(List<Flow> outputs) {
              return List.of();
            }

            @Override
            public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
              return generates
                  ? PairLosses.generator(outputs.get(3))
                  : PairLosses.discriminator(outputs.get(1), outputs.get(2));
            }
          };
      Net net = net();
      try (Trainer trainer =
          Trainer.builder(net).loss(half).optimizer(Optimizers.sgd(0.1)).build()) {
        trainer.step(batch(new Random(1)));
        for (var p : net.parameters()) {
          boolean ofGenerator = p.name().startsWith("shared1");
          boolean same = net.weight(p.name()).equals(trainer.net().weight(p.name()));
          assertEquals(generates == ofGenerator, !same, p.name());
        }
      }
    }
  }

  @Test
  void aGeneratorThatGivesOnePointCoversOneMode() {
    Modes modes = new Modes(centers(), 0.3);
    float[] same = new float[2 * BATCH];
    for (int i = 0; i < BATCH; i++) {
      same[2 * i] = 2.1f;
    }
    modes.add(Tensor.of(same, BATCH, 2));
    assertEquals(1, modes.covered(0.02));
    assertEquals(8, modes.count());
    assertEquals(1, modes.precision());
    Modes nowhere = new Modes(centers(), 0.3);
    nowhere.add(Tensor.of(new float[2], 1, 2));
    assertEquals(0, nowhere.covered(0));
    assertEquals(0, nowhere.precision());
    Modes all = new Modes(centers(), 0.3);
    all.add(batch(new Random(3)).getOrDefault("x", Tensor.scalar(0)));
    assertEquals(8, all.covered(0.02));
  }
}
