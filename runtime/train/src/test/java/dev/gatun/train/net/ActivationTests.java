package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Activation functions: formulas in double precision, and gradients as differences. */
class ActivationTests {
  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static Arguments of(String name, Layer layer, DoubleUnaryOperator formula) {
    return Arguments.of(name, layer, formula);
  }

  static Stream<Arguments> functions() {
    double scale = 1.0507009873554805;
    double alpha = 1.6732632423543772;
    double root = Math.sqrt(2 / Math.PI);
    return Stream.of(
        of("identity", Activations.identity(), x -> x),
        of("sigmoid", Activations.sigmoid(), ActivationTests::sigmoid),
        of("tanh", Activations.tanh(), Math::tanh),
        of("relu", Activations.relu(), x -> Math.max(0, x)),
        of("relu6", Activations.relu6(), x -> Math.min(6, Math.max(0, x))),
        of("leaky relu", Activations.leakyRelu(0.01), x -> x > 0 ? x : 0.01 * x),
        of("prelu", Activations.sharedPrelu(), x -> x > 0 ? x : 0.25 * x),
        of("swish", Activations.silu(), x -> x * sigmoid(x)),
        of("swish with a factor", Activations.swish(1.5), x -> x * sigmoid(1.5 * x)),
        of("elu", Activations.elu(1.2), x -> x > 0 ? x : 1.2 * Math.expm1(x)),
        of("selu", Activations.selu(), x -> scale * (x > 0 ? x : alpha * Math.expm1(x))),
        of(
            "celu",
            Activations.celu(1.5),
            x -> Math.max(0, x) + Math.min(0, 1.5 * Math.expm1(x / 1.5))),
        of(
            "gelu by tanh",
            Activations.geluTanh(),
            x -> 0.5 * x * (1 + Math.tanh(root * (x + 0.044715 * x * x * x)))),
        of("mish", Activations.mish(), x -> x * Math.tanh(softplus(x))),
        of("softplus", Activations.softplus(), ActivationTests::softplus),
        of("log of sigmoid", Activations.logSigmoid(), x -> -softplus(-x)),
        of("softsign", Activations.softsign(), x -> x / (1 + Math.abs(x))),
        of("hard sigmoid", Activations.hardSigmoid(), x -> Math.min(1, Math.max(0, x / 6 + 0.5))),
        of("hard swish", Activations.hardSwish(), x -> x * Math.min(1, Math.max(0, x / 6 + 0.5))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("functions")
  void valuesAndGradients(String name, Layer layer, DoubleUnaryOperator formula) {
    // None is at a kink.
    float[] points = {-95.3f, -20.1f, -5, -3.7f, -2.2f, -1.278f, -0.4f, 0.3f, 0.9f, 2.6f, 3.4f, 41};
    Net net = Net.of(Shape.of(12), x -> x.then(layer));
    Tensor y = NetCheck.run(net, Tensor.of(points, 1, 12)).get("y0");
    for (int i = 0; i < 12; i++) {
      double expected = formula.applyAsDouble(points[i]);
      assertEquals(
          expected,
          y.getDouble(i),
          2e-6 * Math.max(1, Math.abs(expected)),
          name + " of " + points[i]);
    }
    Net near = Net.of(Shape.of(9), x -> x.then(layer));
    NetCheck.check(near, Tensor.of(java.util.Arrays.copyOfRange(points, 2, 11), 1, 9));
  }

  private static NetCheck.Values at(Layer layer, float... points) {
    Net net = Net.of(Shape.of(points.length), x -> x.then(layer));
    float[] ones = new float[points.length];
    java.util.Arrays.fill(ones, 1);
    return NetCheck.run(
        net, List.of(Tensor.of(ones, 1, ones.length)), Tensor.of(points, 1, points.length));
  }

  @Test
  void knownValues() {
    assertEquals(0.25f, at(Activations.sigmoid(), 0).get("d/x").getFloat(0));
    assertEquals(1f, at(Activations.tanh(), 0).get("d/x").getFloat(0));
    assertArrayEquals(
        new float[] {-1, 1}, at(Activations.tanh(), -100, 100).get("y0").toFloats(), 1e-6f);
    assertEquals(-0.05f, at(Activations.leakyRelu(0.01), -5).get("y0").getFloat(0), 1e-8f);
    assertEquals(0f, at(Activations.leakyRelu(0.01), -1e-30f).get("y0").getFloat(0), 1e-30f);
    assertTrue(Float.isNaN(at(Activations.relu(), Float.NaN).get("y0").getFloat(0)));
    assertEquals(0f, at(Activations.relu(), 0).get("d/x").getFloat(0));
    assertEquals(
        0.5 * (1 + 0.6826894921370859), at(Activations.gelu(), 1).get("y0").getDouble(0), 1e-6);
    NetCheck.Values swish = at(Activations.silu(), -1.2784646f, -1.2f, -1.4f);
    assertEquals(-0.27846454, swish.get("y0").getDouble(0), 1e-6);
    assertEquals(0, swish.get("d/x").getDouble(0), 1e-6);
    assertTrue(swish.get("y0").getDouble(1) > swish.get("y0").getDouble(0));
    assertTrue(swish.get("y0").getDouble(2) > swish.get("y0").getDouble(0));
  }

  @Test
  void softmaxOfAnyAxisAndLargeNumbers() {
    assertArrayEquals(
        new float[] {0.26894143f, 0.7310586f},
        at(Activations.softmax(), 1000, 1001).get("y0").toFloats(),
        1e-6f);
    for (int axis = 1; axis <= 3; axis++) {
      int a = axis;
      Net net = Net.of(Shape.of(3, 4, 5), x -> x.softmax(a));
      NetCheck.check(net, NetCheck.random(axis, 2, 3, 4, 5));
    }
    // Each row of the Jacobian: y_i (1 if i = j - y_j).
    float[] x = {0.3f, -1, 2};
    Net net = Net.of(Shape.of(3), v -> v.softmax(-1));
    for (int i = 0; i < 3; i++) {
      float[] one = new float[3];
      one[i] = 1;
      NetCheck.Values found = NetCheck.run(net, List.of(Tensor.of(one, 1, 3)), Tensor.of(x, 1, 3));
      double[] y = found.get("y0").toDoubles();
      for (int j = 0; j < 3; j++) {
        assertEquals(y[i] * ((i == j ? 1 : 0) - y[j]), found.get("d/x").getDouble(j), 1e-6);
      }
    }
  }

  @Test
  void aParametricSlopeGetsTheSumWhereItIsUsed() {
    Net net = Net.of(Shape.of(2, 2), x -> x.then(Activations.prelu()));
    NetCheck.Values found =
        NetCheck.run(
            net,
            List.of(Tensor.of(new float[] {1, 10, 100, 1000}, 1, 2, 2)),
            Tensor.of(new float[] {-1, 2, -3, -4}, 1, 2, 2));
    assertArrayEquals(new float[] {-1, -4300}, found.get("d/prelu1.weight").toFloats());
  }

  @Test
  void aFunctionOfOnesOwnIsFusedLikeABuiltInOne() {
    Layer own = v -> v.mul(v.then(Activations.sigmoid())).add(v.mul(0.1));
    Net net = Net.of(Shape.of(33), x -> x.then(own));
    NetCheck.check(net, NetCheck.random(1, 3, 33));
    assertEquals(steps(Net.of(Shape.of(33), Flow::silu)), steps(net));
    // An identity is no step at all.
    assertEquals(
        steps(Net.of(Shape.of(33), Flow::silu)),
        steps(Net.of(Shape.of(33), x -> x.then(Activations.identity()).silu())));
  }

  private static int steps(Net net) {
    try (Session session = net.model().compile()) {
      return session.explain(Map.of("x", Tensor.of(new float[99], 3, 33).type())).steps().size();
    }
  }
}
