package dev.gatun.core.expr;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.ShapeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes expressions; equal ones become one object, so a DAG is evaluated once a node.
 *
 * <p>Operands of arithmetic have one type; constants take the type of the expression beside them.
 */
public final class ExprBuilder {
  /** Arguments by their numbers: hashing shared subtrees again and again would take for ever. */
  private record Key(Fn fn, DType type, List<Integer> args) {}

  private final Map<Expr, Expr> leaves = new HashMap<>();
  private final Map<Key, Expr> known = new HashMap<>();
  private final IdentityHashMap<Expr, Integer> numbers = new IdentityHashMap<>();

  private Expr unique(Expr leaf) {
    Expr old = leaves.putIfAbsent(leaf, leaf);
    return old == null ? leaf : old;
  }

  /** The element of an input. */
  public Expr input(int index, DType type) {
    return unique(new Expr.Input(index, type));
  }

  /** A constant of the same type as {@code like}. */
  public Expr constant(Expr like, double value) {
    return constant(like.type(), value);
  }

  /** A constant of a type; a fraction has no integer constant. */
  public Expr constant(DType type, double value) {
    if (!type.isFloat() && value != Math.rint(value)) {
      throw new ShapeException(value + " is no constant of " + type + "; cast to a float type");
    }
    return type.isFloat() ? unique(new Expr.Real(value, type)) : whole(type, (long) value);
  }

  /** An integer or boolean constant. */
  public Expr whole(DType type, long value) {
    return unique(new Expr.Whole(value, type));
  }

  /** A function whose result has the type of its last argument. */
  public Expr apply(Fn fn, Expr... args) {
    return apply(fn, args[args.length - 1].type(), args);
  }

  /** A function with a result of the given type. */
  public Expr apply(Fn fn, DType type, Expr... args) {
    check(fn, args);
    List<Integer> at = new ArrayList<>();
    for (Expr arg : args) {
      at.add(numbers.computeIfAbsent(arg, a -> numbers.size()));
    }
    return known.computeIfAbsent(
        new Key(fn, type, at), key -> new Expr.Apply(fn, List.of(args), type));
  }

  private static void check(Fn fn, Expr[] args) {
    int first = 0;
    if (fn == Fn.SELECT) {
      bool(args[0]);
      first = 1;
    }
    DType type = args[first].type();
    for (int i = first + 1; i < args.length; i++) {
      if (args[i].type() != type) {
        throw new ShapeException(
            "operands have types " + type + " and " + args[i].type() + "; cast one of them");
      }
    }
    if (!fn.accepts(type)) {
      throw new ShapeException(
          fn.name().toLowerCase(Locale.ROOT) + " is not defined for " + type + "; cast it first");
    }
  }

  /** The same expression, which must be boolean. */
  public static Expr bool(Expr x) {
    return expect(x, x.type() == DType.BOOL, "a boolean");
  }

  /** The same expression, which must be of an integer type. */
  public static Expr integer(Expr x) {
    return expect(x, x.type().isInteger(), "an integer");
  }

  /** The same expression, which must be of a floating type. */
  public static Expr real(Expr x) {
    return expect(x, x.type().isFloat(), "a floating");
  }

  /** The same expression, which must be of an integer or floating type. */
  public static Expr number(Expr x) {
    return expect(x, x.type().isNumber(), "a number");
  }

  private static Expr expect(Expr x, boolean ok, String what) {
    if (!ok) {
      throw new ShapeException("needs " + what + " type, got " + x.type() + "; cast it first");
    }
    return x;
  }

  public Expr neg(Expr x) {
    return apply(Fn.NEG, x);
  }

  public Expr abs(Expr x) {
    return apply(Fn.ABS, x);
  }

  public Expr sqrt(Expr x) {
    return apply(Fn.SQRT, x);
  }

  public Expr exp(Expr x) {
    return apply(Fn.EXP, x);
  }

  public Expr log(Expr x) {
    return apply(Fn.LOG, x);
  }

  public Expr tanh(Expr x) {
    return apply(Fn.TANH, x);
  }

  public Expr erf(Expr x) {
    return apply(Fn.ERF, x);
  }

  /** 1 / (1 + exp(-x)). */
  public Expr sigmoid(Expr x) {
    return div(constant(x, 1), add(exp(neg(x)), constant(x, 1)));
  }

  public Expr add(Expr x, Expr y) {
    return apply(Fn.ADD, x, y);
  }

  public Expr add(Expr x, double y) {
    return add(x, constant(x, y));
  }

  public Expr sub(Expr x, Expr y) {
    return apply(Fn.SUB, x, y);
  }

  public Expr sub(Expr x, double y) {
    return sub(x, constant(x, y));
  }

  public Expr mul(Expr x, Expr y) {
    return apply(Fn.MUL, x, y);
  }

  public Expr mul(Expr x, double y) {
    return mul(x, constant(x, y));
  }

  public Expr div(Expr x, Expr y) {
    return apply(Fn.DIV, x, y);
  }

  public Expr div(Expr x, double y) {
    return div(x, constant(x, y));
  }

  public Expr min(Expr x, Expr y) {
    return apply(Fn.MIN, x, y);
  }

  public Expr min(Expr x, double y) {
    return min(x, constant(x, y));
  }

  public Expr max(Expr x, Expr y) {
    return apply(Fn.MAX, x, y);
  }

  public Expr max(Expr x, double y) {
    return max(x, constant(x, y));
  }

  public Expr pow(Expr x, Expr y) {
    return apply(Fn.POW, x, y);
  }

  /** x * y + z. */
  public Expr fma(Expr x, Expr y, Expr z) {
    return apply(Fn.FMA, x, y, z);
  }

  public Expr less(Expr x, Expr y) {
    return apply(Fn.LESS, DType.BOOL, x, y);
  }

  public Expr lessEqual(Expr x, Expr y) {
    return apply(Fn.LESS_EQUAL, DType.BOOL, x, y);
  }

  public Expr equal(Expr x, Expr y) {
    return apply(Fn.EQUAL, DType.BOOL, x, y);
  }

  public Expr greater(Expr x, double y) {
    return less(constant(x, y), x);
  }

  public Expr less(Expr x, double y) {
    return less(x, constant(x, y));
  }

  public Expr not(Expr x) {
    return apply(Fn.NOT, DType.BOOL, x);
  }

  /** condition ? x : y; the condition is boolean. */
  public Expr select(Expr condition, Expr x, Expr y) {
    return apply(Fn.SELECT, condition, x, y);
  }

  /** Converts as a C cast; the same type is left alone. */
  public Expr cast(Expr x, DType type) {
    return x.type() == type ? x : apply(Fn.CAST, type, x);
  }
}
