package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Recurrent;
import dev.gatun.train.optim.Optimizers;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How far back in time gradients go. */
class TruncationTests {
  private static final int T = 7;

  /** Learned offsets of the inputs show which steps get a gradient. */
  private static Net net(Recurrent layer) {
    return Net.of(
        Shape.of(T, 3),
        x ->
            x.add(x.parameter("offset", Shape.of(T, 3), Initializers.zeros()))
                .then(layer)
                .dense(1));
  }

  private static Map<String, Tensor> batch() {
    Random random = new Random(3);
    float[] x = new float[2 * T * 3];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return Map.of("x", Tensor.of(x, 2, T, 3), "y", Tensor.of(new float[] {1, -1}, 2, 1));
  }

  private static double[] offsetGradient(Recurrent layer, double[] loss) {
    try (FiveCalls calls =
        new FiveCalls(net(layer), Losses.meanSquaredError(), Optimizers.sgd(1))) {
      calls.forward(batch());
      loss[0] = calls.loss();
      calls.backward();
      return calls.gradient("offset").clone();
    }
  }

  @ParameterizedTest
  @EnumSource(Recurrent.Cell.class)
  void windowsCutGradientsAndNothingElse(Recurrent.Cell cell) {
    Recurrent full = new Recurrent(cell, 4, false, true, 0, false);
    double[] loss = new double[1];
    double[] wanted = offsetGradient(full, loss);
    double expected = loss[0];
    for (int window : new int[] {1, 2, 3, T, T + 1}) {
      double[] found = offsetGradient(full.truncated(window), loss);
      assertEquals(expected, loss[0], 1e-6, "window " + window);
      int begin = window >= T ? 0 : (T - 1) / window * window; // of the last window
      for (int i = 0; i < found.length; i++) {
        if (i / 3 >= begin) {
          assertEquals(wanted[i], found[i], 1e-6, "window " + window + ", element " + i);
        } else {
          assertEquals(0, found[i], "window " + window + ", element " + i);
          assertNotEquals(0, wanted[i]);
        }
      }
    }
    assertThrows(GatunException.class, () -> Layers.lstm(3).bothWays().truncated(2));
  }
}
