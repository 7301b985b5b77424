package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ten steps of small nets: compiled as by the reference interpreter, and downwards. */
class CurveTests {
  static Stream<Arguments> nets() {
    return Stream.of(
        Arguments.of("mlp", Net.of(Shape.of(8, 8), x -> x.flatten().dense(16).relu().dense(10))),
        Arguments.of(
            "cnn",
            Net.of(
                Shape.of(1, 8, 8),
                x ->
                    x.conv2d(4, 3, c -> c.same())
                        .batchNorm()
                        .relu()
                        .maxPool2d(2)
                        .conv2d(8, 3)
                        .relu()
                        .globalAvgPool()
                        .dense(10))),
        Arguments.of(
            "lstm", Net.of(Shape.of(8, 8), x -> x.then(Layers.lstm(12).lastOnly()).dense(10))),
        Arguments.of(
            "gru",
            Net.of(Shape.of(8, 8), x -> x.then(Layers.gru(6).bothWays()).flatten().dense(10))),
        Arguments.of(
            "transformer",
            Net.of(
                Shape.of(8, 8),
                x ->
                    x.dense(16)
                        .then(Layers.positions())
                        .then(Layers.encoderBlock(Layers.selfAttention(2), 32, 0))
                        .layerNorm()
                        .then(y -> y.mean(1))
                        .dense(10))));
  }

  private static double[] curve(Net net, Backend backend) {
    double[] losses = new double[10];
    Tensor x = Digits.load().batch(32).open(0).next().get("x");
    Tensor y = Digits.load().batch(32).open(0).next().get("y");
    long[] sizes = net.inputs().get(0).shape().sizes();
    long[] batch = sizes.length == 2 ? new long[] {32, 8, 8} : new long[] {32, 1, 8, 8};
    try (Trainer trainer =
        Trainer.builder(net)
            .optimizer(Optimizers.adam(0.01))
            .session(SessionOptions.DEFAULT.backend(backend))
            .build()) {
      for (int i = 0; i < losses.length; i++) {
        losses[i] = trainer.step(Map.of("x", x.reshape(Shape.of(batch)), "y", y));
      }
    }
    return losses;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nets")
  void tenStepsAgreeWithTheReference(String name, Net net) {
    double[] expected = curve(net, Backend.REFERENCE);
    double[] actual = curve(net, Backend.AUTO);
    for (int i = 0; i < expected.length; i++) {
      // Adam divides by roots of tiny gradients, so rounding grows with the steps.
      assertEquals(expected[i], actual[i], 2e-3 * expected[i], name + " step " + i);
    }
    assertTrue(expected[9] < expected[0] - 0.05, name + ": " + expected[0] + " " + expected[9]);
  }
}
