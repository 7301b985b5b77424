package dev.gatun.formats.onnx.export;

import static dev.gatun.formats.onnx.export.Given.same;
import static java.util.Map.entry;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import java.util.List;
import java.util.Map;

/**
 * Operators that work element by element. Those that are not here are written as the expression
 * that they compute.
 */
final class ElementwiseExport {
  static final Map<String, ExportRule> TABLE =
      Map.ofEntries(
          entry("abs", same("Abs")),
          entry("acos", same("Acos")),
          entry("acosh", same("Acosh")),
          entry("add", same("Add")),
          entry("and", same("And")),
          entry("asin", same("Asin")),
          entry("asinh", same("Asinh")),
          entry("atan", same("Atan")),
          entry("atanh", same("Atanh")),
          entry("bitAnd", bits("BitwiseAnd", "And")),
          entry("bitNot", same("BitwiseNot")),
          entry("bitOr", bits("BitwiseOr", "Or")),
          entry("bitXor", bits("BitwiseXor", "Xor")),
          entry("cast", ElementwiseExport::cast),
          entry("ceil", real("Ceil")),
          entry("celu", ElementwiseExport::celu),
          entry("clip", ElementwiseExport::clip),
          entry("clipDynamic", ElementwiseExport::clipDynamic),
          entry("cos", same("Cos")),
          entry("cosh", same("Cosh")),
          entry("div", same("Div")),
          entry("elu", same("Elu", "alpha", "alpha")),
          entry("equal", same("Equal")),
          entry("erf", same("Erf")),
          entry("exp", same("Exp")),
          entry("floor", real("Floor")),
          entry("gelu", same("Gelu", "approximate", "approximate")),
          entry("greater", same("Greater")),
          entry("greaterEqual", same("GreaterOrEqual")),
          entry("hardSigmoid", same("HardSigmoid", "alpha", "alpha", "beta", "beta")),
          entry("hardSwish", same("HardSwish")),
          entry("identity", same("Identity")),
          entry(
              "isInf", same("IsInf", "detect_negative", "negative", "detect_positive", "positive")),
          entry("isNaN", same("IsNaN")),
          entry("leakyRelu", same("LeakyRelu", "alpha", "alpha")),
          entry("less", same("Less")),
          entry("lessEqual", same("LessOrEqual")),
          entry("log", same("Log")),
          entry("logSigmoid", n -> n.op("Neg", n.add("Softplus", n.add("Neg", n.in(0))))),
          entry("max", same("Max")),
          entry("min", same("Min")),
          entry("mish", same("Mish")),
          entry("mul", same("Mul")),
          entry("neg", same("Neg")),
          entry("not", same("Not")),
          entry("or", same("Or")),
          entry("pow", same("Pow")),
          entry("prelu", ElementwiseExport::prelu),
          entry("reciprocal", same("Reciprocal")),
          entry("relu", same("Relu")),
          entry("rem", ElementwiseExport::rem),
          entry("round", real("Round")),
          entry("rsqrt", n -> n.op("Reciprocal", n.add("Sqrt", n.in(0)))),
          entry("selu", same("Selu", "alpha", "alpha", "gamma", "gamma")),
          entry("shrink", same("Shrink", "bias", "bias", "lambd", "lambd")),
          entry("sigmoid", same("Sigmoid")),
          entry("sign", same("Sign")),
          entry("silu", n -> n.op("Mul", n.in(0), n.add("Sigmoid", n.in(0)))),
          entry("sin", same("Sin")),
          entry("sinh", same("Sinh")),
          entry("softplus", same("Softplus")),
          entry("softsign", same("Softsign")),
          entry("sqrt", same("Sqrt")),
          entry("square", n -> n.op("Mul", n.in(0), n.in(0))),
          entry("stopGradient", same("Identity")),
          entry("straightThrough", n -> n.op("Identity", n.in(1))),
          entry("sub", same("Sub")),
          entry("swish", ElementwiseExport::swish),
          entry("tan", same("Tan")),
          entry("tanh", same("Tanh")),
          entry("thresholdedRelu", same("ThresholdedRelu", "alpha", "alpha")),
          entry("where", same("Where")),
          entry("xor", same("Xor")));

  /** ONNX has the operator for floating numbers only; integers stay what they are. */
  private static ExportRule real(String type) {
    return n -> n.op(n.dtype(0).isFloat() ? type : "Identity", n.in(0));
  }

  private static ExportRule bits(String numbers, String booleans) {
    return n -> n.op(n.dtype(0) == DType.BOOL ? booleans : numbers, n.inputs());
  }

  private static List<String> cast(ExportNode n) {
    DType to = n.attrs().dtype("to");
    if (to == DType.F8E8M0) {
      return List.of();
    }
    boolean small = to.name().startsWith("F8");
    return n.op(
        "Cast",
        small ? Map.of("to", to, "saturate", n.attrs().flag("saturate")) : Map.of("to", to),
        n.in(0));
  }

  // Celu knows float32 only.
  private static List<String> celu(ExportNode n) {
    return n.dtype(0) == DType.F32
        ? n.op("Celu", Given.of(n.attrs(), "alpha", "alpha"), n.in(0))
        : List.of();
  }

  private static List<String> clip(ExportNode n) {
    double min = n.attrs().real("min");
    double max = n.attrs().real("max");
    return n.op(
        "Clip",
        n.in(0),
        min == Double.NEGATIVE_INFINITY ? "" : n.scalar(n.dtype(0), min),
        max == Double.POSITIVE_INFINITY ? "" : n.scalar(n.dtype(0), max));
  }

  private static List<String> clipDynamic(ExportNode n) {
    for (int i = 1; i < n.count(); i++) {
      if (n.has(i) && !(n.shape(i).isRanked() && n.shape(i).rank() == 0)) {
        return List.of();
      }
    }
    return n.op("Clip", n.inputs());
  }

  /** PRelu stretches the slope, never the input. */
  private static List<String> prelu(ExportNode n) {
    Shape x = n.shape(0);
    Shape slope = n.shape(1);
    boolean fits = x.isRanked() && slope.isRanked() && slope.rank() <= x.rank();
    for (int i = 1; fits && i <= slope.rank(); i++) {
      fits = slope.size(-i) == 1 || slope.size(-i) == x.size(-i);
    }
    return fits ? n.op("PRelu", n.inputs()) : List.of();
  }

  /** Mod wants fmod for floating numbers. */
  private static List<String> rem(ExportNode n) {
    boolean fmod = n.attrs().flag("fmod");
    return n.dtype(0).isFloat() && !fmod
        ? List.of()
        : n.op("Mod", Map.of("fmod", fmod), n.inputs());
  }

  private static List<String> swish(ExportNode n) {
    String scaled = n.add("Mul", n.in(0), n.scalar(n.dtype(0), n.attrs().real("beta")));
    return n.op("Mul", n.in(0), n.add("Sigmoid", scaled));
  }

  private ElementwiseExport() {}
}
