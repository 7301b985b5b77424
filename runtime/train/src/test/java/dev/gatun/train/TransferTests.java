package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Batches;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Parameter;
import dev.gatun.train.net.Tape;
import dev.gatun.train.optim.Optimizers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A net's weights go on in another one: heads, frozen parts, other domains. */
class TransferTests {
  /** Two blocks with norms, which have buffers; "body" makes 16 features of a digit. */
  private static final Layer BODY =
      x ->
          x.named("first")
              .then(Net.sequential(Shape.of(1)).conv2d(4, 3).batchNorm().relu().layer())
              .maxPool2d(2)
              .named("second")
              .then(Net.sequential(Shape.of(1)).flatten().dense(16).batchNorm().relu().layer());

  private static Net net(long classes) {
    return Net.of(Shape.of(1, 8, 8), x -> x.named("body").then(BODY).named("head").dense(classes));
  }

  private static Net features() {
    return Net.of(Shape.of(1, 8, 8), x -> x.named("body").then(BODY));
  }

  /** The first digits, of which every class below a number. */
  private static IndexedDataset digits(long below, int count) {
    IndexedDataset all = Tables.digits(false);
    List<Long> chosen = new ArrayList<>();
    for (long i = 0; i < all.count() && chosen.size() < count; i++) {
      if (all.get(i).get("y").getLong(0) < below) {
        chosen.add(i);
      }
    }
    return all.select(chosen.stream().mapToLong(i -> i).toArray());
  }

  private static Net trained(Net net, Batches data, int epochs, ParameterGroup... groups) {
    TrainerBuilder builder = Trainer.builder(net).optimizer(Optimizers.adamW(1e-2)).seed(2);
    for (ParameterGroup group : groups) {
      builder.group(group);
    }
    try (Trainer trainer = builder.build()) {
      trainer.fit(data, Epochs.of(epochs));
      return trainer.net();
    }
  }

  private static Net pretrained() {
    return trained(net(10), digits(10, 320).batch(32), 2);
  }

  private static List<String> changed(Net before, Net after) {
    return before.parameters().stream()
        .map(Parameter::name)
        .filter(name -> !before.weight(name).equals(after.weight(name)))
        .toList();
  }

  @Test
  void anotherHeadKeepsTheRest() {
    Net ten = pretrained();
    Transfer transfer = Transfer.of(ten.weights(), net(3));
    assertEquals(List.of(), transfer.missing());
    assertEquals(List.of(), transfer.unexpected());
    assertEquals(2, transfer.mismatched().size());
    assertTrue(transfer.mismatched().get(0).contains("head.weight: "), transfer.toString());
    assertTrue(transfer.mismatched().get(0).contains("[3, 16]"), transfer.toString());
    Net three = transfer.net();
    assertEquals(
        List.of(Shape.of(Shape.UNKNOWN, 3)), three.outputs().stream().map(t -> t.shape()).toList());
    for (String name : transfer.taken()) {
      assertEquals(ten.weight(name), three.weight(name), name);
    }
    assertEquals(net(3).weight("head.weight"), three.weight("head.weight"));
    Transfer smaller = Transfer.of(ten.weights(), features());
    assertEquals(
        new TreeSet<>(List.of("head.bias", "head.weight")), new TreeSet<>(smaller.unexpected()));
    assertEquals(List.of(), smaller.missing());
    Transfer larger = Transfer.of(features().weights(), net(3));
    assertEquals(
        new TreeSet<>(List.of("head.bias", "head.weight")), new TreeSet<>(larger.missing()));
    Transfer nothing = Transfer.of(Map.of("other", Tensor.scalar(1)), net(3));
    assertThrows(GatunException.class, nothing::frozen);
  }

  @Test
  void aFrozenBodyStaysBitForBitAndItsFeaturesMayBeKept() {
    Transfer transfer = Transfer.of(pretrained().weights(), net(3));
    Net start = transfer.frozen();
    IndexedDataset data = digits(3, 96);
    Net end = trained(start, data.batch(32), 3);
    assertEquals(List.of("head.weight", "head.bias"), changed(start, end));
    assertTrue(start.parameters().stream().anyMatch(p -> p.buffer() && p.frozen()));

    // The same features once, and a head on them.
    Net body = Transfer.of(start.weights(), features()).net();
    Tensor seen;
    List<Long> labels = new ArrayList<>();
    data.batch(96)
        .open(0)
        .next()
        .asMap()
        .forEach(
            (name, value) -> {
              if (name.equals("y")) {
                for (long label : value.toLongs()) {
                  labels.add(label);
                }
              }
            });
    try (Session session = body.model().compile();
        Outputs outputs = session.run(Map.of("x", data.batch(96).open(0).next().get("x")))) {
      seen = Weights.copy(outputs.get("y"));
    }
    IndexedDataset cached =
        Dataset.of(
            "x", seen, "y", Tensor.of(labels.stream().mapToLong(y -> y).toArray(), labels.size()));
    Net head =
        Net.of(Shape.of(16), x -> x.named("head").dense(3))
            .withWeights(
                Map.of(
                    "head.weight", start.weight("head.weight"),
                    "head.bias", start.weight("head.bias")));
    Net alone = trained(head, cached.batch(32), 3);
    for (String name : List.of("head.weight", "head.bias")) {
      assertArrayEquals(end.weight(name).toFloats(), alone.weight(name).toFloats(), 2e-4f, name);
      assertNotEquals(start.weight(name), end.weight(name));
    }
  }

