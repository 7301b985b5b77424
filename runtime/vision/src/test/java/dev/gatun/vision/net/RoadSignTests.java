package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Pixels;
import dev.gatun.train.data.Resampling;
import dev.gatun.train.metric.LatencyBudget;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.vision.Warp;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Signs beside a road are told, and frames of a video keep to their time. */
@Tag("acceptance")
class RoadSignTests {
  private static final int SIDE = 32;
  private static final int FRAME = 160;
  private static final Embedder BODY = new Embedder(24, 3, 64, false);

  private static Map<String, Tensor> batch(int count, Random random) {
    int size = 3 * SIDE * SIDE;
    float[] x = new float[count * size];
    long[] y = new long[count];
    for (int i = 0; i < count; i++) {
      y[i] = random.nextInt(RoadSigns.KINDS);
      float[] sign = RoadSigns.draw((int) y[i], SIDE, random).toFloats();
      System.arraycopy(sign, 0, x, i * size, size);
    }
    return Map.of("x", Tensor.of(x, count, 3, SIDE, SIDE), "y", Tensor.of(y, count));
  }

  private static Net trained() {
    Net net =
        Net.of(
            Shape.of(3, SIDE, SIDE),
            x -> x.named("body").then(BODY).relu().named("head").dense(RoadSigns.KINDS));
    Random random = new Random(1);
    int steps = 1000;
    try (Trainer trainer =
        Trainer.builder(net)
            .optimizer(Optimizers.adamW(4e-3))
            .schedule(Schedules.warmupCosine(20, steps))
            .seed(1)
            .build()) {
      for (int i = 0; i < steps; i++) {
        trainer.step(batch(32, random));
      }
      return trainer.net();
    }
  }

  private static int best(Tensor logits, int row) {
    int best = 0;
    for (int c = 1; c < RoadSigns.KINDS; c++) {
      long at = (long) row * RoadSigns.KINDS;
      best = logits.getFloat(at + c) > logits.getFloat(at + best) ? c : best;
    }
    return best;
  }

  /** A frame uint8 [3, 160, 160] of a drive towards a sign. */
  private static Tensor frame(int kind, double[] place, Random random) {
    float[] light = RoadSigns.draw(kind, FRAME, place, random).toFloats();
    long[] levels = new long[light.length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = Math.round(255 * light[i]);
    }
    return Tensor.whole(DType.U8, Shape.of(3, FRAME, FRAME), levels);
  }

  @Test
  void signsAreToldWithinTheTimeOfAFrame() {
    Net net = trained();
    LatencyBudget budget = new LatencyBudget(Duration.ofNanos(1_000_000_000 / 30));
    int right = 0;
    int frames = 0;
    try (Session session = net.model().compile()) {
      Map<String, Tensor> others = batch(800, new Random(77));
      int told = 0;
      Tensor labels = Objects.requireNonNull(others.get("y"));
      Tensor signs = Objects.requireNonNull(others.get("x"));
      try (Outputs y = session.run(Map.of("x", signs))) {
        for (int i = 0; i < 800; i++) {
          told += best(y.get("y"), i) == labels.getLong(i) ? 1 : 0;
        }
      }
      System.out.printf("signs: %d of 800 told%n", told);
      assertTrue(told >= 0.95 * 800, told + " of 800");
      Random random = new Random(5);
      for (int drive = 0; drive < 25; drive++) {
        int kind = drive % RoadSigns.KINDS;
        if (drive == 1) {
          budget.reset(); // the first drive compiles
        }
        for (int t = 0; t < 24; t++) {
          double size = 14 + t;
          double x = 60 + 1.5 * t;
          Tensor frame = frame(kind, new double[] {x, 70, size, 0}, random);
          int found;
          try (LatencyBudget.Turn turn = budget.begin()) {
            int side = (int) (2.6 * size);
            Tensor cut =
                Warp.crop((int) (70 - side / 2.0), (int) (x - side / 2.0), side, side)
                    .picture(frame);
            turn.done("cut out");
            Tensor seen = Pixels.toFloats(Resampling.BILINEAR.resize(cut, SIDE, SIDE), 1 / 255f, 0);
            turn.done("prepare");
            Tensor logits = session.run("x", seen.reshape(Shape.of(1, 3, SIDE, SIDE))).get("y");
            turn.done("network");
            found = best(logits, 0);
            turn.done("choose");
          }
          frames++;
          right += found == kind ? 1 : 0;
        }
      }
    }
    System.out.printf("video: %d of %d frames told%n%s", right, frames, budget);
    assertTrue(right >= 0.95 * frames, right + " of " + frames);
    assertEquals(24 * 24, budget.whole().calls());
    Duration parts = Duration.ZERO;
    for (String part : new String[] {"cut out", "prepare", "network", "choose"}) {
      parts = parts.plus(budget.part(part).mean());
    }
    assertTrue(parts.compareTo(budget.whole().mean()) <= 0, parts + " of " + budget);
    assertTrue(budget.isMet(0.99), budget.toString());
  }
}
