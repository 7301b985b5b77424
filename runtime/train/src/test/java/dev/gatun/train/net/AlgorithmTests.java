package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.BatchCursor;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.Sample;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Programs that are learnt from examples (tasks of Graves and others 2014, "Neural Turing
 * Machines"): up to 8 words of 4 bits are copied, reversed, or sorted by a priority.
 */
class AlgorithmTests {
  private static final int LENGTH = 8;
  private static final int BITS = 4;

  /** A word has its bits, its priority, and a mark that it is there. */
  private static final int WIDTH = BITS + 2;

  /** What is learnt, and the largest share of wrong bits. */
  enum Task {
    COPY(0.01, 800),
    REVERSE(0.05, 1200),
    SORT(0.05, 2500);

    private final double most;
    private final int steps;

    Task(double most, int steps) {
      this.most = most;
      this.steps = steps;
    }

    Sample sample(SplittableRandom random) {
      int length = random.nextInt(1, LENGTH + 1);
      float[] x = new float[LENGTH * WIDTH];
      float[] y = new float[LENGTH * BITS];
      float[][] words = new float[length][];
      for (int i = 0; i < length; i++) {
        float[] word = new float[WIDTH];
        for (int b = 0; b < BITS; b++) {
          word[b] = random.nextInt(2);
        }
        word[BITS] = (float) random.nextDouble(-1, 1);
        word[BITS + 1] = 1;
        System.arraycopy(word, 0, x, i * WIDTH, WIDTH);
        words[this == REVERSE ? length - 1 - i : i] = word;
      }
      if (this == SORT) {
        Arrays.sort(words, (a, b) -> Float.compare(b[BITS], a[BITS]));
      }
      for (int i = 0; i < length; i++) {
        System.arraycopy(words[i], 0, y, i * BITS, BITS);
      }
      return Sample.of("x", Tensor.of(x, LENGTH, WIDTH), "y", Tensor.of(y, LENGTH, BITS));
    }
  }

  private static Net net() {
    return Net.of(
        Input.of("x", LENGTH, WIDTH),
        x -> {
          Flow y = x.dense(64).then(Layers.learnedPositions());
          for (int i = 0; i < 3; i++) {
            y = y.then(Layers.encoderBlock(Layers.selfAttention(4), 128, 0));
          }
          return y.layerNorm().dense(BITS);
        });
  }

  @ParameterizedTest
  @EnumSource
  @Tag("acceptance")
  void itIsLearntFromExamples(Task task) {
    try (Trainer trainer =
        Trainer.builder(net())
            .loss(Losses.sigmoidCrossEntropy())
            .optimizer(Optimizers.adam(2e-3))
            .schedule(Schedules.warmupCosine(100, task.steps))
            .clip(Clipping.norm(1))
            .seed(2)
            .build()) {
      trainer.fit(
          Dataset.of(task.steps * 128L, i -> task.sample(new SplittableRandom(i + 1000)))
              .batch(128),
          Epochs.of(1));
      long wrong = 0;
      long bits = 0;
      try (BatchCursor batches =
          Dataset.of(1024, i -> task.sample(new SplittableRandom(-1 - i))).batch(128).open(0)) {
        while (batches.hasNext()) {
          try (var batch = batches.next();
              var outputs = trainer.predict(java.util.Map.of("x", batch.get("x")))) {
            float[] x = batch.get("x").toFloats();
            float[] y = batch.get("y").toFloats();
            float[] said = outputs.get("y").toFloats();
            for (int i = 0; i < y.length; i++) {
              if (x[i / BITS * WIDTH + BITS + 1] == 1) {
                wrong += said[i] > 0 == y[i] > 0.5 ? 0 : 1;
                bits++;
              }
            }
          }
        }
      }
      double share = (double) wrong / bits;
      System.out.printf("%s: %.4f of %d bits are wrong%n", task, share, bits);
      assertTrue(share < task.most, task + ": " + share + " of the bits are wrong");
    }
  }
}
