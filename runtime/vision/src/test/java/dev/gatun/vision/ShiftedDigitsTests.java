package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.train.Digits;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A net that has seen 100 digits knows shifted ones only if it was trained on shifted ones. */
class ShiftedDigitsTests {
  @Test
  void shiftsInTrainingHelpWithShiftedDigits() {
    IndexedDataset all = Digits.load();
    IndexedDataset few = all.select(LongStream.range(0, 100).map(i -> 7 * i).toArray());
    IndexedDataset others =
        all.select(LongStream.range(0, all.count()).filter(i -> i % 7 != 0).toArray());
    Augment augment = Augment.picture("x");
    Dataset shifted = others.augment(99, augment.shift(1));
    double plain = accuracy(few, shifted);
    double augmented = accuracy(few.augment(3, augment.shift(1)), shifted);
    assertTrue(augmented >= plain + 0.2, augmented + " augmented, " + plain + " plain");
  }

  private static double accuracy(IndexedDataset train, Dataset test) {
    Net net = Net.sequential(Shape.of(1, 8, 8)).flatten().dense(64).relu().dense(10).build();
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(Losses.softmaxCrossEntropy())
            .optimizer(Optimizers.adamW(3e-3))
            .metrics(Metrics.accuracy())
            .seed(1)
            .build()) {
      trainer.fit(train.shuffle(2).batch(20), Epochs.of(150));
      return trainer.evaluate(test.batch(256)).getOrDefault("accuracy", 0.0);
    }
  }
}
