package dev.gatun.core.codegen;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.Fn;
import dev.gatun.core.tensor.DType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Emits an expression as vector code: floats as FloatVector, booleans as VectorMask, each node
 * once.
 */
final class VectorEmitter {
  private final Code code;
  private final Map<Float, Integer> constants;
  private final Map<Expr, Integer> done = new HashMap<>();

  /**
   * Emits into a method.
   *
   * @param constants locals of constants that were broadcast before the loop
   * @param inputs locals of the inputs' elements
   */
  VectorEmitter(Code code, Map<Float, Integer> constants, Map<Expr.Input, Integer> inputs) {
    this.code = code;
    this.constants = new HashMap<>(constants);
    done.putAll(inputs);
  }

  /** Why an expression cannot be emitted, or empty if it can. */
  static String refusal(Expr expr) {
    if (expr.type() != DType.F32 && expr.type() != DType.BOOL) {
      return "no vector code for " + expr.type();
    }
    if (!(expr instanceof Expr.Apply apply)) {
      return "";
    }
    switch (apply.fn()) {
      case ASINH, ACOSH, ATANH, REM, BIT_NOT, SHL, SHR -> {
        return "no vector code for " + apply.fn();
      }
      default -> {}
    }
    for (Expr arg : apply.args()) {
      String refusal = refusal(arg);
      if (!refusal.isEmpty()) {
        return refusal;
      }
    }
    return "";
  }

  /** Emits an expression; the result is the local that holds it. */
  int emit(Expr expr) {
    Integer known = done.get(expr);
    if (known != null) {
      return known;
    }
    int local =
        switch (expr) {
          case Expr.Real real -> constant((float) real.value());
          case Expr.Whole whole -> code.constantMask(whole.value() != 0);
          case Expr.Input input ->
              throw new IllegalStateException("input " + input.index() + " was not loaded");
          case Expr.Apply apply -> apply(apply);
        };
    done.put(expr, local);
    return local;
  }

  private int constant(float value) {
    // Constants of polynomials are broadcast where they are first used; C2 moves them out of the
    // loop.
    return constants.computeIfAbsent(value, code::broadcast);
  }

  private int apply(Expr.Apply apply) {
    List<Expr> args = apply.args();
    Expr sigmoid = apply.fn() == Fn.DIV ? sigmoidArgument(apply) : null;
    if (sigmoid != null) {
      return new VectorMath(code, this::constant).sigmoid(emit(sigmoid));
    }
    if ((apply.fn() == Fn.MAX || apply.fn() == Fn.MIN)
        && args.get(1) instanceof Expr.Real(double bound, DType type)
        && !Double.isNaN(bound)) {
      // Compare and blend lets a NaN in x through, in two instructions instead of four.
      int x = emit(args.get(0));
      int y = emit(args.get(1));
      return code.blend(x, y, code.compare(apply.fn() == Fn.MAX ? "LT" : "GT", x, y));
    }
    int[] at = args.stream().mapToInt(this::emit).toArray();
    boolean masks = args.get(0).type() == DType.BOOL;
    return switch (apply.fn()) {
      case NEG -> code.call("neg", at[0]);
      case ABS -> code.call("abs", at[0]);
      case SQRT -> code.call("sqrt", at[0]);
      case ADD -> code.call("add", at[0], at[1]);
      case SUB -> code.call("sub", at[0], at[1]);
      case MUL -> code.call("mul", at[0], at[1]);
      case DIV -> code.call("div", at[0], at[1]);
      case MIN -> code.call("min", at[0], at[1]);
      case MAX -> code.call("max", at[0], at[1]);
      case FMA -> code.fma(at[0], at[1], at[2]);
      case LESS -> code.compare("LT", at[0], at[1]);
      case LESS_EQUAL -> code.compare("LE", at[0], at[1]);
      case EQUAL ->
          masks ? code.not(code.maskCall("xor", at[0], at[1])) : code.compare("EQ", at[0], at[1]);
      case AND -> code.maskCall("and", at[0], at[1]);
      case OR -> code.maskCall("or", at[0], at[1]);
      case XOR -> code.maskCall("xor", at[0], at[1]);
      case NOT -> code.not(at[0]);
      case SELECT ->
          args.get(1).type() == DType.BOOL
              ? code.maskCall(
                  "or",
                  code.maskCall("and", at[0], at[1]),
                  code.maskCall("and", code.not(at[0]), at[2]))
              : code.blend(at[2], at[1], at[0]);
      case CAST ->
          apply.type() == args.get(0).type()
              ? at[0]
              : masks
                  ? code.blend(constant(0), constant(1), at[0])
                  : code.compare("NE", at[0], constant(0));
      case IS_NAN -> code.compare("NE", at[0], at[0]);
      case IS_INFINITE ->
          code.compare("EQ", code.call("abs", at[0]), constant(Float.POSITIVE_INFINITY));
      case POW -> pow(at[0], at[1], args.get(1));
      case EXP, LOG, TANH, ERF, FLOOR, CEIL, RINT, TRUNC, SIGN ->
          new VectorMath(code, this::constant).apply(apply.fn(), at[0]);
      case SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, EXPM1, LOG1P ->
          code.unary(apply.fn().name(), at[0]);
      case ATAN2 -> code.binary("ATAN2", at[0], at[1]);
      case ASINH, ACOSH, ATANH, REM, BIT_NOT, SHL, SHR ->
          throw new IllegalStateException("no vector code for " + apply.fn());
    };
  }

  private int pow(int x, int y, Expr power) {
    VectorPower emitter = new VectorPower(code, this::constant);
    return power instanceof Expr.Real real
        ? emitter.apply(x, (float) real.value())
        : emitter.apply(x, y);
  }

  /** x if the expression is 1 / (exp(-x) + 1). */
  private static @org.jspecify.annotations.Nullable Expr sigmoidArgument(Expr.Apply div) {
    if (isOne(div.args().get(0))
        && div.args().get(1) instanceof Expr.Apply(Fn add, List<Expr> sum, DType t1)
        && add == Fn.ADD
        && isOne(sum.get(1))
        && sum.get(0) instanceof Expr.Apply(Fn exp, List<Expr> power, DType t2)
        && exp == Fn.EXP
        && power.get(0) instanceof Expr.Apply(Fn neg, List<Expr> x, DType t3)
        && neg == Fn.NEG) {
      return x.get(0);
    }
    return null;
  }

  private static boolean isOne(Expr expr) {
    return expr instanceof Expr.Real(double value, DType type) && value == 1;
  }
}
