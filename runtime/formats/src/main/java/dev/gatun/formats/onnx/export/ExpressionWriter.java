package dev.gatun.formats.onnx.export;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Writes what a pointwise operator computes for each element, function by function. */
final class ExpressionWriter {
  private final ExportNode n;
  private final IdentityHashMap<Expr, String> known = new IdentityHashMap<>();

  ExpressionWriter(ExportNode n) {
    this.n = n;
  }

  /** The name of the result. */
  String write(OpDef.Pointwise pointwise) {
    List<Expr> inputs = new ArrayList<>();
    ExprBuilder e = new ExprBuilder();
    for (int i = 0; i < n.count(); i++) {
      inputs.add(e.input(i, n.dtype(i)));
    }
    return name(pointwise.value(e, n.attrs(), inputs));
  }

  private String name(Expr expr) {
    String name = known.get(expr);
    if (name == null) {
      name =
          switch (expr) {
            case Expr.Input(int index, DType _) -> n.in(index);
            case Expr.Real(double value, DType type) -> n.scalar(type, value);
            case Expr.Whole(long value, DType type) ->
                n.out().constant(Tensor.whole(type, Shape.SCALAR, new long[] {value}));
            case Expr.Apply apply -> apply(apply);
          };
      known.put(expr, name);
    }
    return name;
  }

  private String apply(Expr.Apply apply) {
    String[] x = new String[apply.args().size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = name(apply.args().get(i));
    }
    DType type = apply.args().getLast().type();
    return switch (apply.fn()) {
      case NEG -> n.add("Neg", x);
      case ABS -> n.add("Abs", x);
      case SQRT -> n.add("Sqrt", x);
      case EXP -> n.add("Exp", x);
      case LOG -> n.add("Log", x);
      case TANH -> n.add("Tanh", x);
      case ERF -> n.add("Erf", x);
      case SIN -> n.add("Sin", x);
      case COS -> n.add("Cos", x);
      case TAN -> n.add("Tan", x);
      case ASIN -> n.add("Asin", x);
      case ACOS -> n.add("Acos", x);
      case ATAN -> n.add("Atan", x);
      case SINH -> n.add("Sinh", x);
      case COSH -> n.add("Cosh", x);
      case ASINH -> n.add("Asinh", x);
      case ACOSH -> n.add("Acosh", x);
      case ATANH -> n.add("Atanh", x);
      case EXPM1 -> expm1(x[0], type);
      case LOG1P -> log1p(x[0], type);
      case FLOOR -> type.isFloat() ? n.add("Floor", x) : x[0];
      case CEIL -> type.isFloat() ? n.add("Ceil", x) : x[0];
      case RINT -> type.isFloat() ? n.add("Round", x) : x[0];
      case TRUNC ->
          type.isFloat() ? n.add("Mul", n.add("Sign", x), n.add("Floor", n.add("Abs", x))) : x[0];
      case SIGN -> n.add("Sign", x);
      case NOT -> n.add("Not", x);
      case BIT_NOT -> n.add("BitwiseNot", x);
      case IS_NAN -> n.add("IsNaN", x);
      case IS_INFINITE -> n.add("IsInf", x);
      case ADD -> n.add("Add", x);
      case SUB -> n.add("Sub", x);
      case MUL -> n.add("Mul", x);
      case DIV -> n.add("Div", x);
      case REM -> n.add("Mod", Map.of("fmod", true), x);
      case MIN -> n.add("Min", x);
      case MAX -> n.add("Max", x);
      case POW -> n.add("Pow", x);
      case ATAN2 -> atan2(x[0], x[1], type);
      case AND -> n.add(type == DType.BOOL ? "And" : "BitwiseAnd", x);
      case OR -> n.add(type == DType.BOOL ? "Or" : "BitwiseOr", x);
      case XOR -> n.add(type == DType.BOOL ? "Xor" : "BitwiseXor", x);
      case SHL -> shifted("LEFT", apply.args().getFirst().type(), x);
      case SHR -> shifted("RIGHT", apply.args().getFirst().type(), x);
      case LESS -> n.add("Less", x);
      case LESS_EQUAL -> n.add("LessOrEqual", x);
      case EQUAL -> n.add("Equal", x);
      case SELECT -> n.add("Where", x);
      case FMA -> n.add("Add", n.add("Mul", x[0], x[1]), x[2]);
      case CAST -> apply.type() == type ? x[0] : n.add("Cast", Map.of("to", apply.type()), x);
    };
  }

  /** tanh(x / 2) (exp(x) + 1): exact for small numbers, and infinite where it should be. */
  private String expm1(String x, DType type) {
    String half = n.add("Tanh", n.add("Mul", x, n.scalar(type, 0.5)));
    return n.add("Mul", half, n.add("Add", n.add("Exp", x), n.scalar(type, 1)));
  }

  /** 2 atanh(x / (x + 2)) for small numbers, the plain logarithm for others. */
  private String log1p(String x, DType type) {
    String part = n.add("Div", x, n.add("Add", x, n.scalar(type, 2)));
    String small = n.add("Mul", n.add("Atanh", part), n.scalar(type, 2));
    String large = n.add("Log", n.add("Add", x, n.scalar(type, 1)));
    String isSmall = n.add("Less", n.add("Abs", x), n.scalar(type, 0.5));
    return n.add("Where", isSmall, small, large);
  }

  /** The angle of y / x, turned by half a circle left of the axis. */
  private String atan2(String y, String x, DType type) {
    String zero = n.scalar(type, 0);
    String pi = n.scalar(type, Math.PI);
    String angle = n.add("Atan", n.add("Div", y, x));
    String up = n.add("Add", angle, pi);
    String down = n.add("Sub", angle, pi);
    String below = n.add("Less", y, zero);
    String left = n.add("Where", below, down, up);
    String both = n.add("And", n.add("Equal", x, zero), n.add("Equal", y, zero));
    String found = n.add("Where", n.add("Less", x, zero), left, angle);
    return n.add("Where", both, zero, found);
  }

  /** ONNX shifts only numbers without a sign; to the left the bits are the same. */
  private String shifted(String direction, DType type, String[] x) {
    if (type.kind() == DType.Kind.UINT) {
      return n.add("BitShift", Map.of("direction", direction), x);
    }
    if (direction.equals("RIGHT")) {
      throw new GatunException("ONNX does not shift numbers with a sign to the right");
    }
    DType bits = DType.valueOf(type.name().replace("I", "U"));
    String shifted =
        n.add(
            "BitShift",
            Map.of("direction", direction),
            n.add("Cast", Map.of("to", bits), x[0]),
            n.add("Cast", Map.of("to", bits), x[1]));
    return n.add("Cast", Map.of("to", type), shifted);
  }
}
