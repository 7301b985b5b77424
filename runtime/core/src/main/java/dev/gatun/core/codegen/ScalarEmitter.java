package dev.gatun.core.codegen;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.Fn;
import dev.gatun.core.tensor.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Emits an expression as scalar code with the reference's meaning: floats of any type as double,
 * rounded at casts and at the end, integers and booleans as long, wrapped to their width; each node
 * once.
 */
final class ScalarEmitter {
  private static final ClassDesc FUNCTIONS = ClassDesc.of("dev.gatun.core.codegen.ScalarFunctions");
  private static final ClassDesc REALS = ClassDesc.of("dev.gatun.core.expr.RealFunctions");
  private static final ClassDesc WHOLES = ClassDesc.of("dev.gatun.core.expr.WholeFunctions");
  private static final ClassDesc ROUNDING = ClassDesc.of("dev.gatun.core.expr.Rounding");
  private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
  private static final ClassDesc DTYPE = ClassDesc.of("dev.gatun.core.tensor.DType");
  private static final ClassDesc FN = ClassDesc.of("dev.gatun.core.expr.Fn");

  private final CodeBuilder c;
  private final Map<Expr, Integer> done = new HashMap<>();

  ScalarEmitter(CodeBuilder c, Map<Expr.Input, Integer> inputs) {
    this.c = c;
    done.putAll(inputs);
  }

  /** Why an expression cannot be emitted, or empty if it can. */
  static String refusal(Expr expr) {
    if (expr.type() == DType.STRING) {
      return "strings are not in native memory";
    }
    if (expr instanceof Expr.Apply apply) {
      for (Expr arg : apply.args()) {
        String refusal = refusal(arg);
        if (!refusal.isEmpty()) {
          return refusal;
        }
      }
    }
    return "";
  }

  /** The element at base + offset in a new local; {@code offset} is a local or -1. */
  int load(DType type, int base, int offset) {
    address(base, offset);
    switch (type) {
      case F32 -> function("loadF32", CD_double, CD_long);
      case F64 -> function("loadF64", CD_double, CD_long);
      case F16 -> function("loadF16", CD_double, CD_long);
      case BF16 -> function("loadBf16", CD_double, CD_long);
      case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> {
        dtype(type);
        function("loadSmall", CD_double, CD_long, DTYPE);
      }
      case I8, I4, I2 -> function("loadI8", CD_long, CD_long);
      case U8, U4, U2, BOOL -> function("loadU8", CD_long, CD_long);
      case I16 -> function("loadI16", CD_long, CD_long);
      case U16 -> function("loadU16", CD_long, CD_long);
      case I32 -> function("loadI32", CD_long, CD_long);
      case U32 -> function("loadU32", CD_long, CD_long);
      case I64, U64 -> function("loadI64", CD_long, CD_long);
      case STRING -> throw new IllegalStateException("strings are not in native memory");
    }
    return store(type);
  }

  /** Stores a local to base + offset. */
  void store(DType type, int value, int base, int offset) {
    push(type, value);
    address(base, offset);
    switch (type) {
      case F32 -> function("storeF32", CD_void, CD_double, CD_long);
      case F64 -> function("storeF64", CD_void, CD_double, CD_long);
      case F16 -> function("storeF16", CD_void, CD_double, CD_long);
      case BF16 -> function("storeBf16", CD_void, CD_double, CD_long);
      case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> {
        dtype(type);
        function("storeSmall", CD_void, CD_double, CD_long, DTYPE);
      }
      case I8, U8, I4, U4, I2, U2, BOOL -> function("storeI8", CD_void, CD_long, CD_long);
      case I16, U16 -> function("storeI16", CD_void, CD_long, CD_long);
      case I32, U32 -> function("storeI32", CD_void, CD_long, CD_long);
      case I64, U64 -> function("storeI64", CD_void, CD_long, CD_long);
      case STRING -> throw new IllegalStateException("strings are not in native memory");
    }
  }

