package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Trainer;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.optim.Optimizers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Output layers with their losses, dense layers, and products of matrices. */
class HeadsTests {
  private static final int ROWS = 64;

  private static double[] train(long units, Objective loss, Tensor x, Tensor y) {
    Net net = Net.of(Shape.of(2), v -> v.dense(16).tanh().dense(units));
    double first = 0;
    double last = 0;
    try (Trainer trainer =
        Trainer.builder(net).loss(loss).optimizer(Optimizers.adam(0.02)).build()) {
      for (int i = 0; i < 200; i++) {
        last = trainer.step(Map.of("x", x, "y", y));
        first = i == 0 ? last : first;
      }
    }
    return new double[] {first, last};
  }

  @Test
  void threeHeadsLearnTheirTasks() {
    Tensor x = NetCheck.random(1, ROWS, 2);
    float[] binary = new float[ROWS];
    long[] classes = new long[ROWS];
    float[] numbers = new float[ROWS];
    for (int i = 0; i < ROWS; i++) {
      double a = x.getDouble(2L * i);
      double b = x.getDouble(2 * i + 1);
      binary[i] = a * b > 0 ? 1 : 0;
      classes[i] = a > 0 ? 0 : b > 0 ? 1 : 2;
      numbers[i] = (float) (a * a - b);
    }
    double[] yes = train(1, Losses.sigmoidCrossEntropy(), x, Tensor.of(binary, ROWS, 1));
    assertTrue(yes[1] < 0.3 * yes[0], yes[0] + " " + yes[1]);
    double[] which = train(3, Losses.softmaxCrossEntropy(), x, Tensor.of(classes, ROWS));
    assertTrue(which[1] < 0.3 * which[0], which[0] + " " + which[1]);
    double[] howMuch = train(1, Losses.meanSquaredError(), x, Tensor.of(numbers, ROWS, 1));
    assertTrue(howMuch[1] < 0.1 * howMuch[0], howMuch[0] + " " + howMuch[1]);
  }

  @Test
  void theGradientOfSoftmaxAndCrossEntropyIsTheDifference() {
    Tensor logits = NetCheck.random(1, 4, 5);
    long[] targets = {3, 0, 4, 4};
    GraphBuilder b = new GraphBuilder("head");
    Value x = b.input("x", logits.type());
    Flow flow = Flow.of(b, x);
    Flow y = flow.constant(Tensor.of(targets, 4));
    Flow loss =
        Losses.softmaxCrossEntropy().value(List.of(flow), List.of(y), java.util.Optional.empty());
    b.output("dx", Gradients.of(b, loss.value(), List.of(x)).get(0));
    b.output("p", flow.softmax(-1).value());
    try (Session session = new Model(b.build(), Map.of(), Map.of()).compile();
        var found = session.run(Map.of("x", logits))) {
      for (int i = 0; i < 20; i++) {
        double wanted = targets[i / 5] == i % 5 ? 1 : 0;
        assertEquals(
            (found.get("p").getDouble(i) - wanted) / 4, found.get("dx").getDouble(i), 1e-7);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 7, 3", "5, 17, 33", "3, 64, 10"})
  void denseLayersOfOddSizes(int batch, int in, int units) {
    Tensor x = NetCheck.random(1, batch, in);
    NetCheck.check(Net.of(Shape.of(in), v -> v.dense(units)), x);
    NetCheck.check(Net.of(Shape.of(in), v -> v.dense(units, Dense::withoutBias)), x);
  }

  @Test
  void productsOfMatricesInAllArrangements() {
    Tensor a = NetCheck.random(1, 2, 3, 5);
    NetCheck.check(
        Net.of(Input.of("a", 3, 5), Input.of("b", 5, 4), Flow::matmul),
        a,
        NetCheck.random(2, 2, 5, 4));
    NetCheck.check(
        Net.of(Input.of("a", 3, 5), Input.of("b", 4, 5), Flow::matmulTransposed),
        a,
        NetCheck.random(3, 2, 4, 5));
    NetCheck.check(
        Net.of(Input.of("a", 3, 5), Input.of("b", 3, 4), (x, y) -> x.transpose(0, 2, 1).matmul(y)),
        a,
        NetCheck.random(4, 2, 3, 4));
    NetCheck.check(
        Net.of(
            Input.of("a", 3, 5),
            Input.of("b", 4, 3),
            (x, y) -> x.transpose(0, 2, 1).matmulTransposed(y)),
        a,
        NetCheck.random(5, 2, 4, 3));
  }

  @Test
  void distancesOfOneBatchShareTheirWeights() {
    Layer tower = Layers.dense(3);
    Net net =
        Net.of(Input.of("a", 4), Input.of("b", 4), (a, b) -> a.then(tower).sub(b.then(tower)));
    NetCheck.check(net, NetCheck.random(1, 2, 4), NetCheck.random(2, 2, 4));
  }
}
