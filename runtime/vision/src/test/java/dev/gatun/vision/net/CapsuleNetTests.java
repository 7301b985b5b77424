package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Digits;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Batch;
import dev.gatun.train.data.BatchCursor;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Sample;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Capsules tell digits by the lengths of vectors, and paint them again. */
class CapsuleNetTests {
  private static final CapsuleNet NET = new CapsuleNet(1, 8, 8, 10, 32, 3, 1, 4, 8, 16, 3);

  private static IndexedDataset digits() {
    return Digits.load().map(s -> Sample.of("x", s.get("x"), "label", s.get("y")));
  }

  /** Without its decoder, 28 x 28 x 1: 256 x 81 + 256, 256 x 256 x 81 + 256, 1152 x 10 x 16 x 8. */
  @Test
  void thePublishedSize() {
    Net net = CapsuleNet.ofMnist().net();
    long decoder = 160L * 512 + 512 + 512L * 1024 + 1024 + 1024L * 784 + 784;
    assertEquals(20_992 + 5_308_672 + 1_474_560 + decoder, net.parameterCount());
    assertEquals(net.weights().keySet(), CapsuleNet.ofMnist().taught().weights().keySet());
  }

  /** The share of digits whose longest capsule is theirs; every length is below 1. */
  private static double accuracy(Trainer trainer, IndexedDataset data) {
    Net told = NET.net().withWeights(trainer.net().weights());
    int right = 0;
    try (var session = told.model().compile();
        BatchCursor cursor = data.batch(100).open(0)) {
      while (cursor.hasNext()) {
        try (Batch batch = cursor.next();
            Outputs outputs = session.run(Map.of("x", batch.get("x")))) {
          Tensor lengths = outputs.get("y0");
          for (int i = 0; i < batch.rows(); i++) {
            int best = 0;
            for (int c = 0; c < 10; c++) {
              assertTrue(lengths.getFloat(10L * i + c) < 1);
              best = lengths.getFloat(10L * i + c) > lengths.getFloat(10L * i + best) ? c : best;
            }
            right += best == batch.get("label").getLong(i) ? 1 : 0;
          }
        }
      }
    }
    return right / (double) data.count();
  }

  private static Trainer trainer() {
    return Trainer.builder(NET.taught())
        .loss(CapsuleNet.loss(0.005))
        .optimizer(Optimizers.adamW(2e-3))
        .seed(1)
        .build();
  }

  @Test
  void sixteenDigitsAreLearnt() {
    IndexedDataset few = digits().select(LongStream.range(0, 16).toArray());
    try (Trainer trainer = trainer()) {
      trainer.fit(few.batch(16), Epochs.of(40));
      assertEquals(1, accuracy(trainer, few));
    }
  }

  @Test
  @Tag("acceptance")
  void digitsAreTold() {
    IndexedDataset all = digits();
    IndexedDataset train =
        all.select(LongStream.range(0, all.count()).filter(i -> i % 4 != 0).toArray());
    IndexedDataset test =
        all.select(LongStream.range(0, all.count()).filter(i -> i % 4 == 0).toArray());
    try (Trainer trainer = trainer()) {
      trainer.fit(train.shuffle(2).batch(32), Epochs.of(25));
      double accuracy = accuracy(trainer, test);
      System.out.println("capsules on digits: " + accuracy);
      assertTrue(accuracy >= 0.97, "accuracy " + accuracy);
    }
  }
}
