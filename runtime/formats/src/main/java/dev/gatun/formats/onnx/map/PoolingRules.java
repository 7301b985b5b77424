package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import java.util.List;
import java.util.Map;

/** Pooling. */
final class PoolingRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry(
              "AveragePool",
              n ->
                  n.op(
                      "averagePool",
                      attrs(n).with("countIncludePad", n.flag("count_include_pad", false)),
                      n.in(0))),
          entry("GlobalAveragePool", n -> n.op("globalAveragePool", n.in(0))),
          entry("GlobalLpPool", n -> n.op("globalLpPool", Attrs.of("p", p(n)), n.in(0))),
          entry("GlobalMaxPool", n -> n.op("globalMaxPool", n.in(0))),
          entry("LpPool", n -> n.op("lpPool", attrs(n).with("p", p(n)), n.in(0))),
          entry(
              "MaxPool",
              n ->
                  n.op(
                      "maxPool",
                      attrs(n).with("storageOrder", n.integer("storage_order", 0)),
                      n.in(0))),
          entry("MaxUnpool", PoolingRules::maxUnpool));

  private static Attrs attrs(OnnxNode n) {
    return ConvolutionRules.window(n)
        .with("kernel", n.integers("kernel_shape"))
        .with("ceilMode", n.flag("ceil_mode", false));
  }

  // Opset 1 had a float.
  private static long p(OnnxNode n) {
    return n.version() < 2 ? (long) n.real("p", 2) : n.integer("p", 2);
  }

  private static List<Value> maxUnpool(OnnxNode n) {
    Attrs attrs = Attrs.of("kernel", n.integers("kernel_shape"));
    for (String name : List.of("strides", "pads")) {
      if (n.hasAttr(name)) {
        attrs = attrs.with(name, n.integers(name));
      }
    }
    return n.op("maxUnpool", attrs, n.in(0), n.in(1), n.optional(2));
  }

  private PoolingRules() {}
}
