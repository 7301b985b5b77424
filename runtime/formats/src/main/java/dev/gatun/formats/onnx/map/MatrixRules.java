package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import java.util.List;
import java.util.Map;

/** Matrix products. */
final class MatrixRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("Det", n -> n.op("det", n.in(0))),
          entry(
              "Einsum",
              n ->
                  n.op(
                      "einsum",
                      Attrs.of("equation", n.text("equation")),
                      n.inputs().toArray(Value[]::new))),
          entry("Gemm", MatrixRules::gemm),
          entry("MatMul", n -> n.op("matmul", n.in(0), n.in(1))));

  private static List<Value> gemm(OnnxNode n) {
    n.ignore("broadcast");
    return n.op(
        "gemm",
        Attrs.of(
            "alpha",
            n.real("alpha", 1),
            "beta",
            n.real("beta", 1),
            "transposeA",
            n.flag("transA", false),
            "transposeB",
            n.flag("transB", false)),
        n.in(0),
        n.in(1),
        n.optional(2));
  }

  private MatrixRules() {}
}