  /** Emits an expression; the result is the local that holds it. */
  int emit(Expr expr) {
    Integer known = done.get(expr);
    if (known != null) {
      return known;
    }
    switch (expr) {
      case Expr.Real real ->
          // As the reference: constants of types narrower than float32 are kept as float32.
          c.loadConstant(real.type() == DType.F64 ? real.value() : (double) (float) real.value());
      case Expr.Whole whole -> c.loadConstant(whole.value());
      case Expr.Input input ->
          throw new IllegalStateException("input " + input.index() + " was not loaded");
      case Expr.Apply apply -> apply(apply);
    }
    int local = store(expr.type());
    done.put(expr, local);
    return local;
  }

  private void apply(Expr.Apply apply) {
    List<Expr> args = apply.args();
    int[] at = new int[args.size()];
    for (int i = 0; i < at.length; i++) {
      at[i] = emit(args.get(i));
    }
    DType from = args.get(0).type();
    if (apply.fn() == Fn.CAST) {
      cast(from, apply.type(), at[0]);
    } else if (apply.fn() == Fn.SELECT) {
      push(DType.BOOL, at[0]);
      push(apply.type(), at[1]);
      push(apply.type(), at[2]);
      ClassDesc type = desc(apply.type());
      function("select", type, CD_long, type, type);
    } else if (from.isFloat()) {
      real(apply.fn(), from, at);
    } else {
      whole(apply.fn(), from, at);
    }
  }

  private void real(Fn fn, DType type, int[] at) {
    if (fn != Fn.ADD && fn != Fn.SUB && fn != Fn.MUL && fn != Fn.DIV && fn != Fn.NEG) {
      String math = math(fn);
      String test = test(fn);
      if (math.isEmpty() && test.isEmpty()) {
        c.getstatic(FN, fn.name(), FN);
        for (int i = 0; i < 3; i++) {
          push(type, i < at.length ? at[i] : at[0]);
        }
        c.invokestatic(
            REALS, "apply", MethodTypeDesc.of(CD_double, FN, CD_double, CD_double, CD_double));
        return;
      }
    }
    ClassDesc[] doubles = new ClassDesc[at.length];
    for (int i = 0; i < at.length; i++) {
      push(type, at[i]);
      doubles[i] = CD_double;
    }
    switch (fn) {
      case ADD -> c.dadd();
      case SUB -> c.dsub();
      case MUL -> c.dmul();
      case DIV -> c.ddiv();
      case NEG -> c.dneg();
      default -> {
        if (math(fn).isEmpty()) {
          function(test(fn), CD_long, doubles);
        } else {
          c.invokestatic(MATH, math(fn), MethodTypeDesc.of(CD_double, doubles));
        }
      }
    }
  }

  /** The method of Math that a function is, or empty. */
  private static String math(Fn fn) {
    return switch (fn) {
      case ABS, SQRT, EXP, LOG, TANH, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH -> lower(fn);
      case EXPM1, LOG1P, FLOOR, CEIL, RINT, MIN, MAX, ATAN2, FMA -> lower(fn);
      case SIGN -> "signum";
      default -> "";
    };
  }

