package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.train.Epochs;
import dev.gatun.train.Tables;
import dev.gatun.train.Trainer;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.optim.Optimizers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Convolution, pool, convolution, pool, dense: the net of the textbooks. */
class ConvolutionalNetTests {
  /** Logits: the softmax belongs to the loss. */
  private static Net net(long channels, long side) {
    return Net.sequential(Shape.of(channels, side, side))
        .conv2d(32, 3, o -> o.pad(1))
        .relu()
        .maxPool2d(2)
        .conv2d(64, 3, o -> o.pad(1))
        .relu()
        .maxPool2d(2)
        .flatten()
        .dense(10)
        .build();
  }

  @Test
  void itsParametersAreCounted() {
    assertEquals(60_362, net(3, 32).parameterCount());
  }

  @Test
  @Tag("acceptance")
  void itReadsDigits() {
    try (Trainer trainer =
        Trainer.builder(net(1, 8))
            .optimizer(Optimizers.adam(1e-3))
            .metrics(Metrics.accuracy())
            .seed(1)
            .build()) {
      trainer.fit(Tables.digits(false).shuffle(1).batch(32), Epochs.of(15));
      double accuracy =
          trainer.evaluate(Tables.digits(true).batch(64)).getOrDefault("accuracy", 0.0);
      System.out.printf("a convolutional net reads %.4f of the digits%n", accuracy);
      assertTrue(accuracy >= 0.96, "accuracy " + accuracy);
    }
  }
}
