package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Trainer;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.vision.Verification;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Signs that were never seen in training are told from one or five examples, or as the same. */
@Tag("acceptance")
class FewShotTests {
  private static final int KNOWN = 400;
  private static final int UNSEEN = 100_000;
  private static final int WAYS = 5;
  private static final Embedder EMBEDDER = new Embedder(24, 3, 64, false);

  private static Map<String, Tensor> trained(
      Net net, Objective loss, int steps, Supplier<Map<String, Tensor>> batches) {
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(loss)
            .optimizer(Optimizers.adamW(3e-3))
            .schedule(Schedules.warmupCosine(50, steps))
            .seed(1)
            .build()) {
      for (int i = 0; i < steps; i++) {
        trainer.step(batches.get());
      }
      return trainer.net().weights();
    }
  }

  private static Map<String, Tensor> pairs(Random random, int count) {
    long[] a = new long[count];
    long[] b = new long[count];
    float[] same = new float[count];
    for (int i = 0; i < count; i++) {
      a[i] = random.nextInt(KNOWN);
      b[i] = i % 2 == 1 ? a[i] : random.nextInt(KNOWN);
      same[i] = a[i] == b[i] ? 1 : 0;
    }
    return Map.of(
        "a", Glyphs.pictures(a, random),
        "b", Glyphs.pictures(b, random),
        "same", Tensor.of(same, count));
  }

  /** Signs of an episode: classes with so many pictures each, first to learn from, then others. */
  private static long[] episode(Random random, int signs, int offset, int ways, int[] counts) {
    long[] chosen = random.longs(0, signs).distinct().limit(ways).toArray();
    long[] all = new long[ways * (counts[0] + counts[1])];
    int next = 0;
    for (int count : counts) {
      for (int way = 0; way < ways; way++) {
        for (int i = 0; i < count; i++) {
          all[next++] = offset + chosen[way];
        }
      }
    }
    return all;
  }

  private static Map<String, Tensor> episodes(Random random) {
    int ways = 10;
    Tensor x = Glyphs.pictures(episode(random, KNOWN, 0, ways, new int[] {3, 5}), random);
    long[] labels = new long[ways * 5];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i / 5;
    }
    return Map.of(
        "x",
        x.reshape(Shape.of(1, x.shape().size(0), 1, Glyphs.SIDE, Glyphs.SIDE)),
        "y",
        Tensor.of(labels, 1, labels.length));
  }

  /** How often the nearest mean of examples is right, for vectors or for the pixels themselves. */
  private static double accuracy(Map<String, Tensor> weights, int shots) {
    Random random = new Random(77);
    int right = 0;
    int rounds = 200;
    try (Session session =
        EMBEDDER.net(1, Glyphs.SIDE, Glyphs.SIDE).withWeights(weights).model().compile()) {
      for (int round = 0; round < rounds; round++) {
        long[] signs = episode(random, 1000, UNSEEN, WAYS, new int[] {shots, 1});
        Tensor x = Glyphs.pictures(signs, random);
        if (weights.isEmpty()) {
          right += right(x.toFloats(), Glyphs.AREA, shots);
        } else {
          try (Outputs outputs = session.run(Map.of("x", x))) {
            right += right(outputs.get("y").toFloats(), 64, shots);
          }
        }
      }
    }
    return right / (double) (rounds * WAYS);
  }

  private static int right(float[] vectors, int size, int shots) {
    int right = 0;
    for (int q = 0; q < WAYS; q++) {
      int best = 0;
      double least = Double.POSITIVE_INFINITY;
      for (int way = 0; way < WAYS; way++) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
          double mean = 0;
          for (int s = 0; s < shots; s++) {
            mean += vectors[(way * shots + s) * size + i] / shots;
          }
          sum += Math.pow(vectors[(WAYS * shots + q) * size + i] - mean, 2);
        }
        if (sum < least) {
          least = sum;
          best = way;
        }
      }
      right += best == q ? 1 : 0;
    }
    return right;
  }

  @Test
  void twinsTellSignsFromOneExample() {
    Random random = new Random(5);
    Map<String, Tensor> weights =
        trained(
            EMBEDDER.siamese(1, Glyphs.SIDE, Glyphs.SIDE),
            Embedder.contrastive(2),
            1200,
            () -> pairs(random, 64));
    double raw = accuracy(Map.of(), 1);
    double twins = accuracy(weights, 1);
    System.out.printf("signs from one example: pixels %.3f, twins %.3f%n", raw, twins);
    assertTrue(twins >= raw + 0.1, raw + " by pixels, " + twins + " by twins");
  }

  @Test
  void prototypesTellSignsFromFewExamples() {
    Random random = new Random(6);
    Map<String, Tensor> weights =
        trained(
            EMBEDDER.prototypes(10, 3, 5, 1, Glyphs.SIDE, Glyphs.SIDE),
            Losses.softmaxCrossEntropy().lastAxis(),
            600,
            () -> episodes(random));
    double rawOne = accuracy(Map.of(), 1);
    double rawFive = accuracy(Map.of(), 5);
    double one = accuracy(weights, 1);
    double five = accuracy(weights, 5);
    System.out.printf(
        "signs: pixels %.3f and %.3f, prototypes %.3f and %.3f from one and five examples%n",
        rawOne, rawFive, one, five);
    assertTrue(one > rawOne && five > rawFive && five >= one, one + " and " + five);
  }

  /** Pairs of unseen signs, half of which are the same. */
  private static Verification verification(Map<String, Tensor> weights, long seed) {
    Random random = new Random(seed);
    int count = 600;
    long[] signs = new long[2 * count];
    boolean[] same = new boolean[count];
    for (int i = 0; i < count; i++) {
      same[i] = i % 2 == 0;
      signs[2 * i] = (long) UNSEEN + random.nextInt(300);
      signs[2 * i + 1] = same[i] ? signs[2 * i] : signs[2 * i] + 1 + random.nextInt(100);
    }
    double[] alike = new double[count];
    Map<String, Tensor> known = new HashMap<>(weights);
    known.remove("directions");
    try (Session session =
            EMBEDDER.net(1, Glyphs.SIDE, Glyphs.SIDE).withWeights(known).model().compile();
        Outputs outputs = session.run(Map.of("x", Glyphs.pictures(signs, random)))) {
      float[] y = outputs.get("y").toFloats();
      for (int i = 0; i < count; i++) {
        double dot = 0;
        double a = 0;
        double b = 0;
        for (int k = 0; k < 64; k++) {
          double left = y[128 * i + k];
          double right = y[128 * i + 64 + k];
          dot += left * right;
          a += left * left;
          b += right * right;
        }
        alike[i] = dot / Math.sqrt(a * b);
      }
    }
    return Verification.of(alike, same);
  }

  @Test
  void unseenOnesAreVerified() {
    Random random = new Random(7);
    Map<String, Tensor> weights =
        trained(
            EMBEDDER.angles(KNOWN, 1, Glyphs.SIDE, Glyphs.SIDE),
            AngularMargin.arc(16, 0.2),
            1500,
            () -> {
              long[] signs = random.longs(64, 0, KNOWN).toArray();
              return Map.of("x", Glyphs.pictures(signs, random), "y", Tensor.of(signs, 64));
            });
    Verification first = verification(weights, 1);
    Verification second = verification(weights, 2);
    System.out.printf(
        "unseen signs: area %.4f, equal errors %.3f%n", second.area(), second.equalErrorRate());
    assertTrue(second.area() >= 0.97, "area " + second.area());
    // A threshold that was found on some pairs holds for others.
    double threshold = first.equalErrorThreshold();
    int at = 0;
    while (at + 1 < second.thresholds().size() && second.thresholds().get(at + 1) >= threshold) {
      at++;
    }
    assertTrue(second.falseAccepts().get(at) < 0.15 && second.falseRejects().get(at) < 0.15);
    assertTrue(first.thresholdFor(0.01) > threshold);
  }
}
