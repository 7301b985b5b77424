package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import java.util.List;
import java.util.Map;

/** Operators that pick or place elements by index, or sort them. */
final class IndexRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("ArgMax", arg("argMax")),
          entry("ArgMin", arg("argMin")),
          entry("Compress", IndexRules::compress),
          entry("CumProd", cumulative("cumProd")),
          entry("CumSum", cumulative("cumSum")),
          entry("Gather", axis("gather")),
          entry("GatherElements", axis("gatherElements")),
          entry(
              "GatherND",
              n ->
                  n.op(
                      "gatherNd",
                      Attrs.of("batchDims", n.integer("batch_dims", 0)),
                      n.in(0),
                      n.in(1))),
          entry("NonZero", n -> n.op("nonZero", n.in(0))),
          entry(
              "OneHot",
              n ->
                  n.op(
                      "oneHot",
                      Attrs.of("axis", n.integer("axis", -1)),
                      n.in(0),
                      n.in(1),
                      n.in(2))),
          entry("Scatter", IndexRules::scatterElements),
          entry("ScatterElements", IndexRules::scatterElements),
          entry(
              "ScatterND",
              n ->
                  n.op(
                      "scatterNd",
                      Attrs.of("reduction", n.text("reduction", "none")),
                      n.in(0),
                      n.in(1),
                      n.in(2))),
          entry("TensorScatter", IndexRules::tensorScatter),
          entry("TopK", IndexRules::topK),
          entry("Unique", IndexRules::unique));

  private static Rule arg(String op) {
    return n ->
        n.op(
            op,
            Attrs.of(
                "axis",
                n.integer("axis", 0),
                "keepDims",
                n.flag("keepdims", true),
                "selectLast",
                n.flag("select_last_index", false)),
            n.in(0));
  }

  private static Rule axis(String op) {
    return n -> n.op(op, Attrs.of("axis", n.integer("axis", 0)), n.in(0), n.in(1));
  }

  private static Rule cumulative(String op) {
    return n ->
        n.op(
            op,
            Attrs.of("exclusive", n.flag("exclusive", false), "reverse", n.flag("reverse", false)),
            n.in(0),
            n.in(1));
  }

  private static List<Value> compress(OnnxNode n) {
    Attrs attrs = n.hasAttr("axis") ? Attrs.of("axis", n.integer("axis")) : Attrs.NONE;
    return n.op("compress", attrs, n.in(0), n.in(1));
  }

  private static List<Value> scatterElements(OnnxNode n) {
    return n.op(
        "scatterElements",
        Attrs.of("axis", n.integer("axis", 0), "reduction", n.text("reduction", "none")),
        n.in(0),
        n.in(1),
        n.in(2));
  }

  private static List<Value> tensorScatter(OnnxNode n) {
    return n.op(
        "tensorScatter",
        Attrs.of("axis", n.integer("axis", -2), "mode", n.text("mode", "linear")),
        n.in(0),
        n.in(1),
        n.optional(2));
  }

  private static List<Value> topK(OnnxNode n) {
    Attrs attrs =
        Attrs.of(
            "axis",
            n.integer("axis", -1),
            "largest",
            n.flag("largest", true),
            "sorted",
            n.flag("sorted", true));
    Value k = n.version() < 10 ? n.vector(n.integer("k")) : n.in(1);
    return n.op("topK", attrs, n.in(0), k);
  }

  private static List<Value> unique(OnnxNode n) {
    Attrs attrs = Attrs.of("sorted", n.flag("sorted", true));
    return n.op(
        "unique", n.hasAttr("axis") ? attrs.with("axis", n.integer("axis")) : attrs, n.in(0));
  }

  private IndexRules() {}
}