  @Test
  void layersThawOneAfterTheOther() {
    Net start = Transfer.of(pretrained().weights(), net(3)).net();
    Batches data = digits(3, 64).batch(32);
    Net one = trained(start.freeze("body"), data, 1);
    assertEquals(List.of("head.weight", "head.bias"), changed(start, one));
    Net two = trained(one.unfreeze("body.second"), data, 1);
    List<String> second = changed(one, two);
    assertTrue(second.stream().noneMatch(name -> name.startsWith("body.first")), second.toString());
    assertTrue(second.stream().anyMatch(name -> name.endsWith("running_mean")), second.toString());
    assertEquals(8, second.size(), second.toString());
    Net all = trained(two.unfreeze(), data, 1);
    assertEquals(start.parameters().size(), changed(two, all).size());
  }

  @Test
  void groupsLearnAtTheirOwnRate() {
    Net start = Transfer.of(pretrained().weights(), net(3)).net();
    Map<String, Tensor> batch = digits(3, 32).batch(32).open(0).next().asMap();
    try (Trainer even = Trainer.builder(start).optimizer(Optimizers.sgd(0.1)).build();
        Trainer own =
            Trainer.builder(start)
                .optimizer(Optimizers.sgd(0.1))
                .group(ParameterGroup.of("body.first").rate(0.01))
                .group(ParameterGroup.of("body.second").rate(0.1))
                .build()) {
      even.step(batch);
      own.step(batch);
      for (Parameter p : start.parameters()) {
        if (!p.buffer()) {
          double factor =
              p.name().startsWith("body.first") ? 0.01 : p.name().startsWith("body") ? 0.1 : 1;
          float[] before = start.weight(p.name()).toFloats();
          float[] usual = even.net().weight(p.name()).toFloats();
          float[] slow = own.net().weight(p.name()).toFloats();
          for (int i = 0; i < before.length; i++) {
            double expected = factor * (usual[i] - (double) before[i]);
            assertEquals(expected, slow[i] - (double) before[i], 3e-7, p.name());
          }
        }
      }
    }
  }

  @Test
  void reversedGradientsAreThoseOfTheOppositeGoal() {
    Tape tape = new Tape();
    Tensor values = Tensor.of(new double[] {0.1, -2, 3e300, 0}, 4);
    Flow x = tape.variable(values);
    Flow y = x.then(Layers.gradientReversal(0.7));
    assertEquals(values, tape.now(y));
    Tensor weights = Tensor.of(new double[] {1, 2, -3, 4}, 4);
    Tensor gradient = tape.gradients(y.mul(x.constant(weights)).sum(), x).get(0);
    for (int i = 0; i < 4; i++) {
      assertEquals(-0.7 * weights.getDouble(i), gradient.getDouble(i), 1e-15);
    }
  }

  private static double accuracy(Net net, IndexedDataset data) {
    try (Trainer trainer = Trainer.builder(net).metrics(Metrics.accuracy()).build()) {
      return trainer.evaluate(data.batch(64)).getOrDefault("accuracy", 0.0);
    }
  }

  /** Digits with less contrast and more light. */
  private static IndexedDataset faded(IndexedDataset data) {
    float[] x = new float[Math.toIntExact(data.count()) * 64];
    long[] y = new long[Math.toIntExact(data.count())];
    for (int i = 0; i < y.length; i++) {
      Tensor picture = data.get(i).get("x");
      for (int p = 0; p < 64; p++) {
        x[i * 64 + p] = 0.3f * picture.getFloat(p) + 0.5f;
      }
      y[i] = data.get(i).get("y").getLong(0);
    }
    return Dataset.of("x", Tensor.of(x, y.length, 1, 8, 8), "y", Tensor.of(y, y.length));
  }

  @Test
  void statisticsOfAnotherDomainRestoreWhatWasLearnt() {
    Net net =
        trained(
            Net.of(Shape.of(1, 8, 8), x -> x.flatten().dense(64).batchNorm().relu().dense(10)),
            Tables.digits(false).shuffle(1).batch(64),
            8);
    IndexedDataset test = Tables.digits(true);
    double clean = accuracy(net, test);
    double other = accuracy(net, faded(test));
    // Of the pictures to be told, without their labels.
    IndexedDataset target = faded(Tables.digits(false));
    Net adapted = RunningStatistics.estimated(net, target.shuffle(4).batch(128), 6);
    double restored = accuracy(adapted, faded(test));
    System.out.printf(
        "statistics of faded digits: clean %.3f, before %.3f, after %.3f%n",
        clean, other, restored);
    assertTrue(other < clean - 0.3, clean + " clean, " + other + " faded");
    assertTrue(restored >= clean - 0.02, clean + " clean, " + restored + " restored");
    assertEquals(
        List.of("batchNorm1.running_mean", "batchNorm1.running_var"), changed(net, adapted));
    Batches some = target.batch(64);
    assertThrows(
        GatunException.class, () -> RunningStatistics.estimated(Tables.digitsNet(4), some, 1));
    assertThrows(
        GatunException.class, () -> RunningStatistics.estimated(net.freeze("batchNorm1"), some, 1));
    assertThrows(GatunException.class, () -> RunningStatistics.estimated(net, some, 0));
  }

  @Test
  void aStepOfStatisticsIsTheFormulaOfTheNorm() {
    Net net = Net.of(Shape.of(2), x -> x.batchNorm());
    Tensor x = Tensor.of(new float[] {1, 10, 3, 30}, 2, 2);
    Net next = RunningStatistics.estimated(net, Dataset.of(Map.of("x", x)).batch(2), 1);
    // 0.9 of 0 and 1, and 0.1 of the mean and of the unbiased variance.
    assertArrayEquals(
        new float[] {0.2f, 2}, next.weight("batchNorm1.running_mean").toFloats(), 1e-6f);
    assertArrayEquals(
        new float[] {1.1f, 20.9f}, next.weight("batchNorm1.running_var").toFloats(), 1e-5f);
    assertEquals(DType.F32, next.weight("batchNorm1.running_var").dtype());
  }
}
