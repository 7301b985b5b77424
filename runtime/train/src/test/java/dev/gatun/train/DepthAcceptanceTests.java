package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Last;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Deep networks on the digits, and what a large step needs: half a minute together. */
@Tag("acceptance")
class DepthAcceptanceTests {
  private static double accuracy(boolean norms) {
    Net net =
        Net.of(
            Shape.of(1, 8, 8),
            x -> {
              Flow y = x.flatten();
              for (int i = 0; i < 8; i++) {
                y = y.dense(64);
                y = (norms ? y.batchNorm() : y).relu();
              }
              return y.dense(10);
            });
    try (Trainer trainer =
        Trainer.builder(net).optimizer(Optimizers.sgd(0.1)).metrics(Metrics.accuracy()).build()) {
      trainer.fit(Tables.digits(false).shuffle(1).batch(64, Last.DROP), Epochs.of(20));
      return trainer.evaluate(Tables.digits(true).batch(360)).getOrDefault("accuracy", 0.0);
    }
  }

  @Test
  void batchNormTrainsEightLayersThatOtherwiseStay() {
    double with = accuracy(true);
    double without = accuracy(false);
    System.out.printf("eight layers: %.3f with batch norm, %.3f without%n", with, without);
    assertTrue(with >= 0.95, "with " + with);
    assertTrue(without < 0.3, "without " + without);
  }

  @Test
  void transformersTrainWithWarmUp() {
    for (boolean normFirst : new boolean[] {true, false}) {
      Net net =
          Net.of(
              Shape.of(8, 8),
              x -> {
                Flow y = x.dense(32).then(Layers.positions());
                for (int i = 0; i < 3; i++) {
                  y = normFirst ? normFirst(y) : normLast(y);
                }
                return y.mean(1).dense(10);
              });
      try (Trainer trainer =
          Trainer.builder(net)
              .optimizer(Optimizers.adam(3e-3))
              .schedule(Schedules.warmup(100, Schedules.constant()))
              .metrics(Metrics.accuracy())
              .build()) {
        trainer.fit(Tables.digits(false).shuffle(1).batch(64), Epochs.of(10));
        double accuracy =
            trainer.evaluate(Tables.digits(true).batch(360)).getOrDefault("accuracy", 0.0);
        System.out.printf("transformer, norm first %s: %.3f%n", normFirst, accuracy);
        assertTrue(accuracy > 0.9, "norm first " + normFirst + ": " + accuracy);
      }
    }
  }

  private static Flow normFirst(Flow x) {
    return x.then(Layers.encoderBlock(Layers.selfAttention(4), 64, 0));
  }

  private static Flow normLast(Flow x) {
    Flow y = x.residual(z -> z.then(Layers.selfAttention(4))).layerNorm();
    return y.residual(z -> z.dense(64).gelu().dense(32)).layerNorm();
  }

  @Test
  void reportedMemoryAndTimeAreWhatTheSystemSees() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "needs /proc");
    work(256); // what compiles once and stays
    Tensor x = ones(65_536, 64);
    long before = settled();
    long during;
    double[] seconds = new double[9];
    Resources resources;
    try (Trainer trainer = trainer()) {
      for (int i = 0; i < seconds.length; i++) {
        long begin = System.nanoTime();
        trainer.step(Map.of("x", x, "y", x));
        seconds[i] = (System.nanoTime() - begin) * 1e-9;
      }
      during = settled() - before;
      resources = trainer.resources();
    }
    Arrays.sort(seconds);
    System.out.printf(
        "%s; resident %.1f MB more, %.3f ms a step by the clock%n",
        resources, during / 1e6, seconds[seconds.length / 2] * 1e3);
    double seen = (double) during;
    assertEquals(seen, (double) resources.totalBytes(), 0.05 * seen);
    assertEquals(seconds[4], resources.stepSeconds(), 0.05 * seconds[4]);
  }

  private static void work(long rows) {
    try (Trainer trainer = trainer()) {
      for (int i = 0; i < 300; i++) {
        trainer.step(Map.of("x", ones(rows, 64), "y", ones(rows, 64)));
      }
    }
  }

  private static Trainer trainer() {
    Net net =
        Net.of(
            Shape.of(64),
            x -> {
              Flow y = x;
              for (int i = 0; i < 16; i++) {
                y = y.dense(64).tanh();
              }
              return y;
            });
    return Trainer.builder(net)
        .loss(Losses.meanSquaredError())
        .session(SessionOptions.DEFAULT.threads(1))
        .build();
  }

  private static Tensor ones(long rows, int columns) {
    float[] values = new float[(int) rows * columns];
    Arrays.fill(values, 1);
    return Tensor.of(values, rows, columns);
  }

  /** What stays resident beside the heap, which is given back by and by when it was collected. */
  private static long settled() throws Exception {
    System.gc();
    long last = Long.MAX_VALUE;
    long now = resident();
    while (last - now > 1 << 16) {
      last = now;
      Thread.sleep(500);
      now = resident();
    }
    return now;
  }

  private static long resident() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        long all = 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        return all - Runtime.getRuntime().totalMemory();
      }
    }
    throw new AssertionError("no VmRSS");
  }
}
