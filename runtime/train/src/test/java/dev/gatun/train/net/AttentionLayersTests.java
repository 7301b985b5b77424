package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention in all its forms, alignment and positions. */
class AttentionLayersTests {
  private static final Tensor SEEN =
      Tensor.of(
          new boolean[] {
            true, true, true, false, false, true, false, true, true, true, true, true, true, true,
            false
          },
          3,
          5);

  private static Input mask(long size) {
    return new Input("seen", DType.BOOL, Shape.of(size));
  }

  static Stream<Arguments> layers() {
    SelfAttention own = Layers.selfAttention(2);
    return Stream.of(
        Arguments.of("self-attention", own),
        Arguments.of("causal", own.masked()),
        Arguments.of("rotary", own.rotary(10000)),
        Arguments.of("relative", own.relative(8, 16)),
        Arguments.of("causal and relative", own.masked().relative(8, 16)),
        Arguments.of("feed-forward with relu", Layers.feedForward(9, Activations.relu())),
        Arguments.of("feed-forward with gelu", Layers.feedForward(9, Activations.gelu())),
        Arguments.of("encoder block", Layers.encoderBlock(own, 16, 0)),
        Arguments.of("layer norm", Layers.layerNorm()),
        Arguments.of("learned positions", Layers.learnedPositions()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void valuesAndGradients(String name, Layer layer) {
    Net net = Net.of(Shape.of(5, 8), x -> x.then(layer));
    NetCheck.check(net, NetCheck.random(1, 3, 5, 8));
  }

  @Test
  void paddedKeysAreNotSeen() {
    SelfAttention attention = Layers.selfAttention(2).relative(8, 16);
    Net net = Net.of(Input.of("x", 5, 8), mask(5), (x, seen) -> attention.call(x, seen).get(0));
    Tensor x = NetCheck.random(1, 3, 5, 8);
    NetCheck.check(net, x, SEEN);
    Tensor expected = NetCheck.run(net, x, SEEN).get("y0");
    float[] values = x.toFloats();
    for (int i = 0; i < 15; i++) {
      if (SEEN.getDouble(i) == 0) {
        java.util.Arrays.fill(values, 8 * i, 8 * i + 8, 1000);
      }
    }
    Tensor found = NetCheck.run(net, Tensor.of(values, 3, 5, 8), SEEN).get("y0");
    for (int i = 0; i < 120; i++) {
      if (SEEN.getDouble(i / 8) == 1) {
        assertEquals(expected.getFloat(i), found.getFloat(i), 1e-5f, "at " + i);
      }
    }
  }

  @Test
  void crossAttentionTakesOtherLengthsAndWidths() {
    CrossAttention cross = Layers.crossAttention(2);
    for (long width : new long[] {8, 6}) {
      Net net =
          Net.of(
              List.of(Input.of("x", 4, 8), Input.of("memory", 5, width), mask(5)),
              inputs -> cross.call(inputs.toArray(new Flow[0])));
      NetCheck.check(net, NetCheck.random(1, 3, 4, 8), NetCheck.random(2, 3, 5, width), SEEN);
      assertEquals(width == 8 ? 4 : 6, net.parameters().size());
    }
    Module decoder = Layers.decoderBlock(Layers.selfAttention(2).masked(), cross, 16, 0);
    Net net =
        Net.of(Input.of("x", 4, 8), Input.of("memory", 5, 8), (x, m) -> decoder.call(x, m).get(0));
    Tensor x = NetCheck.random(3, 2, 4, 8);
    Tensor memory = NetCheck.random(4, 2, 5, 8);
    NetCheck.check(net, x, memory);
    // What comes later does not change what was before.
    Tensor before = NetCheck.run(net, x, memory).get("y0");
    float[] changed = x.toFloats();
    for (int i = 24; i < 32; i++) {
      changed[i] += 1;
    }
    Tensor after = NetCheck.run(net, Tensor.of(changed, 2, 4, 8), memory).get("y0");
    for (int i = 0; i < 24; i++) {
      assertEquals(before.getFloat(i), after.getFloat(i), 1e-6f, "at " + i);
    }
    assertThrows(
        GatunException.class, () -> Net.of(Shape.of(4, 9), v -> v.then(Layers.selfAttention(2))));
  }

  @Test
  void withoutPositionsTheOrderDoesNotMatter() {
    Net plain = Net.of(Shape.of(4, 8), x -> x.then(Layers.selfAttention(2)));
    Net turned = Net.of(Shape.of(4, 8), x -> x.then(Layers.selfAttention(2).rotary(100)));
    Tensor x = NetCheck.random(1, 1, 4, 8);
    float[] reversed = new float[32];
    for (int i = 0; i < 32; i++) {
      reversed[i] = x.getFloat((3 - i / 8) * 8 + i % 8);
    }
    Tensor back = Tensor.of(reversed, 1, 4, 8);
    Tensor y = NetCheck.run(plain, x).get("y0");
    Tensor z = NetCheck.run(plain, back).get("y0");
    double largest = 0;
    Tensor turnedY = NetCheck.run(turned, x).get("y0");
    Tensor turnedZ = NetCheck.run(turned, back).get("y0");
    for (int i = 0; i < 32; i++) {
      int other = (3 - i / 8) * 8 + i % 8;
      // Sums in another order.
      assertEquals(y.getFloat(i), z.getFloat(other), 1e-6f, "at " + i);
      largest = Math.max(largest, Math.abs(turnedY.getFloat(i) - turnedZ.getFloat(other)));
    }
    assertTrue(largest > 1e-3, "positions change nothing: " + largest);
  }

  @Test
  void multiHeadAttentionHasPyTorchsParameters() {
    Net net = Net.of(Shape.of(3, 512), x -> x.named("attention").then(Layers.selfAttention(8)));
    assertEquals(1_050_624, net.parameterCount());
    assertEquals(
        List.of("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"),
        net.parameters().stream().map(p -> p.name().substring("attention.".length())).toList());
    // The formula with the packed weights of a small one, head by head.
    Net small = Net.of(Shape.of(3, 4), x -> x.then(Layers.selfAttention(2)));
    Tensor x = NetCheck.random(1, 1, 3, 4);
    Map<String, double[]> w = new HashMap<>();
    small
        .weights()
        .forEach((name, t) -> w.put(name.replaceAll("^selfAttention1.", ""), t.toDoubles()));
    double[] packed = java.util.Objects.requireNonNull(w.get("in_proj_weight"));
    double[][][] parts = new double[3][3][4];
    for (int p = 0; p < 3; p++) {
      for (int t = 0; t < 3; t++) {
        for (int o = 0; o < 4; o++) {
          for (int i = 0; i < 4; i++) {
            parts[p][t][o] += packed[(4 * p + o) * 4 + i] * x.getDouble(4 * t + i);
          }
        }
      }
    }
    double[][] joined = new double[3][4];
    for (int h = 0; h < 2; h++) {
      for (int t = 0; t < 3; t++) {
        double[] e = new double[3];
        double sum = 0;
        for (int s = 0; s < 3; s++) {
          double dot = 0;
          for (int i = 2 * h; i < 2 * h + 2; i++) {
            dot += parts[0][t][i] * parts[1][s][i];
          }
          e[s] = Math.exp(dot / Math.sqrt(2));
          sum += e[s];
        }
        for (int s = 0; s < 3; s++) {
          for (int i = 2 * h; i < 2 * h + 2; i++) {
            joined[t][i] += e[s] / sum * parts[2][s][i];
          }
        }
      }
    }
    Tensor y = NetCheck.run(small, x).get("y0");
    for (int t = 0; t < 3; t++) {
      for (int o = 0; o < 4; o++) {
        double expected = java.util.Objects.requireNonNull(w.get("out_proj.bias"))[o];
        for (int i = 0; i < 4; i++) {
          expected +=
              java.util.Objects.requireNonNull(w.get("out_proj.weight"))[4 * o + i] * joined[t][i];
        }
        assertEquals(expected, y.getDouble(4 * t + o), 1e-6);
      }
    }
  }

  @Test
  void alignmentWeighsOnlyWhatIsSeen() {
    for (Alignment alignment :
        List.of(Layers.additiveAlignment(7), Layers.multiplicativeAlignment())) {
      Net net =
          Net.of(
              List.of(Input.of("query", 4), Input.of("keys", 5, 6), mask(5)),
              inputs -> alignment.call(inputs.toArray(new Flow[0])));
      Tensor[] inputs = {NetCheck.random(1, 3, 4), NetCheck.random(2, 3, 5, 6), SEEN};
      NetCheck.check(net, inputs);
      Tensor weights = NetCheck.run(net, inputs).get("y1");
      for (int n = 0; n < 3; n++) {
        double sum = 0;
        for (int t = 0; t < 5; t++) {
          double weight = weights.getDouble(5 * n + t);
          sum += weight;
          assertTrue(SEEN.getDouble(5 * n + t) == 1 ? weight > 0 : weight == 0);
        }
        assertEquals(1, sum, 1e-6);
      }
    }
  }

  @Test
  void sinusoidalPositionsAreTheirFormula() {
    Tensor table = Positions.table(Shape.of(50, 6));
    for (int p = 0; p < 50; p++) {
      for (int i = 0; i < 3; i++) {
        double angle = p / Math.pow(10000, 2.0 * i / 6);
        assertEquals(Math.sin(angle), table.getDouble(6 * p + 2 * i), 1e-6);
        assertEquals(Math.cos(angle), table.getDouble(6 * p + 2 * i + 1), 1e-6);
      }
    }
  }

  @Test
  void rotaryProductsDependOnDistancesOnly() {
    AttentionPositions.Rotary rotary = new AttentionPositions.Rotary(10000);
    // The same vector at all positions.
    float[] same = new float[6 * 4];
    for (int i = 0; i < same.length; i++) {
      same[i] = i % 4 + 1;
    }
    Net net = Net.of(Shape.of(1, 6, 4), rotary::turn);
    Tensor y = NetCheck.run(net, Tensor.of(same, 1, 1, 6, 4)).get("y0");
    for (int distance = 0; distance < 5; distance++) {
      double first = dot(y, 0, distance);
      for (int t = 1; t + distance < 6; t++) {
        assertEquals(first, dot(y, t, t + distance), 1e-4, "distance " + distance);
      }
    }
  }

  private static double dot(Tensor y, int a, int b) {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += y.getDouble(4 * a + i) * y.getDouble(4 * b + i);
    }
    return sum;
  }

  @Test
  void relativeBucketsAreFineNearAndCoarseFar() {
    AttentionPositions.Relative t5 = new AttentionPositions.Relative(32, 128);
    // Both ways: 16 buckets each, 8 of them exact.
    assertEquals(0, t5.bucket(0, false));
    assertEquals(7, t5.bucket(-7, false));
    assertEquals(8, t5.bucket(-8, false));
    assertEquals(8, t5.bucket(-11, false));
    assertEquals(9, t5.bucket(-12, false));
    assertEquals(15, t5.bucket(-1000, false));
    assertEquals(17, t5.bucket(1, false));
    assertEquals(31, t5.bucket(500, false));
    // Causal: 32 for what was before, 16 of them exact; what comes is in the first.
    assertEquals(0, t5.bucket(5, true));
    assertEquals(15, t5.bucket(-15, true));
    assertEquals(16, t5.bucket(-16, true));
    assertEquals(31, t5.bucket(-128, true));
  }

  @Test
  void aRowIsNormalizedByItself() {
    Net net = Net.of(Shape.of(7), Flow::layerNorm);
    Tensor x = NetCheck.random(1, 3, 7);
    Tensor all = NetCheck.run(net, x).get("y0");
    float[] changed = x.toFloats();
    java.util.Arrays.fill(changed, 7, 14, 1e6f);
    Tensor other = NetCheck.run(net, Tensor.of(changed, 3, 7)).get("y0");
    for (int i = 0; i < 21; i++) {
      if (i / 7 != 1) {
        assertEquals(all.getFloat(i), other.getFloat(i), 0f, "at " + i);
      }
    }
  }
}
