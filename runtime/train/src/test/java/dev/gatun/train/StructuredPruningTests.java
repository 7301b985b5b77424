package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.OnnxExport;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Parameter;
import dev.gatun.train.optim.Optimizers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks with fewer units. */
class StructuredPruningTests {
  private static final Shape PICTURE = Shape.of(1, 8, 8);

  @TempDir private Path folder = Path.of("");

  /** Strides, norms, a sum, two branches side by side, positions flattened. */
  private static Flow branched(Flow x) {
    Flow stem = x.conv2d(8, 3, c -> c.same().withoutBias()).batchNorm().relu();
    Flow sum =
        stem.residual(
            y ->
                y.conv2d(6, 3, c -> c.same())
                    .batchNorm()
                    .relu()
                    .conv2d(8, 3, c -> c.same())
                    .then(Layers.instanceNorm()));
    Flow wide = sum.conv2d(4, 3, c -> c.same().stride(2)).relu();
    Flow pooled = sum.maxPool2d(2).conv2d(6, 1).sigmoid();
    Flow both = Flow.concat(1, wide, pooled).upsample(2).avgPool2d(2);
    return both.flatten().dense(12).mul(0.5).relu().dense(10);
  }

  /** Weights, biases and statistics that are all different. */
  private static Net random(Net net, long seed) {
    Random random = new Random(seed);
    Map<String, Tensor> values = new HashMap<>();
    for (Parameter p : net.parameters()) {
      double[] own = new double[Math.toIntExact(p.elements())];
      for (int i = 0; i < own.length; i++) {
        own[i] = p.name().endsWith("_var") ? 0.5 + random.nextDouble() : random.nextGaussian() / 3;
      }
      values.put(p.name(), Tensor.rounded(p.dtype(), p.shape(), own));
    }
    return net.withWeights(values);
  }

  private static float[] output(Model model, Tensor x) {
    return ((Tensor) new Interpreter().run(model.graph(), List.of(x)).get(0)).toFloats();
  }

  private static Tensor pictures(int count) {
    return Digits.load().take(count).batch(count).open(0).next().get("x");
  }

  /** The net whose layers do not look at the inputs that the smaller one's no longer have. */
  private static Net blind(Net net, Net smaller) {
    Map<String, Tensor> changed = new HashMap<>();
    for (Parameter p : net.parameters()) {
      long inputs = p.shape().rank() < 2 ? 0 : p.shape().size(1);
      if (inputs > 1) {
        double[] own = net.weight(p.name()).toDoubles();
        int inner = own.length / Math.toIntExact(p.shape().size(0) * inputs);
        Map<Double, Integer> input = new HashMap<>();
        for (int i = 0; i < own.length; i++) {
          input.put(own[i], (int) (i / inner % inputs));
        }
        Set<Integer> seen = new HashSet<>();
        Arrays.stream(smaller.weight(p.name()).toDoubles())
            .forEach(v -> seen.add(input.getOrDefault(v, -1)));
        for (int i = 0; i < own.length; i++) {
          own[i] = seen.contains((int) (i / inner % inputs)) ? own[i] : 0;
        }
        changed.put(p.name(), Tensor.rounded(p.dtype(), p.shape(), own));
      }
    }
    return net.withWeights(changed);
  }

  @Test
  void fewerUnitsAreTheNetThatDoesNotLookAtThem() {
    Net net = random(Net.of(PICTURE, StructuredPruningTests::branched), 5);
    for (double share : new double[] {0.3, 0.5, 0.99}) {
      Net smaller = StructuredPruning.of(net).prune(share);
      Tensor x = pictures(3);
      assertArrayEquals(output(blind(net, smaller).model(), x), output(smaller.model(), x), 1e-4f);
    }
    Net half = StructuredPruning.of(net).prune(0.5);
    assertEquals(Shape.of(4, 1, 3, 3), half.weight("conv2d1.weight").shape());
    assertEquals(Shape.of(4), half.weight("batchNorm1.running_var").shape());
    // Half of 4 and of 6 channels side by side, each on 4x4 positions.
    assertEquals(Shape.of(6, (2 + 3) * 16), half.weight("dense1.weight").shape());
    assertEquals(Shape.of(10, 6), half.weight("dense2.weight").shape());
    assertEquals(List.of(10L), List.of(half.outputs().get(0).shape().size(1)));
  }

