package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import java.util.List;
import java.util.Map;

/** LSTM, GRU and RNN. */
final class RecurrentRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry(
              "GRU",
              n ->
                  layer(
                      n,
                      "gru",
                      attrs(n).with("linearBeforeReset", n.flag("linear_before_reset", false)),
                      6)),
          entry(
              "LSTM",
              n ->
                  layer(n, "lstm", attrs(n).with("inputForget", n.flag("input_forget", false)), 8)),
          entry("RNN", n -> layer(n, "rnn", attrs(n), 6)));

  private static List<Value> layer(OnnxNode n, String op, Attrs attrs, int inputs) {
    Value[] args = new Value[inputs];
    for (int i = 0; i < inputs; i++) {
      args[i] = i < 3 ? n.in(i) : n.optional(i);
    }
    return n.op(op, attrs, args);
  }

  private static Attrs attrs(OnnxNode n) {
    n.ignore("output_sequence"); // opset 1: whether Y is wanted, which the outputs tell
    Attrs attrs =
        Attrs.of(
            "hidden",
            n.integer("hidden_size"),
            "direction",
            n.text("direction", "forward"),
            "layout",
            n.integer("layout", 0));
    if (n.hasAttr("activations")) {
      attrs = attrs.with("activations", n.texts("activations"));
    }
    if (n.hasAttr("activation_alpha")) {
      attrs = attrs.with("activationAlpha", n.reals("activation_alpha"));
    }
    if (n.hasAttr("activation_beta")) {
      attrs = attrs.with("activationBeta", n.reals("activation_beta"));
    }
    if (n.hasAttr("clip")) {
      attrs = attrs.with("clip", n.real("clip"));
    }
    return attrs;
  }

  private RecurrentRules() {}
}
