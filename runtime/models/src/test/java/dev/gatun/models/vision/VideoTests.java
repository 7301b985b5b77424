package dev.gatun.models.vision;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clips of a square that moves left, right, up or down. */
class VideoTests {
  private static final int FRAMES = 6;
  private static final int SIDE = 16;

  private static IndexedDataset clips(int count, long seed) {
    Random random = new Random(seed);
    float[] x = new float[count * FRAMES * SIDE * SIDE];
    long[] y = new long[count];
    for (int i = 0; i < count; i++) {
      int direction = random.nextInt(4);
      int[] step = new int[][] {{0, -1}, {0, 1}, {-1, 0}, {1, 0}}[direction];
      int size = 3 + random.nextInt(2);
      // In the middle it is anywhere, so that no single frame tells the direction.
      int top = 4 + random.nextInt(5);
      int left = 4 + random.nextInt(5);
      for (int t = 0; t < FRAMES; t++) {
        int frame = (i * FRAMES + t) * SIDE * SIDE;
        for (int p = 0; p < SIDE * SIDE; p++) {
          x[frame + p] = (float) (0.1 * random.nextGaussian());
        }
        for (int p = 0; p < size * size; p++) {
          int row = Math.floorMod(top + step[0] * (t - FRAMES / 2) + p / size, SIDE);
          int column = Math.floorMod(left + step[1] * (t - FRAMES / 2) + p % size, SIDE);
          x[frame + row * SIDE + column] += 1;
        }
      }
      y[i] = direction;
    }
    return Dataset.of("x", Tensor.of(x, count, 1, FRAMES, SIDE, SIDE), "y", Tensor.of(y, count));
  }

  @Test
  @Tag("acceptance")
  void directionsAreTold() {
    VideoResNet narrow = new VideoResNet(8, List.of(1, 1, 1));
    Net net = Net.of(Shape.of(1, FRAMES, SIDE, SIDE), x -> narrow.classified(x, 4));
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(Losses.softmaxCrossEntropy())
            .optimizer(Optimizers.adamW(3e-3))
            .metrics(Metrics.accuracy())
            .seed(1)
            .build()) {
      trainer.fit(clips(600, 1).shuffle(2).batch(30), Epochs.of(8));
      double accuracy = trainer.evaluate(clips(400, 9).batch(100)).getOrDefault("accuracy", 0.0);
      System.out.println("moving squares: " + accuracy);
      assertTrue(accuracy >= 0.95, "accuracy " + accuracy);
    }
  }
}
