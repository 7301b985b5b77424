package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Operators that work element by element. */
final class ElementwiseRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("Abs", plain("abs")),
          entry("Acos", plain("acos")),
          entry("Acosh", plain("acosh")),
          entry("Add", binary("add")),
          entry("And", binary("and")),
          entry("Asin", plain("asin")),
          entry("Asinh", plain("asinh")),
          entry("Atan", plain("atan")),
          entry("Atanh", plain("atanh")),
          entry("BitShift", ElementwiseRules::bitShift),
          entry("BitwiseAnd", plain("bitAnd")),
          entry("BitwiseNot", plain("bitNot")),
          entry("BitwiseOr", plain("bitOr")),
          entry("BitwiseXor", plain("bitXor")),
          entry("Cast", ElementwiseRules::cast),
          entry("CastLike", ElementwiseRules::castLike),
          entry("Ceil", plain("ceil")),
          entry("Celu", reals("celu", "alpha", 1.0)),
          entry("Clip", ElementwiseRules::clip),
          entry("Cos", plain("cos")),
          entry("Cosh", plain("cosh")),
          entry("Div", binary("div")),
          entry("Dropout", ElementwiseRules::dropout),
          entry("Elu", reals("elu", "alpha", 1.0)),
          entry("Equal", binary("equal")),
          entry("Erf", plain("erf")),
          entry("Exp", plain("exp")),
          entry("Floor", plain("floor")),
          entry(
              "Gelu",
              n -> n.op("gelu", Attrs.of("approximate", n.text("approximate", "none")), n.in(0))),
          entry("Greater", binary("greater")),
          entry("GreaterOrEqual", binary("greaterEqual")),
          entry("HardSigmoid", reals("hardSigmoid", "alpha", 0.2, "beta", 0.5)),
          entry("HardSwish", plain("hardSwish")),
          entry("Identity", n -> List.of(n.in(0))),
          entry(
              "IsInf",
              n ->
                  n.op(
                      "isInf",
                      Attrs.of(
                          "negative",
                          n.flag("detect_negative", true),
                          "positive",
                          n.flag("detect_positive", true)),
                      n.in(0))),
          entry("IsNaN", plain("isNaN")),
          entry("LeakyRelu", reals("leakyRelu", "alpha", 0.01)),
          entry("Less", binary("less")),
          entry("LessOrEqual", binary("lessEqual")),
          entry("Log", plain("log")),
          entry("Max", variadic("max")),
          entry("Mean", ElementwiseRules::mean),
          entry("Min", variadic("min")),
          entry("Mish", plain("mish")),
          entry("Mod", n -> n.op("rem", Attrs.of("fmod", n.flag("fmod", false)), n.in(0), n.in(1))),
          entry("Mul", binary("mul")),
          entry("Neg", plain("neg")),
          entry("Not", plain("not")),
          entry("Or", binary("or")),
          entry("PRelu", ElementwiseRules::prelu),
          entry("Pow", binary("pow")),
          entry("Reciprocal", plain("reciprocal")),
          entry("Relu", plain("relu")),
          entry("Round", plain("round")),
          entry("Selu", ElementwiseRules::selu),
          entry("Shrink", reals("shrink", "bias", 0.0, "lambd", 0.5)),
          entry("Sigmoid", plain("sigmoid")),
          entry("Sign", plain("sign")),
          entry("Sin", plain("sin")),
          entry("Sinh", plain("sinh")),
          entry("Softplus", plain("softplus")),
          entry("Softsign", plain("softsign")),
          entry("Sqrt", plain("sqrt")),
          entry("Sub", binary("sub")),
          entry("Sum", variadic("add")),
          entry("SwiGLU", ElementwiseRules::swiGlu),
          entry("Swish", n -> n.op("swish", Attrs.of("beta", n.real("alpha", 1)), n.in(0))),
          entry("Tan", plain("tan")),
          entry("Tanh", plain("tanh")),
          entry("ThresholdedRelu", reals("thresholdedRelu", "alpha", 1.0)),
          entry("Where", plain("where")),
          entry("Xor", binary("xor")));

  /** The same operator under another name, without attributes. */
  static Rule plain(String op) {
    return n -> {
      n.ignore("consumed_inputs"); // opset 1 to 5: a hint for reusing memory
      return n.op(op, n.inputs().toArray(Value[]::new));
    };
  }

  /** One input and real attributes of the same name and meaning. */
  static Rule reals(String op, Object... namesAndDefaults) {
    return n -> {
      n.ignore("consumed_inputs");
      Attrs attrs = Attrs.NONE;
      for (int i = 0; i < namesAndDefaults.length; i += 2) {
        String name = (String) namesAndDefaults[i];
        attrs = attrs.with(name, n.real(name, (Double) namesAndDefaults[i + 1]));
      }
      return n.op(op, attrs, n.in(0));
    };
  }

  private static Rule binary(String op) {
    return n -> n.op(op, n.in(0), broadcast(n));
  }

  // Before opset 7 the second input is stretched only if the node says so, from a given axis on.
  private static Value broadcast(OnnxNode n) {
    n.ignore("consumed_inputs");
    Value y = n.in(1);
    if (n.version() >= 7 || !n.flag("broadcast", false)) {
      return y;
    }
    if (!n.hasAttr("axis")) {
      return y;
    }
    int rank = n.shape(0).rank();
    long axis = n.integer("axis");
    long after = rank - (axis < 0 ? axis + rank : axis) - n.shape(1).rank();
    return trailing(n, y, after);
  }

  /** Appends axes of size 1. */
  private static Value trailing(OnnxNode n, Value y, long count) {
    if (count <= 0) {
      return y;
    }
    long[] axes = new long[Math.toIntExact(count)];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = (long) y.tensorType().shape().rank() + i;
    }
    return n.add("unsqueeze", y, n.vector(axes));
  }

  private static Rule variadic(String op) {
    return n -> {
      n.ignore("consumed_inputs");
      Value sum = n.in(0);
      for (int i = 1; i < n.count(); i++) {
        sum = i == n.count() - 1 ? n.op(op, sum, n.in(i)).get(0) : n.add(op, sum, n.in(i));
      }
      return List.of(sum);
    };
  }

  private static List<Value> mean(OnnxNode n) {
    n.ignore("consumed_inputs");
    Value sum = n.in(0);
    for (int i = 1; i < n.count(); i++) {
      sum = n.add("add", sum, n.in(i));
    }
    return n.op("div", sum, n.scalar(sum, n.count()));
  }

  private static List<Value> bitShift(OnnxNode n) {
    String direction = n.text("direction");
    return switch (direction) {
      case "LEFT" -> n.op("shiftLeft", n.in(0), n.in(1));
      case "RIGHT" -> n.op("shiftRight", n.in(0), n.in(1));
      default -> throw n.error("direction must be LEFT or RIGHT, got '%s'", direction);
    };
  }

  private static List<Value> cast(OnnxNode n) {
    DType to = n.version() < 6 ? DType.valueOf(legacyType(n.text("to"))) : n.dtype("to");
    return cast(n, to);
  }

  // Opset 1 to 5 name the type.
  private static String legacyType(String name) {
    return switch (name) {
      case "FLOAT" -> "F32";
      case "DOUBLE" -> "F64";
      case "FLOAT16" -> "F16";
      default -> name.replace("UINT", "U").replace("INT", "I");
    };
  }

  private static List<Value> castLike(OnnxNode n) {
    return cast(n, n.dtype(1));
  }

  private static List<Value> cast(OnnxNode n, DType to) {
    Attrs attrs = Attrs.of("to", to, "saturate", n.flag("saturate", true));
    String mode = n.text("round_mode", "up");
    return n.op("cast", to == DType.F8E8M0 ? attrs.with("mode", mode) : attrs, n.in(0));
  }

  private static List<Value> clip(OnnxNode n) {
    n.ignore("consumed_inputs");
    if (n.version() < 11) {
      return n.op(
          "clip",
          Attrs.of(
              "min",
              n.real("min", Double.NEGATIVE_INFINITY),
              "max",
              n.real("max", Double.POSITIVE_INFINITY)),
          n.in(0));
    }
    Optional<Double> min = n.has(1) ? n.constantReal(1) : Optional.of(Double.NEGATIVE_INFINITY);
    Optional<Double> max = n.has(2) ? n.constantReal(2) : Optional.of(Double.POSITIVE_INFINITY);
    // Bounds of an integer type's whole range would round in double.
    if (n.dtype(0).isFloat() && min.isPresent() && max.isPresent() && min.get() <= max.get()) {
      return n.op("clip", Attrs.of("min", min.get(), "max", max.get()), n.in(0));
    }
    return n.op("clipDynamic", n.in(0), n.optional(1), n.optional(2));
  }

  private static List<Value> dropout(OnnxNode n) {
    n.ignore("consumed_inputs", "seed", "is_test");
    double ratio = n.version() < 12 ? n.real("ratio", 0.5) : n.constantReal(1).orElse(0.5);
    boolean training = n.has(2) && n.in(2).constant().map(t -> t.getBoolean(0)).orElse(true);
    if (training && (n.in(2).constant().isEmpty() || ratio != 0)) {
      return RandomRules.dropout(n);
    }
    if (!n.wants(1)) {
      return List.of(n.in(0));
    }
    // The mask says which elements were kept. Until opset 9 it had the type of the data.
    DType type = n.version() < 10 ? n.dtype(0) : DType.BOOL;
    Value mask =
        n.add(
            "constantOfShape",
            Attrs.of("value", Tensor.scalar(type, 1).reshape(Shape.of(1))),
            n.add("shapeOf", n.in(0)));
    return List.of(n.in(0), mask);
  }

  private static List<Value> prelu(OnnxNode n) {
    n.ignore("consumed_inputs");
    Value slope = n.in(1);
    Shape shape = n.shape(1);
    // Before opset 7 the slope is one number or one number a channel (axis 1).
    if (n.version() < 7 && shape.rank() == 1 && shape.size(0) != 1) {
      slope = trailing(n, slope, n.shape(0).rank() - 2);
    }
    return n.op("prelu", n.in(0), slope);
  }

  private static List<Value> selu(OnnxNode n) {
    n.ignore("consumed_inputs");
    boolean old = n.version() < 6;
    return n.op(
        "selu",
        Attrs.of(
            "alpha",
            n.real("alpha", old ? 1.6732 : 1.6732631921768188),
            "gamma",
            n.real("gamma", old ? 1.0507 : 1.0507010221481323)),
        n.in(0));
  }

  private static List<Value> swiGlu(OnnxNode n) {
    Value gate = n.add("swish", Attrs.of("beta", n.real("alpha", 1)), n.in(0));
    return n.op("mul", gate, n.in(1));
  }

  private ElementwiseRules() {}
}
