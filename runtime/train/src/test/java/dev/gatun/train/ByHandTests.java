package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Thresholds;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Tape;
import dev.gatun.train.optim.Optimizers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Training and differentiation without the trainer. */
class ByHandTests {
  private static Map<String, Tensor> batch(int from) {
    var batch = Digits.load().skip(from).batch(16).open(0).next();
    return Map.of("x", batch.get("x"), "y", batch.get("y"));
  }

  @Test
  void fiveCallsAreATrainersStep() {
    Net net = Tables.digitsNet(8);
    try (FiveCalls calls =
            new FiveCalls(net, Losses.softmaxCrossEntropy(), Optimizers.adamW(1e-2));
        Trainer trainer = Trainer.builder(net).optimizer(Optimizers.adamW(1e-2)).build()) {
      for (int step = 0; step < 5; step++) {
        Map<String, Tensor> batch = batch(16 * step);
        calls.zeroGradients();
        calls.forward(batch);
        double loss = calls.loss();
        calls.backward();
        calls.step();
        assertEquals(trainer.step(batch), loss, 1e-5);
      }
      for (var p : net.parameters()) {
        Golden.assertClose(
            p.name(), trainer.net().weight(p.name()), calls.net().weight(p.name()), 1e-4, 1e-5);
      }
    }
  }

  @Test
  void gradientsAddUpUntilTheyAreCleared() {
    Net net = Tables.digitsNet(4);
    try (FiveCalls calls = new FiveCalls(net, Losses.softmaxCrossEntropy(), Optimizers.sgd(1))) {
      assertThrows(TrainingException.class, calls::loss);
      assertThrows(TrainingException.class, calls::backward);
      calls.forward(batch(0));
      calls.backward();
      double[] once = calls.gradient("dense2.weight").clone();
      calls.backward();
      double[] twice = calls.gradient("dense2.weight").clone();
      for (int i = 0; i < once.length; i++) {
        assertEquals(2 * once[i], twice[i], 1e-6);
      }
      calls.zeroGradients();
      assertEquals(0, calls.gradient("dense2.weight")[0]);
      calls.backward();
      assertArrayEquals(once, calls.gradient("dense2.weight"), 1e-9);
    }
    Net norm = Net.of(Shape.of(4), x -> x.dense(3).batchNorm());
    assertThrows(
        TrainingException.class,
        () -> new FiveCalls(norm, Losses.meanSquaredError(), Optimizers.sgd(1)));
  }

  @Test
  void javaDecidesWhatATapeRecords() {
    // Doubles until the sum is above 100: how often depends on the data.
    for (double start : new double[] {30, 3, 0.3}) {
      Tape tape = new Tape();
      Flow x = tape.variable(Tensor.of(new double[] {start, 2 * start}, 2));
      Flow y = x;
      int rounds = 0;
      while (tape.now(y.sum()).getDouble(0) < 100) {
        y = y.mul(2).add(x.sin());
        rounds++;
      }
      Flow loss = y.square().sum();
      Tensor gradient = tape.gradients(loss, x).get(0);

      GraphBuilder b = new GraphBuilder("compiled");
      Value input = b.input("x", tape.now(x).type());
      Flow z = Flow.of(b, input);
      Flow first = z;
      for (int i = 0; i < rounds; i++) {
        z = z.mul(2).add(first.sin());
      }
      Flow same = z.square().sum();
      b.output("loss", same.value());
      b.output("gradient", Gradients.of(b, same.value(), List.of(input)).get(0));
      var results = new Interpreter().run(b.build(), List.of(tape.now(x)));
      assertTrue(rounds > 0);
      assertEquals(results.get(0), tape.now(loss));
      assertEquals(results.get(1), gradient);
    }
    Flow stranger = new Tape().variable(Tensor.scalar(1));
    assertThrows(GatunException.class, () -> new Tape().now(stranger));
  }

