package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Augmentation;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.Idx;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Sample;
import dev.gatun.train.metric.VectorIndex;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.vision.Augment;
import dev.gatun.vision.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pictures of clothes are found again by copies that were turned, shifted, dimmed and shaken. */
@Tag("acceptance")
class NearDuplicateTests {
  private static final int SIDE = 28;
  private static final Embedder EMBEDDER = new Embedder(32, 3, 64, true);
  private static final int EPOCHS = 150;

  private static Augmentation changed(String field) {
    Augment augment = Augment.picture(field);
    return augment
        .affine(10, 0.08, 0.92, 1.08, 3)
        .then(augment.colours(0.25, 0.25, 0, 0))
        .then(augment.gaussianNoise(0.04));
  }

  /** Every third picture, or the others: [1, 28, 28] from 0 to 1. */
  private static List<Tensor> pictures(boolean third) {
    Path file = Shared.data("fashion_mnist_sprite900").resolve("images-idx3-ubyte.gz");
    assumeTrue(Files.exists(file), "the pictures of clothes are not there: " + file);
    Tensor all = Idx.read(file);
    List<Tensor> pictures = new ArrayList<>();
    for (int i = 0; i < all.shape().size(0); i++) {
      if (i % 3 == 0 != third) {
        continue;
      }
      float[] x = new float[SIDE * SIDE];
      for (int p = 0; p < x.length; p++) {
        x[p] = all.getLong((long) i * x.length + p) / 255f;
      }
      pictures.add(Tensor.of(x, 1, SIDE, SIDE));
    }
    return pictures;
  }

  private static Map<String, Tensor> trained(List<Tensor> pictures) {
    IndexedDataset pairs =
        Dataset.of(
            pictures.size(),
            i -> Sample.of("a", pictures.get((int) i), "b", pictures.get((int) i)));
    int batch = 150;
    try (Trainer trainer =
        Trainer.builder(EMBEDDER.copies(1, SIDE, SIDE))
            .loss(Embedder.matched(0.1))
            .optimizer(Optimizers.adamW(3e-3))
            .schedule(Schedules.warmupCosine(30, (long) EPOCHS * pictures.size() / batch))
            .seed(1)
            .build()) {
      trainer.fit(
          pairs.augment(3, changed("a").then(changed("b"))).shuffle(2).batch(batch).prefetch(2),
          Epochs.of(EPOCHS));
      return trainer.net().weights();
    }
  }

  /** How often the nearest of all pictures is the one that was copied. */
  private static double found(List<Tensor> pictures, List<Tensor> copies, boolean pixels, Net net) {
    VectorIndex<Integer> index = new VectorIndex<>(pixels ? SIDE * SIDE : 64);
    int right = 0;
    try (Session session = net.model().compile()) {
      for (int i = 0; i < pictures.size(); i++) {
        index.add(i, vector(pictures.get(i), pixels, session));
      }
      for (int i = 0; i < copies.size(); i++) {
        float[] vector = vector(copies.get(i), pixels, session);
        right += index.nearest(vector, 1).get(0).item() == i ? 1 : 0;
      }
    }
    return right / (double) copies.size();
  }

  private static float[] vector(Tensor picture, boolean pixels, Session session) {
    Tensor x = picture.reshape(Shape.of(1, 1, SIDE, SIDE));
    return pixels ? x.toFloats() : session.run("x", x).get("y").toFloats();
  }

  @Test
  void copiesAreFoundAgain() {
    Net net = EMBEDDER.net(1, SIDE, SIDE).withWeights(trained(pictures(false)));
    // Other pictures than those that were trained with.
    List<Tensor> others = pictures(true);
    assertEquals(300, others.size());
    List<Tensor> copies = new ArrayList<>();
    Random random = new Random(8);
    for (Tensor picture : others) {
      copies.add(changed("x").apply(Sample.of("x", picture), random).get("x"));
    }
    double byPixels = found(others, copies, true, net);
    double byVectors = found(others, copies, false, net);
    System.out.printf(
        "copies among 300 pictures, precision@1: pixels %.3f, vectors %.3f%n", byPixels, byVectors);
    assertTrue(byVectors >= 0.95, "precision@1 " + byVectors);
    assertTrue(byVectors > byPixels, byVectors + ", pixels " + byPixels);
  }
}
