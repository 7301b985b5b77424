package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recurrent layers with states, and what is made of them. */
class RecurrentLayersTests {
  private static Recurrent layer(String cell) {
    return switch (cell) {
      case "rnn" -> Layers.rnn(4);
      case "gru" -> Layers.gru(4);
      default -> Layers.lstm(4);
    };
  }

  private static Net stateful(Recurrent layer, long time) {
    List<Input> inputs =
        layer.cell() == Recurrent.Cell.LSTM
            ? List.of(Input.of("x", time, 3), Input.of("h", 4), Input.of("c", 4))
            : List.of(Input.of("x", time, 3), Input.of("h", 4));
    return Net.of(inputs, flows -> layer.call(flows.toArray(new Flow[0])));
  }

  private static Tensor steps(Tensor x, int from, int to) {
    float[] part = new float[2 * (to - from) * 3];
    for (int n = 0; n < 2; n++) {
      for (int i = 0; i < (to - from) * 3; i++) {
        part[n * (to - from) * 3 + i] = x.getFloat(n * 18 + from * 3 + i);
      }
    }
    return Tensor.of(part, 2, to - from, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rnn", "gru", "lstm"})
  void twoHalvesAreTheWhole(String cell) {
    Recurrent layer = layer(cell);
    Net whole = stateful(layer, 6);
    boolean isLstm = cell.equals("lstm");
    Tensor x = NetCheck.random(1, 2, 6, 3);
    Tensor h = NetCheck.random(2, 2, 4);
    Tensor c = NetCheck.random(3, 2, 4);
    Tensor[] first = isLstm ? new Tensor[] {x, h, c} : new Tensor[] {x, h};
    NetCheck.check(whole, first);
    NetCheck.Values all = NetCheck.run(whole, first);
    Net half = stateful(layer, 3).withWeights(whole.weights());
    first[0] = steps(x, 0, 3);
    NetCheck.Values a = NetCheck.run(half, first);
    Tensor[] second = first.clone();
    second[0] = steps(x, 3, 6);
    second[1] = a.get("y1");
    if (isLstm) {
      second[2] = a.get("y2");
    }
    NetCheck.Values b = NetCheck.run(half, second);
    for (int n = 0; n < 2; n++) {
      for (int i = 0; i < 12; i++) {
        assertEquals(all.get("y0").getFloat(n * 24 + i), a.get("y0").getFloat(n * 12 + i), 1e-6f);
        assertEquals(
            all.get("y0").getFloat(n * 24 + 12 + i), b.get("y0").getFloat(n * 12 + i), 1e-6f);
      }
    }
    NetCheck.assertClose("last state", all.get("y1"), b.get("y1"));
  }

  private static Tensor filled(Tensor like, double... byGate) {
    double[] values = new double[(int) like.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 4 < byGate.length ? byGate[i / 4] : 0;
    }
    return Tensor.rounded(like.dtype(), like.shape(), values);
  }

  @Test
  void anLstmWithOpenForgetAndClosedInputGateKeepsItsCell() {
    Recurrent layer = Layers.lstm(4).withGates();
    Net net = stateful(layer, 6);
    // Gates i, o, f, c.
    Tensor bias = filled(net.weight("lstm1.bias"), -200, 0, 200, 0);
    Tensor c = NetCheck.random(3, 2, 4);
    NetCheck.Values found =
        NetCheck.run(
            net.withWeights(Map.of("lstm1.bias", bias)),
            NetCheck.random(1, 2, 6, 3),
            NetCheck.random(2, 2, 4),
            c);
    NetCheck.assertSame("cell", c, found.get("y2"));
    Arrays.stream(found.get("probe/lstm1.forget_gate").toDoubles())
        .forEach(gate -> assertEquals(1, gate));
    Arrays.stream(found.get("probe/lstm1.input_gate").toDoubles())
        .forEach(gate -> assertEquals(0, gate));
  }

  @Test
  void gatesExplainTheCell() {
    Recurrent layer = Layers.lstm(4).withGates();
    Net net = stateful(layer, 6);
    Tensor c0 = NetCheck.random(3, 2, 4);
    NetCheck.Values found =
        NetCheck.run(net, NetCheck.random(1, 2, 6, 3), NetCheck.random(2, 2, 4), c0);
    for (int n = 0; n < 2; n++) {
      for (int u = 0; u < 4; u++) {
        double c = c0.getDouble(4 * n + u);
        for (int t = 0; t < 6; t++) {
          int at = (6 * n + t) * 4 + u;
          c =
              found.get("probe/lstm1.forget_gate").getDouble(at) * c
                  + found.get("probe/lstm1.input_gate").getDouble(at)
                      * found.get("probe/lstm1.candidate").getDouble(at);
          double h = found.get("probe/lstm1.output_gate").getDouble(at) * Math.tanh(c);
          assertEquals(h, found.get("y0").getDouble(at), 1e-5);
        }
        assertEquals(c, found.get("y2").getDouble(4 * n + u), 1e-5);
      }
    }
    assertThrows(GatunException.class, () -> Layers.gru(4).withGates());
  }

  @Test
  void aGruKeepsOrReplacesItsState() {
    Net net = stateful(Layers.gru(4), 6);
    Tensor x = NetCheck.random(1, 2, 6, 3);
    Tensor h = NetCheck.random(2, 2, 4);
    // Gates z, r, h.
    Tensor kept = filled(net.weight("gru1.bias"), 200);
    NetCheck.Values same = NetCheck.run(net.withWeights(Map.of("gru1.bias", kept)), x, h);
    NetCheck.assertSame("state", h, same.get("y1"));
    // Nothing of the state before is left: with a closed reset gate any other gives the same.
    Tensor replaced = filled(net.weight("gru1.bias"), -200, -200);
    Net forgets = net.withWeights(Map.of("gru1.bias", replaced));
    NetCheck.assertSame(
        "state",
        NetCheck.run(forgets, x, h).get("y1"),
        NetCheck.run(forgets, x, NetCheck.random(9, 2, 4)).get("y1"));
  }

  @Test
  void anEncodersLastStateReachesTheDecoder() {
    Recurrent encoder = Layers.gru(4);
    Recurrent decoder = Layers.gru(4);
    Net net =
        Net.of(
            Input.of("source", 5, 3),
            Input.of("target", 2, 3),
            (source, target) -> decoder.call(target, encoder.call(source).get(1)).get(0));
    Tensor[] inputs = {NetCheck.random(1, 2, 5, 3), NetCheck.random(2, 2, 2, 3)};
    NetCheck.check(net, inputs);
    // The gradient reaches the encoder's first step.
    Tensor gradient = NetCheck.run(net, inputs).get("d/source");
    assertTrue(Math.abs(gradient.getDouble(0)) > 1e-6, gradient.toString());
  }

  @Test
  void partsOfANetAreNetsWithTheSameWeights() {
    Layer encoder = x -> x.dense(3).tanh();
    Layer decoder = z -> z.dense(6);
    Net whole =
        Net.of(
            dev.gatun.core.tensor.Shape.of(6),
            x -> x.named("encoder").then(encoder).named("decoder").then(decoder));
    Net first = part(whole, Input.of("x", 6), "encoder", encoder);
    Net second = part(whole, Input.of("x", 3), "decoder", decoder);
    Tensor x = NetCheck.random(1, 2, 6);
    Tensor code = NetCheck.run(first, x).get("y0");
    NetCheck.assertSame(
        "joined", NetCheck.run(whole, x).get("y0"), NetCheck.run(second, code).get("y0"));
  }

  private static Net part(Net whole, Input input, String name, Layer layer) {
    return Net.of(
        List.of(input),
        inputs -> Map.of("y", inputs.values().iterator().next().named(name).then(layer)),
        p -> Optional.of(whole.weight(p.name())));
  }

  @Test
  void repeatedIdsAddUpAndPaddingLearnsNothing() {
    Net net = Net.of(Input.ids("x", 4), ids -> ids.then(Layers.embedding(5, 2).padding(0)));
    NetCheck.Values found =
        NetCheck.run(
            net,
            List.of(Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 4, 2)),
            Tensor.of(new long[] {3, 0, 3, 1}, 1, 4));
    assertEquals(
        List.of(0f, 0f, 7f, 8f, 0f, 0f, 6f, 8f, 0f, 0f), floats(found.get("d/embedding1.weight")));
  }

  private static List<Float> floats(Tensor t) {
    List<Float> all = new java.util.ArrayList<>();
    for (float f : t.toFloats()) {
      all.add(f);
    }
    return all;
  }
}
