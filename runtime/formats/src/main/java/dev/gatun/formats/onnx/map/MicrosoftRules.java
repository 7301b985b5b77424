package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Operators that ONNX Runtime's optimizer and exporters write (domain com.microsoft). */
final class MicrosoftRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("BiasAdd", n -> n.op("add", n.add("add", n.in(0), n.in(1)), n.in(2))),
          entry("BiasGelu", n -> n.op("gelu", n.add("add", n.in(0), n.in(1)))),
          entry("FastGelu", MicrosoftRules::fastGelu),
          entry("FusedConv", MicrosoftRules::fusedConv),
          entry("FusedGemm", MicrosoftRules::fusedGemm),
          entry("FusedMatMul", MicrosoftRules::fusedMatmul),
          entry("Gelu", n -> n.op("gelu", n.in(0))),
          entry("MatMulIntegerToFloat", IntegerRules::matmulToFloat),
          entry("QLinearAdd", n -> quantizedBinary(n, "add")),
          entry("QLinearMul", n -> quantizedBinary(n, "mul")),
          entry("QLinearSigmoid", MicrosoftRules::quantizedSigmoid),
          entry(
              "QuickGelu", n -> n.op("swish", Attrs.of("beta", n.real("alpha", 1.702f)), n.in(0))),
          entry("SimplifiedLayerNormalization", MicrosoftRules::simplifiedLayerNorm),
          entry("SkipLayerNormalization", n -> skipLayerNorm(n, false)),
          entry("SkipSimplifiedLayerNormalization", n -> skipLayerNorm(n, true)));

  private static List<Value> fastGelu(OnnxNode n) {
    Value x = n.has(1) ? n.add("add", n.in(0), n.in(1)) : n.in(0);
    return n.op("gelu", Attrs.of("approximate", "tanh"), x);
  }

  private static List<Value> fusedConv(OnnxNode n) {
    String activation = n.text("activation", "");
    double[] params = n.reals("activation_params");
    Value y = n.add("conv", ConvolutionRules.attrs(n), n.in(0), n.in(1), n.optional(2));
    if (n.has(3)) {
      y = n.add("add", y, n.in(3));
    }
    return List.of(activated(n, y, activation, params));
  }

  private static Value activated(OnnxNode n, Value x, String name, double[] params) {
    return switch (name) {
      case "" -> x;
      case "Relu" -> n.add("relu", x);
      case "Sigmoid" -> n.add("sigmoid", x);
      case "Tanh" -> n.add("tanh", x);
      case "LeakyRelu" -> n.add("leakyRelu", Attrs.of("alpha", param(params, 0, 0.01)), x);
      case "Clip" ->
          n.add(
              "clip",
              Attrs.of(
                  "min",
                  param(params, 0, Double.NEGATIVE_INFINITY),
                  "max",
                  param(params, 1, Double.POSITIVE_INFINITY)),
              x);
      case "HardSigmoid" ->
          n.add(
              "hardSigmoid",
              Attrs.of("alpha", param(params, 0, 0.2), "beta", param(params, 1, 0.5)),
              x);
      default -> throw n.unsupported("activation '%s'", name);
    };
  }

  private static double param(double[] params, int i, double byDefault) {
    return i < params.length ? params[i] : byDefault;
  }

  private static List<Value> fusedGemm(OnnxNode n) {
    String activation = n.text("activation", "");
    List<Double> params = new ArrayList<>();
    for (String name : List.of("activation_alpha", "activation_beta")) {
      if (n.hasAttr(name)) {
        params.add(n.real(name));
      }
    }
    Value y =
        n.add(
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
    double[] given = params.stream().mapToDouble(Double::doubleValue).toArray();
    return List.of(activated(n, y, activation, given));
  }

  private static List<Value> fusedMatmul(OnnxNode n) {
    if (n.flag("transBatchA", false) || n.flag("transBatchB", false)) {
      throw n.unsupported("transposed batch axes");
    }
    double alpha = n.real("alpha", 1);
    Attrs attrs =
        Attrs.of("transposeA", n.flag("transA", false), "transposeB", n.flag("transB", false));
    Value y = n.add("matmul", attrs, n.in(0), n.in(1));
    return alpha == 1 ? List.of(y) : n.op("mul", y, n.scalar(y, alpha));
  }

  private static Value real(OnnxNode n, int at) {
    return n.add("dequantizeLinear", n.in(at), n.in(at + 1), n.optional(at + 2));
  }

  private static List<Value> quantizedBinary(OnnxNode n, String op) {
    Value y = n.add(op, real(n, 0), real(n, 3));
    return n.op("quantizeLinear", Attrs.of("outputDtype", n.dtype(0)), y, n.in(6), n.optional(7));
  }

  private static List<Value> quantizedSigmoid(OnnxNode n) {
    Value y = n.add("sigmoid", real(n, 0));
    return n.op("quantizeLinear", Attrs.of("outputDtype", n.dtype(0)), y, n.in(3), n.optional(4));
  }

  static List<Value> simplifiedLayerNorm(OnnxNode n) {
    n.ignore("stash_type");
    return n.op(
        "rmsNorm",
        Attrs.of("axis", n.integer("axis", -1), "epsilon", n.real("epsilon", 1e-5f)),
        n.in(0),
        n.in(1));
  }

  // Inputs x, skip, scale, (bias of the norm,) bias of the sum; output 3 is the sum.
  private static List<Value> skipLayerNorm(OnnxNode n, boolean simplified) {
    Value sum = n.add("add", n.in(0), n.in(1));
    Value bias = n.optional(simplified ? 3 : 4);
    sum = bias.isAbsent() ? sum : n.add("add", sum, bias);
    if (simplified) {
      Attrs attrs = Attrs.of("epsilon", n.real("epsilon", 1e-5f));
      Value y = n.add("rmsNorm", attrs, sum, n.in(2));
      return outputs(n, y, sum);
    }
    Attrs attrs = Attrs.of("epsilon", n.real("epsilon", 1e-12f));
    return outputs(n, n.add("layerNorm", attrs, sum, n.in(2), n.optional(3)), sum);
  }

  private static List<Value> outputs(OnnxNode n, Value y, Value sum) {
    if (n.wants(1) || n.wants(2)) {
      throw n.unsupported("mean and deviation as outputs");
    }
    return List.of(y, Value.ABSENT, Value.ABSENT, sum);
  }

  private MicrosoftRules() {}
}