  @Test
  void gradientsOfInputsNeedNoneOfTheWeights() {
    Net net = Net.of(Shape.of(1, 8, 8), x -> x.conv2d(4, 3).batchNorm().relu().flatten().dense(10));
    Tensor x = Digits.load().get(7).get("x").reshape(Shape.of(1, 1, 8, 8));
    try (InputGradient gradient =
        new InputGradient(net, y -> y.get(0).square().sum(), SessionOptions.DEFAULT)) {
      double[] found = gradient.at(Map.of("x", x)).getOrDefault("x", x).toDoubles();
      try (Trainer trainer = Trainer.builder(net).loss(Losses.softmaxCrossEntropy()).build()) {
        for (int i : new int[] {9, 27, 44}) {
          double[] sums = new double[2];
          for (int side = 0; side < 2; side++) {
            double[] moved = x.toDoubles();
            moved[i] += side == 0 ? 0.01 : -0.01;
            Tensor y = trainer.predict(Tensor.rounded(x.dtype(), x.shape(), moved));
            for (double v : y.toDoubles()) {
              sums[side] += v * v;
            }
          }
          double expected = (sums[0] - sums[1]) / 0.02;
          assertEquals(expected, found[i], 0.02 * Math.abs(expected) + 2e-3, "pixel " + i);
        }
      }
      Graph graph = gradient.graph(Map.of("x", x));
      for (Node node : graph.nodes()) {
        assertNotEquals("convWeightGradient", node.op().name());
      }
    }
  }

  @Test
  void theHeadDecidesTheLoss() {
    Tensor x = Tensor.of(new float[] {1, -1, 0.5f, 2}, 2, 2);
    Tensor classes = Tensor.of(new long[] {1, 2}, 2);
    Tensor yes = Tensor.of(new float[] {1, 0, 1, 1, 0, 1}, 2, 3);
    Tensor value = Tensor.of(new float[] {0.3f, -1}, 2, 1);
    Net logits = Net.of(Shape.of(2), v -> v.dense(3));
    Net softmax = Net.of(Shape.of(2), v -> v.dense(3).softmax()).withWeights(logits.weights());
    Net sigmoid = Net.of(Shape.of(2), v -> v.dense(3).sigmoid()).withWeights(logits.weights());
    Net number = Net.of(Shape.of(2), v -> v.dense(1));
    double crossEntropy =
        step(Trainer.builder(logits).loss(Losses.softmaxCrossEntropy()), x, classes);
    assertEquals(crossEntropy, step(Trainer.builder(logits), x, classes), 1e-6);
    assertEquals(crossEntropy, step(Trainer.builder(softmax), x, classes), 1e-6);
    assertEquals(
        step(Trainer.builder(logits).loss(Losses.sigmoidCrossEntropy()), x, yes),
        step(Trainer.builder(sigmoid), x, yes),
        1e-6);
    assertEquals(
        step(Trainer.builder(number).loss(Losses.meanSquaredError()), x, value),
        step(Trainer.builder(number), x, value),
        1e-6);
  }

  private static double step(TrainerBuilder builder, Tensor x, Tensor y) {
    try (Trainer trainer = builder.build()) {
      return trainer.step(Map.of("x", x, "y", y));
    }
  }

  @Test
  void theThresholdIsWhereMistakesCostLeast() {
    double[] scores = {0.9, 0.8, 0.7, 0.6, 0.4, 0.4, 0.2, 0.1};
    long[] labels = {1, 1, 0, 1, 0, 1, 0, 0};
    for (double miss : new double[] {0.1, 1, 3, 20}) {
      for (double alarm : new double[] {0.1, 1, 3, 20}) {
        double least = Double.POSITIVE_INFINITY;
        for (double t = -0.05; t < 1.1; t += 0.1) {
          least = Math.min(least, cost(scores, labels, t, miss, alarm));
        }
        Thresholds chosen =
            Thresholds.cheapest(Tensor.of(scores, 8), Tensor.of(labels, 8), miss, alarm);
        assertEquals(least, chosen.cost(), 1e-12);
        assertEquals(least, cost(scores, labels, chosen.threshold(), miss, alarm), 1e-12);
      }
    }
    assertEquals(
        Double.POSITIVE_INFINITY,
        Thresholds.cheapest(Tensor.of(scores, 8), Tensor.of(new long[8], 8), 5, 1).threshold());
    assertThrows(
        GatunException.class,
        () -> Thresholds.cheapest(Tensor.of(scores, 8), Tensor.of(new long[3], 3), 1, 1));
  }

  private static double cost(double[] scores, long[] labels, double t, double miss, double alarm) {
    double cost = 0;
    for (int i = 0; i < scores.length; i++) {
      boolean positive = scores[i] > t;
      cost += positive && labels[i] == 0 ? alarm : !positive && labels[i] == 1 ? miss : 0;
    }
    return cost;
  }
}
