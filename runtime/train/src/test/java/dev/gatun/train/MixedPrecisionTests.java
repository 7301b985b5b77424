package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** 16-bit products, float32 weights, a scale that finds its size. */
class MixedPrecisionTests {
  private static final Net LINE =
      Net.sequential(Shape.of(1))
          .dense(1, d -> d.withoutBias())
          .build()
          .withWeights(Map.of("dense1.weight", Tensor.of(new float[] {1}, 1, 1)));

  private static Map<String, Tensor> batch(double x, double y) {
    return Map.of(
        "x", Tensor.of(new float[] {(float) x}, 1, 1),
        "y", Tensor.of(new float[] {(float) y}, 1, 1));
  }

  private static TrainerBuilder line(MixedPrecision precision, double rate) {
    return Trainer.builder(LINE)
        .loss(Losses.of((x, t) -> x.mul(t)))
        .optimizer(Optimizers.sgd(rate))
        .precision(precision);
  }

  private static double weight(Trainer trainer) {
    return trainer.net().weight("dense1.weight").getDouble(0);
  }

  @Test
  @Tag("acceptance")
  void digitsAreReadAsWell() {
    double[] accuracy = new double[3];
    for (int kind = 0; kind < 3; kind++) {
      TrainerBuilder builder =
          Trainer.builder(Tables.digitsNet(64))
              .optimizer(Optimizers.adamW(1e-2))
              .metrics(Metrics.accuracy())
              .seed(1);
      if (kind > 0) {
        builder.precision(kind == 1 ? MixedPrecision.bfloat16() : MixedPrecision.float16());
      }
      try (Trainer trainer = builder.build()) {
        trainer.fit(Tables.digits(false).shuffle(1).batch(64), Epochs.of(12));
        accuracy[kind] =
            trainer.evaluate(Tables.digits(true).batch(360)).getOrDefault("accuracy", 0.0);
        trainer
            .state()
            .forEach(
                (name, value) ->
                    assertTrue(
                        value.dtype() != DType.BF16 && value.dtype() != DType.F16,
                        name + " is " + value.type()));
      }
    }
    assertEquals(accuracy[0], accuracy[1], 0.005, "bfloat16");
    assertEquals(accuracy[0], accuracy[2], 0.005, "float16");
  }

  @Test
  void productsSeeRoundedNumbersAndWeightsKeepSmallUpdates() {
    // bfloat16 has 8 bits: 1 + 1/512 is 1.
    try (Trainer trainer = line(MixedPrecision.bfloat16(), 1).build()) {
      assertEquals(1, trainer.step(batch(1 + 1.0 / 512, 1)), 0);
      assertEquals(0, weight(trainer), 0);
    }
    try (Trainer trainer = line(MixedPrecision.bfloat16(), 1e-3).build()) {
      for (int i = 0; i < 10; i++) {
        trainer.step(batch(1, 1));
      }
      assertEquals(0.99, weight(trainer), 1e-6); // in bfloat16 it would still be 1
    }
  }

  @Test
  void smallGradientsSurviveByTheScale() {
    // 2^-30 is too small for float16, whose least number is 2^-24.
    MixedPrecision none = new MixedPrecision(DType.F16, 1, 1000);
    try (Trainer trainer = line(none, 0x1p20).build()) {
      trainer.step(batch(1, 0x1p-30));
      assertEquals(1, weight(trainer), 0);
    }
    try (Trainer trainer = line(MixedPrecision.float16(), 0x1p20).build()) {
      trainer.step(batch(1, 0x1p-30));
      assertEquals(1 - 0x1p-10, weight(trainer), 1e-7);
    }
  }

  private static double scale(Trainer trainer) {
    return trainer.state().getOrDefault("loss scale", Tensor.scalar(0)).getDouble(0);
  }

  @Test
  void theScaleHalvesAfterOverflowAndDoublesAfterGoodSteps() {
    MixedPrecision precision = new MixedPrecision(DType.F16, 0x1p18, 3);
    try (Trainer trainer = line(precision, 1e-3).build()) {
      // 2^18 and 2^17 are beyond 65504, 2^16 too; 2^15 is not.
      for (int i = 0; i < 3; i++) {
        assertEquals(0x1p18 / (1 << i), scale(trainer), 0);
        trainer.step(batch(1, 1));
        assertEquals(1, weight(trainer), 0);
      }
      assertEquals(0x1p15, scale(trainer), 0);
      for (int i = 0; i < 3; i++) {
        trainer.step(batch(1, 1));
        assertEquals(1 - 1e-3 * (i + 1), weight(trainer), 1e-6);
      }
      assertEquals(0x1p16, scale(trainer), 0);
      trainer.step(batch(1, 1));
      assertEquals(0x1p15, scale(trainer), 0);
      assertEquals(7, trainer.steps());
      // What is not the scale's fault is told as ever.
      assertThrows(TrainingException.class, () -> trainer.step(batch(Double.NaN, 1)));
      Map<String, Tensor> state = trainer.state();
      trainer.step(batch(1, 1));
      assertNotEquals(state, trainer.state());
    }
    assertThrows(GatunException.class, () -> new MixedPrecision(DType.F32, 1, 0));
    assertThrows(GatunException.class, () -> new MixedPrecision(DType.F16, 0.5, 1));
  }
}