  @Test
  void channelsThatMeetInASumAreOneGroup() {
    Net net = random(Net.of(PICTURE, StructuredPruningTests::branched), 6);
    StructuredPruning pruning = StructuredPruning.of(net);
    StructuredPruning.Group sum = pruning.groups().get(0);
    assertEquals(8, sum.units());
    assertEquals(List.of("conv2d1", "residual1.block1.conv2d2"), sum.layers());
    assertReason("the network's results", "dense2", pruning.refused());
  }

  @Test
  void theSmallestSumsOfAbsoluteWeightsGo() {
    Net net = Net.sequential(Shape.of(2)).dense(4).relu().dense(3).build();
    float[] weight = {1, -1, 3, 0, 0.5f, 0.4f, -2, -2};
    net =
        net.withWeights(
            Map.of(
                "dense1.weight", Tensor.of(weight, 4, 2),
                "dense1.bias", Tensor.of(new float[] {10, 20, 30, 40}, 4)));
    Net smaller = StructuredPruning.of(net).prune(0.5, "dense1");
    assertArrayEquals(new float[] {3, 0, -2, -2}, smaller.weight("dense1.weight").toFloats());
    assertArrayEquals(new float[] {20, 40}, smaller.weight("dense1.bias").toFloats());
    double[] next = net.weight("dense2.weight").toDoubles();
    assertArrayEquals(
        new double[] {next[1], next[3], next[5], next[7], next[9], next[11]},
        smaller.weight("dense2.weight").toDoubles());
  }

  private static void assertReason(String reason, String layer, Map<String, String> refused) {
    assertTrue(refused.getOrDefault(layer, "").contains(reason), refused::toString);
  }

  @Test
  void whatMustStayIsNamedWithTheReason() {
    Net net =
        Net.of(
            Shape.of(4, 8, 8),
            x ->
                x.conv2d(4, 3)
                    .conv2d(8, 3, c -> c.groups(2))
                    .conv2d(6, 1)
                    .groupNorm(2)
                    .flatten()
                    .dense(8)
                    .layerNorm()
                    .dense(6)
                    .then(y -> y.reshape(0, 2, 3).softmax(2).reshape(0, -1))
                    .dense(5)
                    .relu()
                    .dense(3));
    StructuredPruning pruning = StructuredPruning.of(net);
    Map<String, String> refused = pruning.refused();
    assertReason("groups", "conv2d1", refused);
    assertReason("groups", "conv2d2", refused);
    assertReason("groupNorm", "conv2d3", refused);
    assertReason("layerNorm", "dense1", refused);
    assertReason("reshape", "dense2", refused);
    assertEquals(List.of(new StructuredPruning.Group(List.of("dense3"), 5)), pruning.groups());
    String message =
        String.valueOf(
            assertThrows(GatunException.class, () -> pruning.prune(0.5, "dense1")).getMessage());
    assertTrue(
        message.contains("'dense1' must stay: layerNorm") && message.contains("[dense3]"), message);
    assertThrows(GatunException.class, () -> pruning.prune(0.5, "dense9"));
    assertThrows(GatunException.class, () -> pruning.prune(1));
    Net linear = Net.sequential(Shape.of(3)).dense(2).build();
    assertThrows(GatunException.class, () -> StructuredPruning.of(linear).prune(0.5));
  }

