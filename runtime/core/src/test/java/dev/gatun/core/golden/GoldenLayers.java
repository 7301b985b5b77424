package dev.gatun.core.golden;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Golden attention and PyTorch's stacked recurrent layers, written with ours. */
final class GoldenLayers {
  static void add(Map<String, GoldenOps.Builder> map) {
    GoldenOps.one(map, "attention", GoldenLayers::attention);
    // PyTorch's gates in the order of ours: i f g o to i o f c, and r z n to z r h.
    map.put("lstm", c -> stacked(c, "lstm", new int[] {0, 3, 1, 2}));
    map.put("gru", c -> stacked(c, "gru", new int[] {1, 0, 2}));
    map.put("rnn", c -> stacked(c, "rnn", new int[] {0}));
  }

  private static Value attention(GoldenCase c) {
    Attrs attrs = Attrs.of("causal", c.flag("causal", false), "softcap", c.real("softcap", 0));
    if (c.has("scale")) {
      attrs = attrs.with("scale", c.real("scale", 1));
    }
    Value mask = c.optional("mask");
    if (!mask.isAbsent() && mask.tensorType().dtype().isInteger()) {
      mask = c.node("cast", Attrs.of("to", DType.BOOL), mask);
    }
    return c.node("attention", attrs, c.in("q"), c.in("k"), c.in("v"), mask);
  }

  private static List<Value> stacked(GoldenCase c, String op, int[] gateOrder) {
    int layers = (int) c.integer("layers", 1);
    boolean both = c.flag("bidirectional", false);
    int directions = both ? 2 : 1;
    boolean batchFirst = c.flag("batch_first", false);
    Value x = c.in("x");
    if (batchFirst) {
      x = c.node("transpose", Attrs.of("perm", new long[] {1, 0, 2}), x);
    }
    List<Value> lastH = new ArrayList<>();
    List<Value> lastC = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      List<Value> w = new ArrayList<>();
      List<Value> r = new ArrayList<>();
      List<Value> bias = new ArrayList<>();
      for (int d = 0; d < directions; d++) {
        String suffix = "_l" + layer + (d == 1 ? "_reverse" : "");
        w.add(gates(c, c.in("weight_ih" + suffix), gateOrder));
        r.add(gates(c, c.in("weight_hh" + suffix), gateOrder));
        if (c.hasInput("bias_ih" + suffix)) {
          Value input = gates(c, c.in("bias_ih" + suffix), gateOrder);
          Value recurrent = gates(c, c.in("bias_hh" + suffix), gateOrder);
          bias.add(c.node("concat", Attrs.of("axis", 0), input, recurrent));
        }
      }
      List<Value> args = new ArrayList<>(List.of(x, stack(c, w), stack(c, r)));
      args.add(bias.isEmpty() ? Value.ABSENT : stack(c, bias));
      args.add(Value.ABSENT);
      args.add(layerState(c, "h0", layer * directions, directions));
      Attrs attrs =
          Attrs.of(
              "hidden", c.integer("hidden", 1), "direction", both ? "bidirectional" : "forward");
      if (op.equals("lstm")) {
        args.add(layerState(c, "c0", layer * directions, directions));
      } else if (op.equals("gru")) {
        attrs = attrs.with("linearBeforeReset", true);
      } else {
        String activation = c.text("nonlinearity", "tanh");
        attrs = attrs.with("activations", java.util.Collections.nCopies(directions, activation));
      }
      List<Value> results =
          c.nodes(op.equals("lstm") ? 3 : 2, op, attrs, args.toArray(Value[]::new));
      // [T, D, B, H] to [T, B, D H].
      Value y = c.node("transpose", Attrs.of("perm", new long[] {0, 2, 1, 3}), results.get(0));
      long[] s = y.tensorType().shape().sizes();
      x = c.node("reshape", y, c.vector(s[0], s[1], s[2] * s[3]));
      lastH.add(results.get(1));
      if (op.equals("lstm")) {
        lastC.add(results.get(2));
      }
    }
    List<Value> outputs = new ArrayList<>();
    outputs.add(batchFirst ? c.node("transpose", Attrs.of("perm", new long[] {1, 0, 2}), x) : x);
    outputs.add(c.node("concat", Attrs.of("axis", 0), lastH.toArray(Value[]::new)));
    if (!lastC.isEmpty()) {
      outputs.add(c.node("concat", Attrs.of("axis", 0), lastC.toArray(Value[]::new)));
    }
    return outputs;
  }

  /** The blocks of rows that belong to the gates, in another order. */
  private static Value gates(GoldenCase c, Value weight, int[] order) {
    if (order.length == 1) {
      return weight;
    }
    List<Value> blocks =
        c.nodes(order.length, "split", Attrs.of("axis", 0, "parts", order.length), weight);
    Value[] ordered = new Value[order.length];
    for (int i = 0; i < ordered.length; i++) {
      ordered[i] = blocks.get(order[i]);
    }
    return c.node("concat", Attrs.of("axis", 0), ordered);
  }

  private static Value stack(GoldenCase c, List<Value> directions) {
    Value[] rows =
        directions.stream()
            .map(value -> c.node("unsqueeze", value, c.vector(0)))
            .toArray(Value[]::new);
    return c.node("concat", Attrs.of("axis", 0), rows);
  }

  private static Value layerState(GoldenCase c, String name, int from, int count) {
    return c.hasInput(name)
        ? c.node(
            "slice", c.in(name), c.vector(from), c.vector(from + count), c.vector(0), c.vector(1))
        : Value.ABSENT;
  }

  private GoldenLayers() {}
}
