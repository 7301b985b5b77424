package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Resampling;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.vision.Tiling;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Small pictures become large ones. */
class SuperResolutionTests {
  private static final int SIDE = 48;

  /** Discs, bars and triangles with soft edges before an even background, [1, side, side]. */
  static Tensor shapes(int side, Random random) {
    float[] x = new float[side * side];
    java.util.Arrays.fill(x, 0.2f + 0.6f * random.nextFloat());
    for (int shape = 0; shape < 1 + side / 12; shape++) {
      double level = random.nextDouble();
      double u = side * random.nextDouble();
      double v = side * random.nextDouble();
      double size = 4 + 10 * random.nextDouble();
      int kind = random.nextInt(3);
      double angle = 2 * Math.PI * random.nextDouble();
      for (int i = 0; i < x.length; i++) {
        int row = i / side;
        double a = Math.cos(angle) * (i % side - u) + Math.sin(angle) * (row - v);
        double b = Math.cos(angle) * (row - v) - Math.sin(angle) * (i % side - u);
        double inside =
            switch (kind) {
              case 0 -> size - Math.hypot(a, b);
              case 1 -> Math.min(size - Math.abs(a), size / 3 - Math.abs(b));
              default -> Math.min(size + b, size / 2 - b / 2 - Math.abs(a) / 1.2);
            };
        double cover = Math.clamp(0.5 + inside, 0, 1);
        x[i] = (float) (x[i] + cover * (level - x[i]));
      }
    }
    return Tensor.of(x, 1, side, side);
  }

  private static Map<String, Tensor> batch(int count, int side, Random random) {
    int small = side / 4;
    float[] x = new float[count * small * small];
    float[] y = new float[count * side * side];
    for (int i = 0; i < count; i++) {
      Tensor large = shapes(side, random);
      float[] values = Resampling.BICUBIC.resize(large, small, small).toFloats();
      System.arraycopy(values, 0, x, i * values.length, values.length);
      System.arraycopy(large.toFloats(), 0, y, i * side * side, side * side);
    }
    return Map.of(
        "x", Tensor.of(x, count, 1, small, small), "y", Tensor.of(y, count, 1, side, side));
  }

  private static double psnr(Tensor found, Tensor truth) {
    Metric metric = Metrics.psnr(1);
    metric.update(found, truth);
    return metric.result();
  }

  @Test
  void anUntrainedNetworkInterpolates() {
    Random random = new Random(3);
    float[] values = new float[2 * 3 * 9 * 13];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    Tensor x = Tensor.of(values, 2, 3, 9, 13);
    Net interpolation =
        Net.of(Shape.of(3, 9, 13), f -> f.then(dev.gatun.train.net.Layers.upsample(3).cubic()));
    try (Session session = new SuperResolution(3, 4, 1).net(3).model().compile();
        Session cubic = interpolation.model().compile()) {
      Tensor y = session.run("x", x).get("y");
      assertEquals(Shape.of(2, 3, 27, 39), y.shape());
      assertArrayEquals(cubic.run("x", x).get("y").toFloats(), y.toFloats(), 1e-5f);
    }
    String message =
        String.valueOf(
            assertThrows(GatunException.class, () -> new SuperResolution(1, 4, 1)).getMessage());
    assertTrue(message.contains("at least 2 times"), message);
  }

  @Test
  @Tag("acceptance")
  void shapesAreSharperThanByInterpolation() {
    SuperResolution network = new SuperResolution(4, 32, 4);
    Random random = new Random(1);
    int steps = 1500;
    Net trained;
    try (Trainer trainer =
        Trainer.builder(network.net(1))
            .loss(Losses.meanSquaredError())
            .optimizer(Optimizers.adamW(2e-3))
            .schedule(Schedules.warmupCosine(20, steps))
            .seed(1)
            .build()) {
      for (int i = 0; i < steps; i++) {
        trainer.step(batch(16, SIDE, random));
      }
      trained = trainer.net();
    }
    Map<String, Tensor> others = batch(20, 96, new Random(1000));
    Tensor x = java.util.Objects.requireNonNull(others.get("x"));
    Tensor truth = java.util.Objects.requireNonNull(others.get("y"));
    Shape planes = Shape.of(20, 24, 24);
    Tensor cubic = Resampling.BICUBIC.resize(x.reshape(planes), 96, 96).reshape(truth.shape());
    double least = psnr(cubic, truth);
    try (Session session = trained.model().compile();
        Session first = network.net(1).model().compile()) {
      // Both usual parameters of the cubic, the better one counts.
      least = Math.max(least, psnr(first.run("x", x).get("y"), truth));
      Tensor found = session.run("x", x).get("y");
      double value = psnr(found, truth);
      System.out.printf("shapes x4: cubic %.2f dB, network %.2f dB%n", least, value);
      assertTrue(value >= least + 3, value + " dB, cubic " + least + " dB");
      Tensor one = Tensor.of(java.util.Arrays.copyOf(x.toFloats(), 24 * 24), 1, 24, 24);
      Tensor tiled = Tiling.of(23, 22).apply(one, t -> session.run("x", t).get("y"));
      assertArrayEquals(
          java.util.Arrays.copyOf(found.toFloats(), 96 * 96), tiled.toFloats(), 1e-4f);
    }
  }
}
