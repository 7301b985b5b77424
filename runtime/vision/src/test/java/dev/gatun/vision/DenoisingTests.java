package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Digits;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Batch;
import dev.gatun.train.data.BatchCursor;
import dev.gatun.train.data.Batches;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Splits;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An autoencoder that is given noisy pictures and learns to give clean ones. */
@Tag("slow")
class DenoisingTests {
  private static final int EPOCHS = 12;

  @Test
  void mostNoiseIsTakenOutOfDigits() {
    IndexedDataset digits = Digits.load().map(s -> s.with("y", s.get("x").reshape(Shape.of(64))));
    List<IndexedDataset> parts = Splits.random(digits, 1, 0.8, 0.2);
    Augment noisy = Augment.picture("x");
    Net net =
        Net.of(
            Shape.of(1, 8, 8),
            x -> x.flatten().dense(256).relu().dense(128).relu().dense(256).relu().dense(64));
    Batches test = parts.get(1).augment(9, noisy.gaussianNoise(0.3)).batch(360);
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(Losses.meanSquaredError())
            .optimizer(Optimizers.adamW(3e-3))
            .schedule(Schedules.warmupCosine(20, EPOCHS * 46L))
            .metrics(Metrics.mse())
            .seed(1)
            .build()) {
      // Other noise in each epoch, the target stays clean.
      trainer.fit(
          parts.get(0).augment(3, noisy.gaussianNoise(0.3)).shuffle(2).batch(32),
          Epochs.of(EPOCHS));
      Metric before = Metrics.mse();
      try (BatchCursor cursor = test.open(0)) {
        while (cursor.hasNext()) {
          try (Batch batch = cursor.next()) {
            Tensor clean = batch.get("y");
            before.update(batch.get("x").reshape(clean.shape()), clean);
          }
        }
      }
      double after = trainer.evaluate(test).getOrDefault("mse", Double.NaN);
      System.out.printf("noisy digits: %.4f, denoised %.4f%n", before.result(), after);
      assertEquals(0.09, before.result(), 0.003);
      assertTrue(after <= before.result() / 3, before.result() + " to " + after);
    }
  }
}
