package dev.gatun.train.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Tables;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Batch;
import dev.gatun.train.data.BatchCursor;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.Imbalanced;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.metric.Average;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What losses are for: tasks on which one does better than another. */
@Tag("slow")
class LossTasksTests {
  private static Net linear(int features) {
    return Net.sequential(Shape.of(features)).dense(1).build();
  }

  @Test
  void outliersMoveSquaresMoreThanAbsoluteValues() {
    Random random = new Random(2);
    float[] x = new float[100];
    float[] y = new float[100];
    for (int i = 0; i < 100; i++) {
      x[i] = i / 50f - 1;
      y[i] = 2 * x[i] + 1 + 0.1f * (float) random.nextGaussian() + (i > 89 ? -20 : 0);
    }
    IndexedDataset data = Dataset.of("x", Tensor.of(x, 100, 1), "y", Tensor.of(y, 100, 1));
    double squared = slope(Losses.meanSquaredError(), data);
    double absolute = slope(Losses.meanAbsoluteError(), data);
    double huber = slope(Losses.huber(0.5), data);
    assertEquals(2, absolute, 0.3);
    assertEquals(2, huber, 0.6);
    assertTrue(Math.abs(squared - 2) > 3, "squares: " + squared);
  }

  private static double slope(Loss loss, IndexedDataset data) {
    try (Trainer trainer =
        Trainer.builder(linear(1)).loss(loss).optimizer(Optimizers.adam(0.05)).build()) {
      trainer.fit(data.batch(100), Epochs.of(500));
      return trainer.net().weight("dense1.weight").getDouble(0);
    }
  }

  @Test
  void theHingeMakesASupportVectorMachine() throws Exception {
    // Linear, regularized, raw scores.
    try (Trainer trainer =
        Trainer.builder(linear(30))
            .loss(Losses.hingeOfZeroAndOne())
            .optimizer(Optimizers.sgd(0.05).weightDecay(1e-3))
            .build()) {
      trainer.fit(Tables.diagnoses(false).shuffle(1).batch(32), Epochs.of(30));
      assertTrue(Tables.accuracy(trainer, Tables.diagnoses(true)) >= 0.96);
    }
  }

  /** Accuracy, recall and F1 on another set. */
  private static double[] detection(Loss loss, double... weights) {
    IndexedDataset data =
        Imbalanced.clouds(3000, 1)
            .map(
                s -> {
                  int label = (int) s.get("label").getLong(0);
                  return s.with("y", Tensor.of(new float[] {label}, 1))
                      .with("weight", Tensor.scalar(DType.F32, weights[label]));
                });
    try (Trainer trainer =
        Trainer.builder(linear(5)).loss(loss).optimizer(Optimizers.adam(0.05)).build()) {
      trainer.fit(data.batch(3000), Epochs.of(300));
      Metric accuracy = Metrics.accuracy();
      Metric recall = Metrics.recall(Average.BINARY);
      Metric f1 = Metrics.f1(Average.BINARY);
      try (BatchCursor batches = Imbalanced.clouds(6000, 2).batch(1000).open(0)) {
        while (batches.hasNext()) {
          try (Batch batch = batches.next()) {
            double[] scores = trainer.predict(batch.get("x")).toDoubles();
            long[] classes = new long[scores.length];
            for (int i = 0; i < classes.length; i++) {
              classes[i] = scores[i] > 0 ? 1 : 0;
            }
            for (Metric metric : List.of(accuracy, recall, f1)) {
              metric.update(Tensor.of(classes, classes.length), batch.get("label"));
            }
          }
        }
      }
      return new double[] {accuracy.result(), recall.result(), f1.result()};
    }
  }

  @Test
  void focalLossAndClassWeightsFindMoreOfTheRareClass() {
    double[] plain = detection(Losses.sigmoidCrossEntropy(), 1, 1);
    double[] focal = detection(Losses.focal(0.75, 2), 1, 1);
    double[] weighted = detection(Losses.sigmoidCrossEntropy(), 1 / 1.94, 1 / 0.06);
    String text = Arrays.deepToString(new double[][] {plain, focal, weighted});
    assertTrue(plain[1] < 0.42, text);
    assertTrue(focal[1] >= 0.5 && focal[2] >= plain[2] - 0.01, text);
    assertTrue(weighted[1] >= 0.77 && weighted[0] < plain[0], text);
  }

  @Test
  void autoencodersRebuildDigitsByEitherLoss() {
    IndexedDataset digits =
        Tables.digits(false).map(s -> s.with("y", s.get("x").reshape(Shape.of(64))));
    for (Loss loss : List.of(Losses.meanSquaredError(), Losses.sigmoidCrossEntropy())) {
      Net net = Net.of(Shape.of(1, 8, 8), x -> x.flatten().dense(16).relu().dense(64));
      try (Trainer trainer =
          Trainer.builder(net).loss(loss).optimizer(Optimizers.adam(1e-2)).build()) {
        double first = trainer.evaluate(digits.batch(500)).getOrDefault("loss", 0.0);
        trainer.fit(digits.shuffle(1).batch(64), Epochs.of(8));
        double last = trainer.evaluate(digits.batch(500)).getOrDefault("loss", 0.0);
        // Pixels between 0 and 1 have an entropy of their own, which cross entropy keeps.
        assertTrue(last < 0.6 * first, loss + ": " + first + " to " + last);
      }
    }
  }
}