  @Test
  @Tag("slow")
  void aSmallerNetIsTrainedSavedPrunedAgainAndExported() {
    Net net = Net.of(PICTURE, StructuredPruningTests::branched);
    Net tuned;
    try (Trainer trainer = Trainer.builder(StructuredPruning.of(net).prune(0.5)).build()) {
      trainer.fit(Digits.load().take(64).batch(32), Epochs.of(1));
      tuned = trainer.net();
    }
    Path file = folder.resolve("half.safetensors");
    Weights.save(tuned, file);
    assertThrows(GatunException.class, () -> Weights.load(net, file));
    Net loaded = Weights.loadPruned(net, file);
    assertEquals(tuned.weights(), loaded.weights());
    Net quarter = StructuredPruning.of(loaded).prune(0.5, "dense1");
    assertEquals(3, quarter.weight("dense1.bias").elements());

    Path onnx = folder.resolve("half.onnx");
    OnnxExport.write(tuned.model(), onnx);
    Tensor x = pictures(3);
    assertArrayEquals(output(tuned.model(), x), output(Onnx.load(onnx), x), 1e-5f);
  }

  @Test
  @Tag("acceptance")
  void halfOfTheChannelsAreNotMissedAndTimeIsSaved() {
    Net net =
        Net.sequential(PICTURE)
            .conv2d(32, 3, c -> c.same())
            .batchNorm()
            .relu()
            .conv2d(64, 3, c -> c.same())
            .batchNorm()
            .relu()
            .maxPool2d(2)
            .conv2d(64, 3, c -> c.same())
            .batchNorm()
            .relu()
            .flatten()
            .dense(64)
            .relu()
            .dense(10)
            .build();
    Net trained = fit(net, 1e-3, 15);
    Net pruned = StructuredPruning.of(trained).prune(0.5);
    Net tuned = fit(pruned, 5e-4, 8);
    double before = accuracy(trained);
    double cut = accuracy(pruned);
    double after = accuracy(tuned);
    double one = ratio(trained, tuned, 1);
    double many = ratio(trained, tuned, 64);
    System.out.printf(
        "50 %% of all channels: %d -> %d parameters, accuracy %.4f, cut %.4f, fine-tuned %.4f,"
            + " times as fast %.2f (batch 1), %.2f (batch 64)%n",
        trained.parameterCount(), tuned.parameterCount(), before, cut, after, one, many);
    assertTrue(before >= 0.96);
    assertTrue(after >= before - 0.02, before + " -> " + after);
    assertTrue(one >= 1.5 && many >= 1.5, "times as fast: " + one + ", " + many);
  }

  private static Net fit(Net net, double rate, int epochs) {
    try (Trainer trainer = Trainer.builder(net).optimizer(Optimizers.adam(rate)).seed(1).build()) {
      trainer.fit(Tables.digits(false).shuffle(1).batch(32), Epochs.of(epochs));
      return trainer.net();
    }
  }

  private static double accuracy(Net net) {
    try (Trainer trainer = Trainer.builder(net).metrics(Metrics.accuracy()).build()) {
      return trainer.evaluate(Tables.digits(true).batch(64)).getOrDefault("accuracy", 0.0);
    }
  }

  /** Median time of a run of one network by that of another, taken in turn. */
  private static double ratio(Net large, Net small, int batch) {
    Tensor x = pictures(batch);
    SessionOptions options = SessionOptions.DEFAULT.threads(1);
    try (Session first = large.model().compile(options);
        Session second = small.model().compile(options)) {
      double[][] times = new double[2][1001];
      for (int i = -2000; i < times[0].length; i++) {
        for (int which = 0; which < 2; which++) {
          long start = System.nanoTime();
          (which == 0 ? first : second).run("x", x).close();
          times[which][Math.max(i, 0)] = System.nanoTime() - start;
        }
      }
      Arrays.sort(times[0]);
      Arrays.sort(times[1]);
      return times[0][500] / times[1][500];
    }
  }
}
