package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NetTests {
  private static List<String> names(Net net) {
    return net.parameters().stream().map(p -> p.name() + p.shape()).toList();
  }

  private static Tensor run(Net net, Tensor x) {
    try (Session session = net.model().compile()) {
      return session.run("x", x).get("y");
    }
  }

  @Test
  void sequentialNetsHaveShapesAndNames() {
    Net net =
        Net.sequential(Shape.of(1, 28, 28))
            .conv2d(32, 3)
            .relu()
            .maxPool2d(2)
            .flatten()
            .named("head")
            .dense(10)
            .build();
    assertEquals(
        List.of(
            "conv2d1.weight[32, 1, 3, 3]",
            "conv2d1.bias[32]",
            "head.weight[10, 5408]",
            "head.bias[10]"),
        names(net));
    assertEquals("[f32[?, 10]]", net.outputs().toString());
    assertEquals(320 + 54090, net.parameterCount());
    assertEquals(Shape.of(3, 10), run(net, Tensor.of(new float[3 * 784], 3, 1, 28, 28)).shape());
    assertTrue(net.summary().contains("54410 parameters"), net.summary());
  }

  @Test
  void aTracedFunctionHasResiduals() {
    Net net = Net.of(Shape.of(64), x -> x.dense(64).gelu().add(x).layerNorm());
    assertEquals(
        List.of(
            "dense1.weight[64, 64]",
            "dense1.bias[64]",
            "layerNorm1.weight[64]",
            "layerNorm1.bias[64]"),
        names(net));
    Tensor y = run(net, Tensor.of(new float[64], 1, 64));
    assertEquals(Shape.of(1, 64), y.shape());
  }

  @Test
  void aDenseLayerMultipliesByTheTransposedWeight() {
    Net net =
        Net.sequential(Shape.of(2))
            .dense(3)
            .build()
            .withWeights(
                Map.of(
                    "dense1.weight", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2),
                    "dense1.bias", Tensor.of(new float[] {0, 10, 100}, 3)));
    assertArrayEquals(
        new float[] {5, 21, 117}, run(net, Tensor.of(new float[] {1, 2}, 1, 2)).toFloats());
  }

  @Test
  void shapesThatDoNotFitAreToldWhenTheNetIsMade() {
    ShapeException e =
        assertThrows(
            ShapeException.class,
            () -> Net.sequential(Shape.of(8, 8)).dense(4).conv2d(3, 3).build());
    assertTrue(e.toString().contains("layer 'conv2d1' on f32["), e.toString());
    assertTrue(e.toString().contains("[batch, channels, size, size]"), e.toString());
    ShapeException nested =
        assertThrows(
            ShapeException.class, () -> Net.of(Shape.of(4), x -> x.residual(y -> y.dense(5))));
    assertTrue(nested.toString().contains("layer 'residual1' on"), nested.toString());
    assertTrue(nested.toString().contains("[?, 5]"), nested.toString());
    ShapeException groups =
        assertThrows(
            ShapeException.class,
            () -> Net.sequential(Shape.of(3, 8, 8)).conv2d(4, 3, c -> c.groups(2)).build());
    assertTrue(groups.toString().contains("3 channels"), groups.toString());
  }

  @Test
  void anObjectSharesItsWeightsAndALambdaDoesNot() {
    Layer tower = Layers.dense(4);
    Net shared =
        Net.of(Input.of("a", 3), Input.of("b", 3), (a, b) -> a.then(tower).sub(b.then(tower)));
    assertEquals(List.of("dense1.weight[4, 3]", "dense1.bias[4]"), names(shared));
    Layer block = x -> x.dense(3).then(y -> y.dense(3));
    Net own = Net.of(Shape.of(3), x -> x.then(block).then(block));
    assertEquals(8, own.parameters().size());
    Layer one = Layer.shared(block);
    Net again = Net.of(Shape.of(3), x -> x.then(one).then(one).dense(3));
    assertEquals(
        List.of(
            "shared1.dense1.weight[3, 3]",
            "shared1.dense1.bias[3]",
            "shared1.block1.dense1.weight[3, 3]",
            "shared1.block1.dense1.bias[3]",
            "dense1.weight[3, 3]",
            "dense1.bias[3]"),
        names(again));
  }

  @Test
  void aSharedWeightMustHaveOneShape() {
    Layer one = Layers.dense(4);
    ShapeException e =
        assertThrows(ShapeException.class, () -> Net.of(Shape.of(3), x -> x.then(one).then(one)));
    assertTrue(e.toString().contains("[4, 3] in one place and [4, 4]"), e.toString());
  }

  /** A module of a user with a parameter of its own. */
  private record Scale(double first) implements Layer {
    @Override
    public Flow apply(Flow x) {
      return x.mul(x.parameter("factor", Shape.of(x.size(-1)), Initializers.constant(first)));
    }
  }

  @Test
  void usersDefineModulesWithParameters() {
    Net net = Net.of(Shape.of(2), x -> x.then(new Scale(3)).then(new Scale(2)));
    assertEquals(List.of("scale1.factor[2]", "scale2.factor[2]"), names(net));
    assertArrayEquals(
        new float[] {6, 12}, run(net, Tensor.of(new float[] {1, 2}, 1, 2)).toFloats());
  }

  @Test
  void severalInputsAndOutputs() {
    Net net =
        Net.of(
            List.of(Input.of("a", 3), Input.ids("ids")),
            in -> {
              Flow rows = in.get(1).embedding(10, 3);
              return List.of(in.get(0).add(rows), rows.sum(1));
            });
    assertEquals("[f32[?, 3], f32[?]]", net.outputs().toString());
    assertEquals(List.of("y0", "y1"), net.outputNames());
    try (Session session = net.model().compile()) {
      var out =
          session.run(
              Map.of("a", Tensor.of(new float[6], 2, 3), "ids", Tensor.of(new long[] {9, 0}, 2)));
      assertEquals(Shape.of(2, 3), out.get("y0").shape());
      assertEquals(Shape.of(2), out.get("y1").shape());
    }
  }

  @Test
  void theSeedDecidesTheWeights() {
    Net net = Net.sequential(Shape.of(4)).dense(4).dense(4).build();
    assertEquals(net.initialize(3).weights(), net.initialize(3).weights());
    assertNotEquals(net.initialize(3).weights(), net.initialize(4).weights());
    assertNotEquals(net.weight("dense1.weight"), net.weight("dense2.weight"));
  }

  @Test
  void weightsThatDoNotFitAreToldAtOnce() {
    Net net = Net.sequential(Shape.of(4)).dense(4).build();
    ShapeException e =
        assertThrows(
            ShapeException.class,
            () ->
                net.withWeights(
                    Map.of(
                        "dense1.bias", Tensor.of(new float[3], 3),
                        "dense2.bias", Tensor.of(new float[3], 3))));
    assertTrue(e.toString().contains("'dense1.bias' is f32[4], got f32[3]"), e.toString());
    assertTrue(e.toString().contains("no parameter 'dense2.bias'"), e.toString());
    assertThrows(GatunException.class, () -> net.weight("x"));
  }

  @Test
  void freezingGoesByPrefixUpToADot() {
    Net net =
        Net.sequential(Shape.of(4))
            .dense(4)
            .then(x -> x.dense(2))
            .build()
            .freeze("block1", "dense1.bias");
    assertEquals(
        List.of("dense1.bias", "block1.dense1.weight", "block1.dense1.bias"),
        net.parameters().stream().filter(Parameter::frozen).map(Parameter::name).toList());
    assertTrue(net.unfreeze().parameters().stream().noneMatch(Parameter::frozen));
    assertEquals(1, net.unfreeze("block1").parameters().stream().filter(Parameter::frozen).count());
    assertThrows(GatunException.class, () -> net.freeze("block"));
  }

  @Test
  void batchNormUsesItsBuffersAtInference() {
    Net net =
        Net.sequential(Shape.of(2))
            .batchNorm()
            .build()
            .withWeights(
                Map.of(
                    "batchNorm1.running_mean", Tensor.of(new float[] {1, 2}, 2),
                    "batchNorm1.running_var", Tensor.of(new float[] {4, 9}, 2)));
    assertArrayEquals(
        new float[] {1, 2}, run(net, Tensor.of(new float[] {3, 8}, 1, 2)).toFloats(), 1e-5f);
    assertEquals(2, net.parameters().stream().filter(Parameter::buffer).count());
  }

  @Test
  void dropoutDoesNothingAtInference() {
    Net net =
        Net.of(Shape.of(3), x -> x.dropout(0.5).spatialDropout(0.9).then(Layers.gaussianNoise(9)));
    float[] x = {1, 2, 3};
    assertArrayEquals(x, run(net, Tensor.of(x, 1, 3)).toFloats());
  }

  @Test
  void twoLayersOfOneNameAreRefused() {
    GatunException e =
        assertThrows(
            GatunException.class,
            () -> Net.sequential(Shape.of(3)).named("a").dense(3).named("a").dense(3).build());
    assertTrue(e.toString().contains("two layers"), e.toString());
  }
}
