package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.optim.Optimizers;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A convolutional net over one axis tells tones that rise from tones that stay. */
class ChirpTests {
  private static final int LENGTH = 128;

  /** Half sines, half chirps, whose mean frequencies are of the same range, with noise. */
  private static IndexedDataset sounds(int count, long seed) {
    Random random = new Random(seed);
    float[] x = new float[count * LENGTH];
    long[] y = new long[count];
    for (int i = 0; i < count; i++) {
      y[i] = i % 2;
      double middle = 0.06 + 0.14 * random.nextDouble();
      double change = y[i] == 0 ? 0 : (0.04 + 0.06 * random.nextDouble()) * middle / 0.1;
      double phase = 2 * Math.PI * random.nextDouble();
      for (int t = 0; t < LENGTH; t++) {
        double at = (double) t / LENGTH - 0.5;
        double turns = (middle * at + change * at * at / 2) * LENGTH;
        x[i * LENGTH + t] =
            (float) (Math.sin(2 * Math.PI * turns + phase) + 0.2 * random.nextGaussian());
      }
    }
    return Dataset.of("x", Tensor.of(x, count, 1, LENGTH), "y", Tensor.vector(y));
  }

  @Test
  void chirpsAreToldFromSines() {
    Net net =
        Net.of(
            Shape.of(1, LENGTH),
            x ->
                x.conv1d(16, 9, c -> c.stride(2).pad(4))
                    .relu()
                    .conv1d(16, 5, c -> c.dilation(2).pad(4))
                    .relu()
                    .maxPool1d(8)
                    .flatten()
                    .dense(32)
                    .relu()
                    .dense(2));
    try (Trainer trainer =
        Trainer.builder(net)
            .optimizer(Optimizers.adamW(3e-3))
            .metrics(Metrics.accuracy())
            .seed(1)
            .build()) {
      trainer.fit(sounds(1000, 1).shuffle(1).batch(50), Epochs.of(12));
      double accuracy = trainer.evaluate(sounds(500, 2).batch(100)).getOrDefault("accuracy", 0.0);
      System.out.println("chirps and sines: " + accuracy);
      assertTrue(accuracy >= 0.98, "accuracy " + accuracy);
    }
  }
}
