package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import java.util.List;
import java.util.Map;

/** Fourier transforms, windows and mel filters. */
final class SignalRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("BlackmanWindow", window("blackmanWindow")),
          entry("DFT", SignalRules::dft),
          entry("HammingWindow", window("hammingWindow")),
          entry("HannWindow", window("hannWindow")),
          entry("MelWeightMatrix", SignalRules::melWeightMatrix),
          entry("STFT", SignalRules::stft));

  private static Rule window(String op) {
    return n ->
        n.op(
            op,
            Attrs.of(
                "dtype",
                n.dtype("output_datatype", DType.F32),
                "periodic",
                n.flag("periodic", true)),
            n.in(0));
  }

  private static List<Value> dft(OnnxNode n) {
    Attrs attrs =
        Attrs.of("inverse", n.flag("inverse", false), "onesided", n.flag("onesided", false));
    Value axis =
        n.version() < 20 ? n.vector(n.integer("axis", 1)) : n.has(2) ? n.in(2) : n.vector(-2);
    return n.op("dft", attrs, n.in(0), n.optional(1), axis);
  }

  private static List<Value> melWeightMatrix(OnnxNode n) {
    return n.op(
        "melWeightMatrix",
        Attrs.of("dtype", n.dtype("output_datatype", DType.F32)),
        n.in(0),
        n.in(1),
        n.in(2),
        n.in(3),
        n.in(4));
  }

  private static List<Value> stft(OnnxNode n) {
    return n.op(
        "stft",
        Attrs.of("onesided", n.flag("onesided", true)),
        n.in(0),
        n.in(1),
        n.optional(2),
        n.optional(3));
  }

  private SignalRules() {}
}
