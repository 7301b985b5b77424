package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Batches;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.inspect.Finding.Cause;
import dev.gatun.train.inspect.Inspection;
import dev.gatun.train.inspect.LayerStatistics;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DiagnosticsTests {
  private static final Tensor X = Tensor.of(new float[] {1, 2, -1, 3, 0.5f, -2}, 3, 2);
  private static final Tensor Y = Tensor.of(new float[] {1, 0, 2}, 3, 1);

  /** Three units of which the second is dead; the loss is the mean of (sum of units - y)^2. */
  private static Net threeUnits() {
    return Net.of(Shape.of(2), x -> x.dense(3).relu().dense(1, d -> d.withoutBias()))
        .withWeights(
            Map.of(
                "dense1.weight", Tensor.of(new float[] {1, 0, 0, 0, 0, 1}, 3, 2),
                "dense1.bias", Tensor.of(new float[] {0, -1, 0}, 3),
                "dense2.weight", Tensor.of(new float[] {1, 1, 1}, 1, 3)));
  }

  @Test
  void numbersAreThoseOfTheFormula() {
    try (Trainer trainer = Trainer.builder(threeUnits()).loss(Losses.meanSquaredError()).build()) {
      Inspection seen = trainer.inspect(Map.of("x", X, "y", Y));
      // Units are (1, 0, 2), (0, 0, 3), (0.5, 0, 0); errors 2, 3, -1.5.
      assertEquals((4 + 9 + 2.25) / 3, seen.loss(), 1e-6);
      LayerStatistics relu = seen.layer("relu1");
      assertEquals("relu", relu.kind());
      assertEquals(5 / 9.0, relu.zeros(), 1e-9);
      assertEquals(1 / 3.0, relu.dead(), 1e-9);
      assertEquals(6.5 / 9, relu.mean(), 1e-6);
      // The gradient of each unit of a sample is 2 / 3 of the error.
      assertEquals(2 / 3.0 * Math.sqrt(3 * (4 + 9 + 2.25)), relu.gradient(), 1e-5);
      // Pre-activations go from -2 to 3.
      assertEquals(-2, relu.histogram().low(), 0);
      assertEquals(3, relu.histogram().high(), 0);
      assertEquals(9, relu.histogram().total());
      // d loss / d dense2.weight = 2 / 3 sum of error * unit.
      double first = 2 / 3.0 * (2 - 1.5 * 0.5);
      double third = 2 / 3.0 * (4 + 9);
      assertEquals(Math.hypot(first, third), seen.gradients().getOrDefault("dense2", 0.0), 1e-5);
      assertEquals(List.of("dense1", "dense2"), List.copyOf(seen.gradients().keySet()));
    }
  }

  @Test
  void aWholeSetIsLookedAtInPieces() {
    Batches pieces = Dataset.of("x", X, "y", Y).batch(2);
    try (Trainer trainer = Trainer.builder(threeUnits()).loss(Losses.meanSquaredError()).build()) {
      LayerStatistics relu = trainer.inspect(pieces).layer("relu1");
      assertEquals(5 / 9.0, relu.zeros(), 1e-9);
      assertEquals(1 / 3.0, relu.dead(), 1e-9);
      assertEquals(9, relu.histogram().total());
    }
  }

  @Test
  void leakyUnitsAreNotDead() {
    Net leaky =
        Net.of(Shape.of(2), x -> x.dense(3).leakyRelu(0.1).dense(1, d -> d.withoutBias()))
            .withWeights(threeUnits().weights());
    try (Trainer trainer = Trainer.builder(leaky).loss(Losses.meanSquaredError()).build()) {
      LayerStatistics seen =
          trainer.inspect(Dataset.of("x", X, "y", Y).batch(2)).layer("leakyRelu1");
      assertEquals(0, seen.dead(), 0);
    }
  }

  @Test
  void lookingChangesNothing() {
    List<Long> steps = new ArrayList<>();
    Diagnostics diagnostics = Diagnostics.every(3).tell(seen -> steps.add(seen.step()));
    assertEquals(trained(List.of()), trained(List.of(diagnostics)));
    assertEquals(List.of(1L, 3L, 6L), steps);
    assertTrue(
        diagnostics.latest().orElseThrow().parameters().stream()
            .allMatch(p -> p.update() > 0 && p.update() < 1));
  }

  private static Map<String, Tensor> trained(List<Listener> listeners) {
    Net net =
        Net.of(
            Shape.of(1, 8, 8),
            x -> x.conv2d(4, 3).relu().flatten().dense(8).dropout(0.5).tanh().dense(10));
    TrainerBuilder builder = Trainer.builder(net).optimizer(Optimizers.adamW(0.01)).seed(2);
    listeners.forEach(builder::listener);
    try (Trainer trainer = builder.build()) {
      trainer.fit(Digits.load().take(96).batch(16), Epochs.of(1));
      return trainer.state();
    }
  }

  @Test
  void channelsOfPicturesAreUnits() {
    Net net =
        Net.of(Shape.of(1, 8, 8), x -> x.conv2d(2, 3).relu().flatten().dense(10))
            .withWeights(Map.of("conv2d1.bias", Tensor.of(new float[] {-1e6f, 1e6f}, 2)));
    try (Trainer trainer = Trainer.builder(net).build()) {
      LayerStatistics relu = trainer.inspect(Digits.load().take(40).batch(20)).layer("relu1");
      assertEquals(0.5, relu.dead(), 0);
      assertEquals(0.5, relu.zeros(), 0);
    }
  }

  @Test
  void whatIsWrongIsNamed() {
    Net saturated =
        Net.of(
            Shape.of(64),
            x -> x.dense(16, d -> d.weights(Initializers.normal(0, 50))).sigmoid().dense(10));
    Batches raw =
        Digits.load()
            .take(64)
            .map(s -> s.with("x", Tensor.of(scaled(s.get("x").toFloats(), 4000), 64)))
            .batch(32);
    try (Trainer trainer = Trainer.builder(saturated).build()) {
      List<Cause> causes =
          trainer.inspect(raw).findings().stream().map(finding -> finding.cause()).toList();
      assertTrue(causes.contains(Cause.PREPROCESSING), causes.toString());
      assertTrue(causes.contains(Cause.ACTIVATION), causes.toString());
    }
    Net alike =
        Net.of(
            Shape.of(1, 8, 8),
            x -> x.flatten().dense(8, d -> d.weights(Initializers.constant(0.1))).relu().dense(10));
    Diagnostics diagnostics = Diagnostics.every(1);
    try (Trainer trainer =
        Trainer.builder(alike).optimizer(Optimizers.sgd(1e-9)).listener(diagnostics).build()) {
      trainer.fit(Digits.load().take(64).batch(32), Epochs.of(1));
    }
    assertEquals(
        List.of(Cause.INITIALIZATION, Cause.LEARNING_RATE),
        diagnostics.findings().stream().map(finding -> finding.cause()).toList(),
        diagnostics.findings().toString());
  }

  private static float[] scaled(float[] values, float by) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= by;
    }
    return values;
  }

  @Test
  void aHealthyNetworkHasNoFindings() {
    Diagnostics diagnostics = Diagnostics.every(5);
    Net net = Net.of(Shape.of(1, 8, 8), x -> x.flatten().dense(32).relu().dense(10));
    try (Trainer trainer =
        Trainer.builder(net).optimizer(Optimizers.adamW(1e-3)).listener(diagnostics).build()) {
      trainer.fit(Digits.load().take(640).batch(32), Epochs.of(1));
    }
    assertEquals(List.of(), diagnostics.findings());
  }
}
