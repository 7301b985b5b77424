package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
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
          entry("MatMul", n -> n.op("matmul", n.in(0), n.in(1))),
          entry("MatMulInteger", MatrixRules::matmulInteger),
          entry("QLinearMatMul", MatrixRules::qlinearMatmul));

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

  private static List<Value> matmulInteger(OnnxNode n) {
    return n.op("matmul", centered(n, 0, 2, true), centered(n, 1, 3, false));
  }

  // Zero points are one number, or one a row of the first matrix, or one a column of the second.
  private static Value centered(OnnxNode n, int input, int zero, boolean rows) {
    Value x = n.cast(n.in(input), DType.I32);
    if (!n.has(zero)) {
      return x;
    }
    return n.add("sub", x, n.cast(perRow(n, n.in(zero), rows), DType.I32));
  }

  private static Value perRow(OnnxNode n, Value parameter, boolean rows) {
    boolean vector =
        rows
            && parameter.tensorType().shape().isRanked()
            && parameter.tensorType().shape().rank() == 1
            && parameter.tensorType().shape().size(0) != 1;
    return vector ? n.add("unsqueeze", parameter, n.vector(-1)) : parameter;
  }

  private static List<Value> qlinearMatmul(OnnxNode n) {
    Value a = real(n, 0, true);
    Value b = real(n, 3, false);
    Value product = n.add("matmul", a, b);
    Value scale = n.in(6);
    return n.op("quantizeLinear", product, n.cast(scale, DType.F32), n.in(7));
  }

  private static Value real(OnnxNode n, int at, boolean rows) {
    Value x = n.cast(n.in(at), DType.F32);
    Value zero = n.cast(perRow(n, n.in(at + 2), rows), DType.F32);
    Value scale = n.cast(perRow(n, n.in(at + 1), rows), DType.F32);
    return n.add("mul", n.add("sub", x, zero), scale);
  }

  private MatrixRules() {}
}
