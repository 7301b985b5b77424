package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.Trainer;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.loss.Similarity;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.NetGraph;
import dev.gatun.train.net.Parameter;
import dev.gatun.train.optim.Optimizers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nets whose weights are used several times, and what they are trained by. */
class EmbedderTests {
  private static final Embedder SMALL = new Embedder(4, 2, 6, false);

  private static Tensor pictures(int first, int count, long seed) {
    long[] signs = new long[count];
    for (int i = 0; i < count; i++) {
      signs[i] = (long) first + i;
    }
    return Glyphs.pictures(signs, new Random(seed));
  }

  /** Gradients of the sum of the results, by name. */
  private static Map<String, double[]> gradients(Net net, Map<String, Tensor> inputs) {
    GraphBuilder b = new GraphBuilder("gradients");
    Map<String, Tensor> values = new HashMap<>(inputs);
    List<Type.OfTensor> types = new ArrayList<>();
    net.inputs().forEach(i -> types.add(Objects.requireNonNull(inputs.get(i.name())).type()));
    NetGraph graph =
        net.write(
            b,
            types,
            false,
            p -> {
              values.put(p.name(), net.weight(p.name()));
              return b.input(p.name(), net.weight(p.name()).type());
            },
            () -> b.constant(Tensor.vector(0, 0)));
    List<String> names =
        net.parameters().stream().filter(p -> !p.buffer()).map(Parameter::name).toList();
    List<Value> wrt = new ArrayList<>();
    names.forEach(name -> wrt.add(Objects.requireNonNull(graph.parameters().get(name))));
    List<Value> found = Gradients.of(b, graph.outputs().get(0).sum().value(), wrt);
    for (int i = 0; i < names.size(); i++) {
      b.output(names.get(i) + "/gradient", found.get(i));
    }
    Map<String, double[]> all = new HashMap<>();
    try (Session session = new Model(b.build(), Map.of(), Map.of()).compile();
        Outputs outputs = session.run(values)) {
      names.forEach(name -> all.put(name, outputs.get(name + "/gradient").toDoubles()));
    }
    return all;
  }

  /** A shared weight's gradient is the sum of what two copies get. */
  @Test
  void sharedWeightsGetBothGradients() {
    Net shared = SMALL.siamese(1, Glyphs.SIDE, Glyphs.SIDE);
    Net copies =
        Net.of(
            shared.inputs(),
            in ->
                List.of(
                    Similarity.distance(
                        in.get(0).named("left").then(x -> SMALL.apply(x)),
                        in.get(1).named("right").then(x -> SMALL.apply(x)))));
    Map<String, Tensor> weights = new HashMap<>();
    shared
        .weights()
        .forEach(
            (name, value) -> {
              weights.put(name.replace("embed.", "left."), value);
              weights.put(name.replace("embed.", "right."), value);
            });
    Map<String, Tensor> inputs = Map.of("a", pictures(0, 3, 1), "b", pictures(10, 3, 2));
    Map<String, double[]> together = gradients(shared, inputs);
    Map<String, double[]> apart = gradients(copies.withWeights(weights), inputs);
    assertEquals(2 * together.size(), apart.size());
    together.forEach(
        (name, sum) -> {
          double[] left = Objects.requireNonNull(apart.get(name.replace("embed.", "left.")));
          double[] right = Objects.requireNonNull(apart.get(name.replace("embed.", "right.")));
          for (int i = 0; i < sum.length; i++) {
            assertEquals(left[i] + right[i], sum[i], 1e-5 + 1e-5 * Math.abs(sum[i]), name);
          }
        });
    // The same weights embed single pictures.
    assertEquals(
        SMALL.net(1, Glyphs.SIDE, Glyphs.SIDE).weights().keySet(), shared.weights().keySet());
  }

  private static double trained(Net net, Objective loss, Map<String, Tensor> batch, int steps) {
    try (Trainer trainer =
        Trainer.builder(net).loss(loss).optimizer(Optimizers.adamW(5e-3)).seed(1).build()) {
      double last = trainer.step(batch);
      for (int i = 0; i < steps; i++) {
        last = trainer.step(batch);
      }
      return last;
    }
  }

  /** Sixteen pictures are learnt by heart in every way of training. */
  @Test
  @Tag("slow")
  void fewPicturesAreLearnt() {
    Tensor a = pictures(0, 16, 3);
    Tensor b = pictures(0, 16, 4);
    Tensor c = pictures(5, 16, 5);
    int side = Glyphs.SIDE;
    Embedder e = new Embedder(8, 2, 16, false);
    float[] same = new float[16];
    java.util.Arrays.fill(same, 0, 8, 1);
    float[] mixed = b.toFloats();
    System.arraycopy(c.toFloats(), 8 * Glyphs.AREA, mixed, 8 * Glyphs.AREA, 8 * Glyphs.AREA);
    Map<String, Tensor> pairs =
        Map.of("a", a, "b", Tensor.of(mixed, 16, 1, side, side), "same", Tensor.of(same, 16));
    assertTrue(trained(e.siamese(1, side, side), Embedder.contrastive(1), pairs, 60) < 0.02);
    Map<String, Tensor> three = Map.of("anchor", a, "positive", b, "negative", c);
    assertTrue(trained(e.triplets(1, side, side), Embedder.triplet(0.5), three, 60) < 0.02);
    long[] numbers = new long[16];
    java.util.Arrays.setAll(numbers, i -> i);
    Map<String, Tensor> one = Map.of("x", a, "y", Tensor.of(numbers, 16));
    for (AngularMargin margin :
        List.of(AngularMargin.arc(10, 0.3), AngularMargin.cosine(10, 0.2))) {
      assertTrue(trained(e.angles(16, 1, side, side), margin, one, 80) < 0.1);
    }
  }

  @Test
  void episodesAreToldByTheNearestMean() {
    Net net = SMALL.prototypes(3, 2, 1, 1, Glyphs.SIDE, Glyphs.SIDE);
    long[] signs = {1, 1, 2, 2, 3, 3, 1, 2, 3};
    Tensor x = Glyphs.pictures(signs, new Random(6));
    float[] vectors;
    Net embed = SMALL.net(1, Glyphs.SIDE, Glyphs.SIDE).withWeights(net.weights());
    try (Session session = embed.model().compile();
        Outputs outputs = session.run(Map.of("x", x))) {
      vectors = outputs.get("y").toFloats();
    }
    try (Session session = net.model().compile();
        Outputs outputs =
            session.run(Map.of("x", x.reshape(Shape.of(1, 9, 1, Glyphs.SIDE, Glyphs.SIDE))))) {
      Tensor logits = outputs.get("y");
      assertEquals(Shape.of(1, 3, 3), logits.shape());
      for (int q = 0; q < 3; q++) {
        for (int way = 0; way < 3; way++) {
          double sum = 0;
          for (int i = 0; i < 6; i++) {
            double mean = (vectors[12 * way + i] + vectors[12 * way + 6 + i]) / 2;
            sum += Math.pow(vectors[6 * (6 + q) + i] - mean, 2);
          }
          assertEquals(-sum, logits.getFloat(3L * q + way), 1e-4 + 1e-4 * sum);
        }
      }
    }
  }
}