  private static String lower(Fn fn) {
    return fn.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The comparison that a function is, or empty. */
  private static String test(Fn fn) {
    return switch (fn) {
      case LESS -> "less";
      case LESS_EQUAL -> "lessEqual";
      case EQUAL -> "equal";
      case IS_NAN -> "isNaN";
      case IS_INFINITE -> "isInfinite";
      default -> "";
    };
  }

  private void whole(Fn fn, DType type, int[] at) {
    boolean signed = type.kind() != DType.Kind.UINT;
    boolean simple =
        switch (fn) {
          case ADD, SUB, MUL, NEG, AND, OR, XOR -> true;
          case EQUAL -> true;
          case MIN, MAX, LESS, LESS_EQUAL -> signed || type != DType.U64;
          default -> false;
        };
    if (!simple) {
      c.getstatic(FN, fn.name(), FN);
      dtype(type);
      for (int i = 0; i < 3; i++) {
        push(type, i < at.length ? at[i] : at[0]);
      }
      c.invokestatic(
          WHOLES, "apply", MethodTypeDesc.of(CD_long, FN, DTYPE, CD_long, CD_long, CD_long));
      return;
    }
    for (int local : at) {
      push(type, local);
    }
    switch (fn) {
      case ADD -> c.ladd();
      case SUB -> c.lsub();
      case MUL -> c.lmul();
      case NEG -> c.lneg();
      case AND -> c.land();
      case OR -> c.lor();
      case XOR -> c.lxor();
      case MIN, MAX ->
          c.invokestatic(MATH, lower(fn), MethodTypeDesc.of(CD_long, CD_long, CD_long));
      default -> function(test(fn), CD_long, CD_long, CD_long);
    }
    switch (fn) {
      case ADD, SUB, MUL, NEG -> wrap(type);
      default -> {
        // Stays within the type's range.
      }
    }
  }

  private void cast(DType from, DType to, int x) {
    push(from, x);
    if (from == to) {
      return;
    }
    if (from.isFloat() && to.isFloat()) {
      round(to);
    } else if (from.isFloat()) {
      if (to == DType.BOOL) {
        function("isNotZero", CD_long, CD_double);
      } else if (to == DType.U64) {
        int value = store(from);
        dtype(to);
        push(from, value);
        c.invokestatic(ROUNDING, "toWhole", MethodTypeDesc.of(CD_long, DTYPE, CD_double));
      } else {
        c.d2l();
        wrap(to);
      }
    } else if (to.isFloat()) {
      if (from == DType.U64) {
        c.invokestatic(ROUNDING, "unsigned", MethodTypeDesc.of(CD_double, CD_long));
      } else {
        c.l2d();
      }
      round(to);
    } else {
      wrap(to);
    }
  }

  /** Rounds the double on the stack to a type. */
  private void round(DType type) {
    switch (type) {
      case F64 -> {
        // Is a double.
      }
      case F32 -> function("toF32", CD_double, CD_double);
      case F16 -> function("toF16", CD_double, CD_double);
      case BF16 -> function("toBf16", CD_double, CD_double);
      default -> {
        dtype(type);
        function("toSmall", CD_double, CD_double, DTYPE);
      }
    }
  }

  /** Wraps the long on the stack to a type's width. */
  private void wrap(DType type) {
    switch (type) {
      case I64, U64 -> {
        // All bits are kept.
      }
      case I32 -> c.l2i().i2l();
      case U32 -> c.loadConstant(0xffffffffL).land();
      case I16 -> c.l2i().i2s().i2l();
      case U16 -> c.loadConstant(0xffffL).land();
      case I8 -> c.l2i().i2b().i2l();
      case U8 -> c.loadConstant(0xffL).land();
      case U4 -> c.loadConstant(15L).land();
      case U2 -> c.loadConstant(3L).land();
      case I4 -> c.loadConstant(60).lshl().loadConstant(60).lshr();
      case I2 -> c.loadConstant(62).lshl().loadConstant(62).lshr();
      case BOOL -> function("isNotZero", CD_long, CD_long);
      default -> throw new IllegalStateException(type + " is no integer type");
    }
  }

  private void address(int base, int offset) {
    c.lload(base);
    if (offset >= 0) {
      c.lload(offset).ladd();
    }
  }

  private void dtype(DType type) {
    c.getstatic(DTYPE, type.name(), DTYPE);
  }

  private void function(String name, ClassDesc result, ClassDesc... args) {
    c.invokestatic(FUNCTIONS, name, MethodTypeDesc.of(result, args));
  }

  private static ClassDesc desc(DType type) {
    return type.isFloat() ? CD_double : CD_long;
  }

  private void push(DType type, int local) {
    if (type.isFloat()) {
      c.dload(local);
    } else {
      c.lload(local);
    }
  }

  private int store(DType type) {
    if (type.isFloat()) {
      int local = c.allocateLocal(TypeKind.DOUBLE);
      c.dstore(local);
      return local;
    }
    int local = c.allocateLocal(TypeKind.LONG);
    c.lstore(local);
    return local;
  }
}
