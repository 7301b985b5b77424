package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers over images: values as the reference has them, gradients as differences. */
class ConvolutionalLayersTests {
  static Stream<Arguments> layers() {
    return Stream.of(
        Arguments.of("stride and padding", Layers.conv2d(5, 3).stride(2).pad(1)),
        Arguments.of("dilation", Layers.conv2d(3, 3).dilation(2)),
        Arguments.of("groups", Layers.conv2d(6, 3).groups(2).same()),
        Arguments.of("depthwise", Layers.conv2d(4, 3).groups(4).same()),
        Arguments.of("1x1", Layers.conv2d(7, 1).withoutBias()),
        Arguments.of("even kernel", Layers.conv2d(3, 2)),
        Arguments.of("kernel that is not square", Layers.conv2d(3, 3).kernel(1, 5).pad(0, 2)),
        Arguments.of("transposed", Layers.convTranspose2d(3, 3).stride(2)),
        Arguments.of("max pool", Layers.maxPool2d(2)),
        Arguments.of("max pool with padding", Layers.maxPool2d(3).stride(2).pad(1)),
        Arguments.of("max pool with a part at the end", Layers.maxPool2d(2).ceil()),
        Arguments.of("average pool", Layers.avgPool2d(3).stride(2).pad(1)),
        Arguments.of(
            "average pool without its padding",
            Layers.avgPool2d(3).stride(2).pad(1).excludePadding()),
        Arguments.of("adaptive average pool", Layers.adaptiveAvgPool2d(3, 2)),
        Arguments.of("global average pool", Layers.globalAvgPool()),
        Arguments.of("global max pool", Layers.globalMaxPool()),
        Arguments.of("nearest", Layers.upsample(2)),
        Arguments.of("bilinear", Layers.upsample(2).linear()),
        Arguments.of("bilinear, corners kept", Layers.upsample(2).linear().alignCorners(true)),
        Arguments.of("bicubic", Layers.upsample(2).cubic()),
        Arguments.of("flatten", Layers.flatten().then(Layers.dense(3))),
        Arguments.of("batch norm", Layers.batchNorm()),
        Arguments.of("residual block", Layers.residualBlock(3)),
        Arguments.of(
            "skip", Layers.skip(x -> x.conv2d(3, 3, Convolution::same)).then(Layers.conv2d(2, 1))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void valuesAndGradients(String name, Layer layer) {
    Net net = Net.of(Shape.of(4, 7, 5), x -> x.then(layer));
    NetCheck.check(net, NetCheck.random(1, 3, 4, 7, 5));
    NetCheck.checkInference(net, NetCheck.random(2, 1, 4, 7, 5));
  }

  static Stream<Arguments> sequenceLayers() {
    return Stream.of(
        Arguments.of("stride", Layers.conv1d(5, 3).stride(2)),
        Arguments.of("padding", Layers.conv1d(3, 4).pad(2)),
        Arguments.of("dilation", Layers.conv1d(3, 3).dilation(3)),
        Arguments.of("all of them", Layers.conv1d(6, 3).stride(2).pad(1).dilation(2).groups(2)),
        Arguments.of("causal", Layers.conv1d(3, 3).causal().dilation(2)),
        Arguments.of("causal with a stride", Layers.conv1d(3, 2).causal().stride(3)),
        Arguments.of("transposed", Layers.convTranspose1d(3, 4).stride(2)),
        Arguments.of("max pool", Layers.maxPool1d(3)),
        Arguments.of("average pool", Layers.avgPool1d(2)),
        Arguments.of("nearest", Layers.upsample(3)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sequenceLayers")
  void valuesAndGradientsOfSequences(String name, Layer layer) {
    Net net = Net.of(Shape.of(4, 13), x -> x.then(layer));
    NetCheck.check(net, NetCheck.random(1, 3, 4, 13));
    NetCheck.checkInference(net, NetCheck.random(2, 1, 4, 13));
  }

  /** Whatever the order of the options. */
  @Test
  void causalConvolutionsDoNotSeeWhatComes() {
    for (Convolution c :
        List.of(
            Layers.conv1d(2, 3).causal().dilation(2), Layers.conv1d(2, 3).dilation(2).causal())) {
      Net net = Net.of(Shape.of(3, 9), x -> x.then(c));
      Tensor x = NetCheck.random(3, 1, 3, 9);
      float[] y = run(net, x).toFloats();
      float[] moved = x.toFloats();
      moved[9 + 5] += 1;
      float[] z = run(net, Tensor.of(moved, 1, 3, 9)).toFloats();
      for (int t = 0; t < 9; t++) {
        assertEquals(t == 5 || t == 7, y[t] != z[t], "position " + t);
      }
    }
  }

  private static Tensor run(Net net, Tensor... x) {
    return NetCheck.run(net, x).get("y0");
  }

  @Test
  void convolutionsMoveWithTheirInput() {
    Net net = Net.of(Shape.of(2, 9, 9), x -> x.conv2d(3, 3, Convolution::same));
    float[] here = new float[2 * 81];
    float[] there = new float[2 * 81];
    Tensor picture = NetCheck.random(3, 2, 4, 4);
    for (int c = 0; c < 2; c++) {
      for (int i = 0; i < 16; i++) {
        here[c * 81 + (i / 4 + 2) * 9 + i % 4 + 2] = picture.getFloat(c * 16 + i);
        there[c * 81 + (i / 4 + 3) * 9 + i % 4 + 3] = picture.getFloat(c * 16 + i);
      }
    }
    Tensor a = run(net, Tensor.of(here, 1, 2, 9, 9));
    Tensor b = run(net, Tensor.of(there, 1, 2, 9, 9));
    for (int c = 0; c < 3; c++) {
      for (int row = 1; row < 7; row++) {
        for (int column = 1; column < 7; column++) {
          int at = c * 81 + row * 9 + column;
          assertEquals(a.getFloat(at), b.getFloat(at + 10), 1e-6f * 4, "at " + at);
        }
      }
    }
  }

  @Test
  void ofEqualElementsTheFirstGetsTheGradient() {
    Net net = Net.of(Shape.of(1, 2, 2), x -> x.maxPool2d(2));
    NetCheck.Values found =
        NetCheck.run(
            net,
            List.of(Tensor.of(new float[] {5}, 1, 1, 1, 1)),
            Tensor.of(new float[] {1, 3, 3, 3}, 1, 1, 2, 2));
    assertArrayEquals(new float[] {0, 5, 0, 0}, found.get("d/x").toFloats());
  }

  @Test
  void nearestNeighboursAreCopies() {
    Net net = Net.of(Shape.of(1, 1, 2), x -> x.upsample(2));
    Tensor y = run(net, Tensor.of(new float[] {1, 2}, 1, 1, 1, 2));
    assertArrayEquals(new float[] {1, 1, 2, 2, 1, 1, 2, 2}, y.toFloats());
    Net corners =
        Net.of(Shape.of(1, 1, 2), x -> x.then(Layers.upsample(2).linear().alignCorners(true)));
    assertArrayEquals(
        new float[] {1, 4 / 3f, 5 / 3f, 2},
        java.util.Arrays.copyOf(
            run(corners, Tensor.of(new float[] {1, 2}, 1, 1, 1, 2)).toFloats(), 4),
        1e-6f);
  }

  @Test
  void aSkipIsTheSameBitsAsItsParts() {
    Layer conv = Layers.conv2d(3, 3).same();
    Tensor x = NetCheck.random(5, 2, 4, 6, 6);
    Net joined = Net.of(Shape.of(4, 6, 6), v -> v.then(Layers.skip(w -> w.then(conv))));
    Net alone = Net.of(Shape.of(4, 6, 6), v -> v.then(w -> w.then(w2 -> w2.then(conv))));
    Tensor all = run(joined, x);
    Map<String, Tensor> weights = new java.util.LinkedHashMap<>();
    List<Tensor> values = List.copyOf(joined.weights().values());
    int i = 0;
    for (String name : alone.weights().keySet()) {
      weights.put(name, values.get(i++));
    }
    Tensor part = run(alone.withWeights(weights), x);
    for (int n = 0; n < 2; n++) {
      for (int k = 0; k < 7 * 36; k++) {
        float expected = k < 4 * 36 ? x.getFloat(n * 144 + k) : part.getFloat(n * 108 + k - 144);
        assertEquals(expected, all.getFloat(n * 252 + k), "sample " + n + " at " + k);
      }
    }
  }

  @Test
  void aResidualBlockIsItsFormula() {
    Net block = Net.of(Shape.of(4, 5, 5), x -> x.then(Layers.residualBlock(3)));
    List<Tensor> weights = List.copyOf(block.weights().values());
    Net formula =
        Net.of(
            Shape.of(4, 5, 5),
            x -> x.conv2d(4, 3, c -> c.same()).relu().conv2d(4, 3, c -> c.same()).add(x).relu());
    List<String> names = List.copyOf(formula.weights().keySet());
    Map<String, Tensor> same = new java.util.LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      same.put(names.get(i), weights.get(i));
    }
    Tensor x = NetCheck.random(6, 2, 4, 5, 5);
    NetCheck.assertClose("block", run(formula.withWeights(same), x), run(block, x));
    try (Session session = formula.model().compile()) {
      // Biases are no steps of their own, relu is part of the convolution or of the addition.
      String plan = session.explain(Map.of("x", x.type())).toString();
      long products = plan.lines().filter(line -> line.matches(".*\\bconv(\\+\\w+)* .*")).count();
      long sums = plan.lines().filter(line -> line.matches(".*\\d +add\\+relu .*")).count();
      assertEquals(2, products, plan);
      assertTrue(sums <= 1, plan);
      assertFalse(plan.lines().anyMatch(line -> line.matches(" *\\d+ +(relu|add) .*")), plan);
    }
  }

  @Test
  void residualsKeepGradientsAlive() {
    double with = firstByLast(true);
    double without = firstByLast(false);
    assertTrue(with > 0.1, "with skips " + with);
    assertTrue(without < 1e-9, "without " + without);
  }

  private static double firstByLast(boolean skips) {
    Net net =
        Net.of(
            Shape.of(32),
            x -> {
              Flow y = x;
              for (int i = 0; i < 50; i++) {
                Flow z = y.dense(32).tanh();
                y = skips ? y.add(z) : z;
              }
              return y;
            });
    NetCheck.Values found = NetCheck.run(net, NetCheck.random(8, 16, 32));
    return norm(found.get("d/dense1.weight")) / norm(found.get("d/dense50.weight"));
  }

  private static double norm(Tensor t) {
    double sum = 0;
    for (double v : t.toDoubles()) {
      sum += v * v;
    }
    return Math.sqrt(sum);
  }
}
