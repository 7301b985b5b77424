package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Batches;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Last;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TrainerTests {
  private static Net mlp() {
    return Net.sequential(Shape.of(1, 8, 8)).flatten().dense(64).relu().dense(10).build();
  }

  /** Every fifth digit is for testing. */
  private static IndexedDataset digits(boolean test) {
    IndexedDataset all = Digits.load();
    return all.select(LongStream.range(0, all.count()).filter(i -> i % 5 == 0 == test).toArray());
  }

  private static Batches train() {
    return digits(false).shuffle(1).batch(64);
  }

  private static Batches test() {
    return digits(true).batch(256);
  }

  @Test
  void anMlpLearnsTheDigits() {
    try (Trainer trainer =
        Trainer.builder(mlp())
            .loss(Losses.softmaxCrossEntropy())
            .optimizer(Optimizers.adamW(1e-2))
            .metrics(Metrics.accuracy())
            .seed(42)
            .build()) {
      History history = trainer.fit(train(), test(), Epochs.of(12));
      assertEquals(12, history.epochs().size());
      assertTrue(history.last().get("accuracy") > 0.98, history.toCsv());
      assertTrue(history.last().get("val_accuracy") > 0.96, history.toCsv());
      assertTrue(history.last().get("loss") < history.epochs().get(0).get("loss") / 5);
      Net net = trainer.net();
      try (Session session = net.model().compile()) {
        Tensor x = Digits.load().get(1500).get("x").reshape(Shape.of(1, 1, 8, 8));
        Tensor y = session.run("x", x).get("y");
        Golden.assertClose("prediction", trainer.predict(x), y, 1e-4, 1e-4);
      }
    }
  }

  private static Map<String, Tensor> weights(long seed, int threads) {
    Net net =
        Net.sequential(Shape.of(1, 8, 8))
            .conv2d(4, 3)
            .batchNorm()
            .relu()
            .maxPool2d(2)
            .flatten()
            .dropout(0.2)
            .dense(10)
            .build();
    try (Trainer trainer =
        Trainer.builder(net).seed(seed).session(SessionOptions.DEFAULT.threads(threads)).build()) {
      trainer.fit(Digits.load().take(150).shuffle(seed).batch(32), Epochs.of(2));
      return trainer.net().weights();
    }
  }

  @Test
  void theSameSeedGivesTheSameWeights() {
    Map<String, Tensor> first = weights(1, 1);
    assertEquals(first, weights(1, 1));
    assertEquals(first, weights(1, 3));
    assertNotEquals(first, weights(2, 1));
  }

  @Test
  void frozenParametersStayAsTheyAre() {
    Net net =
        Net.sequential(Shape.of(1, 8, 8))
            .conv2d(4, 3)
            .batchNorm()
            .flatten()
            .dense(10)
            .build()
            .freeze("conv2d1", "batchNorm1");
    try (Trainer trainer = Trainer.builder(net).build()) {
      trainer.fit(Digits.load().take(64).batch(32), Epochs.of(1));
      Net after = trainer.net();
      for (var p : net.parameters()) {
        if (p.frozen()) {
          assertEquals(net.weight(p.name()), after.weight(p.name()), p.name());
        } else {
          assertNotEquals(net.weight(p.name()), after.weight(p.name()), p.name());
        }
      }
      assertTrue(trainer.state().keySet().stream().noneMatch(name -> name.contains("conv2d1")));
    }
    assertThrows(GatunException.class, () -> Trainer.builder(net.freeze("dense1")).build());
  }

  private static final Net LINE =
      Net.sequential(Shape.of(2))
          .dense(1, d -> d.withoutBias())
          .build()
          .withWeights(Map.of("dense1.weight", Tensor.of(new float[] {0.5f, -1}, 1, 2)));

  private static Tensor x(float... values) {
    return Tensor.of(values, values.length / 2, 2);
  }

  private static Tensor y(float... values) {
    return Tensor.of(values, values.length, 1);
  }

  private static float[] line(Trainer trainer) {
    return trainer.net().weight("dense1.weight").toFloats();
  }

  private static TrainerBuilder regression() {
    return Trainer.builder(LINE).loss(Losses.meanSquaredError()).optimizer(Optimizers.sgd(0.1));
  }

  @Test
  void aStepIsTheMeanOfTheSamplesGradients() {
    // w = (0.5, -1): errors of both samples are -1.5 and 2, gradients 2 * error * x.
    try (Trainer trainer = regression().build()) {
      double loss = trainer.step(Map.of("x", x(1, 0, 0, 1), "y", y(2, -3)));
      assertEquals((1.5 * 1.5 + 4) / 2, loss, 1e-6);
      assertArrayEquals(new float[] {0.5f + 0.15f, -1 - 0.2f}, line(trainer), 1e-6f);
    }
  }

  @Test
  void accumulatedBatchesStepOnceByTheirMean() {
    try (Trainer trainer = regression().accumulate(2).build()) {
      trainer.step(Map.of("x", x(1, 0), "y", y(2)));
      assertArrayEquals(new float[] {0.5f, -1}, line(trainer));
      trainer.step(Map.of("x", x(0, 1), "y", y(-3)));
      assertArrayEquals(new float[] {0.5f + 0.15f, -1 - 0.2f}, line(trainer), 1e-6f);
      trainer.step(Map.of("x", x(0, 1), "y", y(-3)));
      assertArrayEquals(new float[] {0.5f + 0.15f, -1 - 0.2f}, line(trainer), 1e-6f);
    }
  }

  @Test
  void aSampleOfWeightTwoIsThereTwice() {
    float[] twice;
    try (Trainer trainer = regression().build()) {
      trainer.step(Map.of("x", x(1, 0, 0, 1, 0, 1), "y", y(2, -3, -3)));
      twice = line(trainer);
    }
    try (Trainer trainer = regression().build()) {
      Tensor weight = Tensor.of(new float[] {1, 2}, 2);
      trainer.step(Map.of("x", x(1, 0, 0, 1), "y", y(2, -3), "weight", weight));
      assertArrayEquals(twice, line(trainer), 1e-6f);
    }
  }

  @Test
  void rowsThatPadABatchDoNotCount() {
    IndexedDataset data = Dataset.of("x", x(1, 0, 0, 1, 1, 1), "y", y(2, -3, 4));
    float[][] results = new float[2][];
    for (Last last : List.of(Last.KEEP, Last.PAD)) {
      try (Trainer trainer = regression().build()) {
        trainer.fit(data.batch(2, last), Epochs.of(3));
        results[last == Last.PAD ? 1 : 0] = line(trainer);
        assertEquals(
            trainer.evaluate(data.batch(2, Last.KEEP)).getOrDefault("loss", -1.0),
            trainer.evaluate(data.batch(2, Last.PAD)).getOrDefault("loss", 0.0),
            1e-6);
      }
    }
    assertArrayEquals(results[0], results[1], 1e-6f);
  }

  @Test
  void groupsHaveRatesPenaltiesAndBoundsOfTheirOwn() {
    Map<String, Tensor> batch = Map.of("x", x(1, 0, 0, 1), "y", y(2, -3));
    try (Trainer trainer = regression().group(ParameterGroup.of("dense1").rate(0.5)).build()) {
      trainer.step(batch);
      assertArrayEquals(new float[] {0.575f, -1.1f}, line(trainer), 1e-6f);
    }
    try (Trainer trainer = regression().group(ParameterGroup.of("").l2(0.25)).build()) {
      trainer.step(batch); // the gradient of 0.25 w^2 is 0.5 w
      assertArrayEquals(
          new float[] {0.65f - 0.1f * 0.25f, -1.2f + 0.1f * 0.5f}, line(trainer), 1e-6f);
    }
    try (Trainer trainer = regression().group(ParameterGroup.of("").maxNorm(1)).build()) {
      for (int i = 0; i < 5; i++) {
        trainer.step(batch);
        float[] w = line(trainer);
        assertTrue(Math.hypot(w[0], w[1]) <= 1 + 1e-6);
      }
    }
    try (Trainer trainer = regression().group(ParameterGroup.of("").l1(7)).build()) {
      trainer.step(batch); // 0.65 - 0.7 stops at 0
      assertArrayEquals(new float[] {0, -0.5f}, line(trainer), 1e-6f);
    }
    assertThrows(
        GatunException.class, () -> regression().group(ParameterGroup.of("dense2")).build());
  }

  @Test
  void oneSharedParameterGetsTheSumOfItsGradientsAndOneUpdate() {
    Layer tower = Layers.dense(1).withoutBias().weights((shape, random) -> new double[] {0.5, -1});
    Net net =
        Net.of(Input.of("a", 2), Input.of("b", 2), (a, b) -> a.then(tower).add(b.then(tower)));
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(Losses.meanSquaredError())
            .optimizer(Optimizers.sgd(0.1))
            .build()) {
      // y = w (a + b) = -0.5, error -1.5, gradient 2 * error * (a + b) = (-3, -3).
      trainer.step(Map.of("a", x(1, 0), "b", x(0, 1), "y", y(1)));
      assertArrayEquals(new float[] {0.8f, -0.7f}, line(trainer), 1e-6f);
    }
  }

  @Test
  void theMovingAverageIsWhatEvaluationUses() {
    try (Trainer trainer = regression().average(0.9).build()) {
      trainer.step(Map.of("x", x(1, 0, 0, 1), "y", y(2, -3)));
      assertArrayEquals(new float[] {0.515f, -1.02f}, line(trainer), 1e-6f);
      assertEquals(0.515, trainer.predict(x(1, 0)).getDouble(0), 1e-6);
    }
  }

  @Test
  void theScheduleDecidesTheRate() {
    try (Trainer trainer = regression().schedule(Schedules.step(1, 0.5)).build()) {
      assertEquals(0.1, trainer.rate());
      trainer.step(Map.of("x", x(1, 0), "y", y(2)));
      assertEquals(0.05, trainer.rate());
    }
  }

  @Test
  void infinityIsTracedToItsOperatorAndNothingIsLost() {
    Net net = Net.of(Shape.of(2), v -> v.dense(1).log());
    try (Trainer trainer = Trainer.builder(net).loss(Losses.meanSquaredError()).build()) {
      Map<String, Tensor> before = trainer.state();
      Tensor weight = net.weight("dense1.weight");
      Map<String, Tensor> bad =
          Map.of("x", x(-100 * weight.getFloat(0), -100 * weight.getFloat(1)), "y", y(1));
      TrainingException e = assertThrows(TrainingException.class, () -> trainer.step(bad));
      assertTrue(e.toString().contains("log '"), e.toString());
      assertTrue(e.toString().contains("is the first to give NaN"), e.toString());
      assertEquals(before, trainer.state());
      TrainingException data =
          assertThrows(
              TrainingException.class, () -> trainer.step(Map.of("x", x(Float.NaN, 1), "y", y(1))));
      assertTrue(data.toString().contains("input 'x' holds NaN at element 0"), data.toString());
      assertEquals(before, trainer.state());
    }
  }

  @Test
  void batchesThatDoNotFitAreTold() {
    try (Trainer trainer = Trainer.builder(mlp()).build()) {
      TrainingException missing =
          assertThrows(
              TrainingException.class,
              () -> trainer.step(Map.of("x", Tensor.of(new float[64], 1, 1, 8, 8))));
      assertTrue(missing.toString().contains("epoch 1, batch 1: the batch has no field 'y'"));
      TrainingException range =
          assertThrows(
              TrainingException.class,
              () ->
                  trainer.step(
                      Map.of(
                          "x", Tensor.of(new float[64], 1, 1, 8, 8),
                          "y", Tensor.of(new long[] {10}, 1))));
      assertTrue(range.toString().contains("10"), range.toString());
      TrainingException shape =
          assertThrows(
              TrainingException.class,
              () ->
                  trainer.step(
                      Map.of(
                          "x", Tensor.of(new float[63], 1, 63),
                          "y", Tensor.of(new long[] {1}, 1))));
      assertTrue(shape.toString().contains("a sample must be F32[1, 8, 8]"), shape.toString());
    }
  }
}
