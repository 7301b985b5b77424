package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.ParameterGroup;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainerBuilder;
import dev.gatun.train.Transfer;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What was learnt from 150 signs helps with ten others of which there are three examples each. */
@Tag("acceptance")
class TransferredGlyphsTests {
  private static final int KNOWN = 150;
  private static final int UNSEEN = 100_000;
  private static final int NEW = 10;
  private static final int EXAMPLES = 3;
  private static final int ASKED = 30;
  private static final Embedder BODY = new Embedder(24, 3, 64, false);

  private static Net net(long classes) {
    return Net.of(
        Shape.of(1, Glyphs.SIDE, Glyphs.SIDE),
        x -> x.named("body").then(BODY).relu().named("head").dense(classes));
  }

  private static Map<String, Tensor> batch(long[] labels, int from, Random random) {
    long[] signs = labels.clone();
    for (int i = 0; i < signs.length; i++) {
      signs[i] += from;
    }
    return Map.of("x", Glyphs.pictures(signs, random), "y", Tensor.of(labels, labels.length));
  }

  private static Net pretrained() {
    Random random = new Random(11);
    int steps = 1200;
    try (Trainer trainer =
        Trainer.builder(net(KNOWN))
            .optimizer(Optimizers.adamW(3e-3))
            .schedule(Schedules.warmupCosine(50, steps))
            .seed(1)
            .build()) {
      for (int i = 0; i < steps; i++) {
        trainer.step(batch(random.longs(64, 0, KNOWN).toArray(), 0, random));
      }
      return trainer.net();
    }
  }

  private static long[] labels(int each) {
    long[] labels = new long[NEW * each];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % NEW;
    }
    return labels;
  }

  /** The share of other pictures of the new signs that is told after learning from the examples. */
  private static double accuracy(Net start, int seed, ParameterGroup... groups) {
    Random random = new Random(100 + seed);
    int from = UNSEEN + NEW * seed;
    Map<String, Tensor> examples = batch(labels(EXAMPLES), from, random);
    int steps = 100;
    TrainerBuilder builder =
        Trainer.builder(start)
            .optimizer(Optimizers.adamW(3e-3))
            .schedule(Schedules.warmupCosine(10, steps))
            .seed(seed);
    for (ParameterGroup group : groups) {
      builder.group(group);
    }
    try (Trainer trainer = builder.build()) {
      for (int i = 0; i < steps; i++) {
        trainer.step(examples);
      }
      Map<String, Tensor> asked = batch(labels(ASKED), from, random);
      Tensor logits = trainer.predict(Objects.requireNonNull(asked.get("x")));
      int right = 0;
      for (int i = 0; i < NEW * ASKED; i++) {
        int best = 0;
        for (int c = 1; c < NEW; c++) {
          best =
              logits.getFloat((long) NEW * i + c) > logits.getFloat((long) NEW * i + best)
                  ? c
                  : best;
        }
        right += best == i % NEW ? 1 : 0;
      }
      return right / (double) (NEW * ASKED);
    }
  }

  @Test
  void whatWasLearntBeforeHelps() {
    Net known = pretrained();
    double scratch = 0;
    double tuned = 0;
    double frozen = 0;
    int seeds = 3;
    for (int seed = 0; seed < seeds; seed++) {
      Net fresh = net(NEW).initialize(seed);
      Transfer transfer = Transfer.of(known.weights(), fresh);
      scratch += accuracy(fresh, seed) / seeds;
      tuned += accuracy(transfer.net(), seed, ParameterGroup.of("body").rate(0.1)) / seeds;
      frozen += accuracy(transfer.frozen(), seed) / seeds;
    }
    System.out.printf(
        "ten new signs, three examples: scratch %.3f, tuned %.3f, frozen %.3f%n",
        scratch, tuned, frozen);
    assertTrue(tuned >= scratch + 0.08, tuned + " tuned, " + scratch + " from scratch");
    assertTrue(frozen >= scratch + 0.08, frozen + " frozen, " + scratch + " from scratch");
  }
}
