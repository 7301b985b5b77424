package dev.gatun.core.expr;

import dev.gatun.core.tensor.DType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * The derivative of an expression with respect to one of its inputs, times an upstream gradient.
 *
 * <p>Forward through the DAG: a branch that is not taken is selected away before it is multiplied
 * with anything, so that infinities in it do no harm. At kinks it is what PyTorch gives: the ends
 * of a clamp by a constant are flat, two equal operands of max or min share, |x| is flat at 0.
 */
public final class Derivative {
  private final ExprBuilder e;
  private final int input;
  private final IdentityHashMap<Expr, Expr> known = new IdentityHashMap<>();

  private Derivative(ExprBuilder e, int input) {
    this.e = e;
    this.input = input;
  }

  /**
   * upstream * d root / d input; a constant 0 when root does not depend on it.
   *
   * @param e the builder that made root and upstream
   * @param type the type of the input, which the result has
   */
  public static Expr of(ExprBuilder e, Expr root, int input, DType type, Expr upstream) {
    Derivative d = new Derivative(e, input);
    List<Expr> stack = new ArrayList<>(List.of(root));
    while (!stack.isEmpty()) {
      Expr top = stack.get(stack.size() - 1);
      int before = stack.size();
      if (top instanceof Expr.Apply apply && !d.known.containsKey(top)) {
        for (Expr arg : apply.args()) {
          if (!d.known.containsKey(arg)) {
            stack.add(arg);
          }
        }
      }
      if (stack.size() == before) {
        stack.remove(before - 1);
        if (!d.known.containsKey(top)) {
          d.known.put(top, d.derive(top));
        }
      }
    }
    return e.cast(d.times(upstream, d.d(root)), type);
  }

  /** Whether an expression is the constant 0. */
  public static boolean isZero(Expr x) {
    return isConstant(x, 0) || x instanceof Expr.Whole whole && whole.value() == 0;
  }

  private static boolean isConstant(Expr x, double value) {
    return x instanceof Expr.Real real && real.value() == value;
  }

  private Expr d(Expr x) {
    Expr d = known.get(x);
    if (d == null) {
      throw new IllegalStateException("no derivative of " + x);
    }
    return d;
  }

  private Expr zero(Expr like) {
    return e.constant(like.type(), 0);
  }

  private Expr derive(Expr x) {
    return switch (x) {
      case Expr.Input in when in.index() == input && in.type().isFloat() -> e.constant(x, 1);
      case Expr.Apply apply when apply.type().isFloat() -> derive(apply);
      default -> x.type().isFloat() ? zero(x) : x;
    };
  }

  private Expr derive(Expr.Apply y) {
    List<Expr> args = y.args();
    boolean constant = true;
    for (Expr arg : args) {
      constant &= !arg.type().isFloat() || isZero(d(arg));
    }
    if (constant) {
      return zero(y);
    }
    Expr a = args.get(0);
    return switch (args.size()) {
      case 1 -> one(y, a);
      case 2 -> two(y, a, args.get(1));
      default -> three(y, a, args.get(1), args.get(2));
    };
  }

  private Expr one(Expr.Apply y, Expr x) {
    Expr dx = d(x);
    return switch (y.fn()) {
      case NEG -> negate(dx);
      case ABS -> times(dx, e.apply(Fn.SIGN, x));
      case SQRT -> over(dx, e.mul(y, 2));
      case EXP -> times(dx, y);
      case LOG -> over(dx, x);
      case TANH -> times(dx, e.sub(e.constant(y, 1), e.mul(y, y)));
      case ERF -> times(dx, e.mul(e.exp(e.neg(e.mul(x, x))), 2 / Math.sqrt(Math.PI)));
      case SIN -> times(dx, e.apply(Fn.COS, x));
      case COS -> negate(times(dx, e.apply(Fn.SIN, x)));
      case TAN -> times(dx, e.add(e.mul(y, y), 1));
      case ASIN -> over(dx, e.sqrt(e.sub(e.constant(x, 1), e.mul(x, x))));
      case ACOS -> negate(over(dx, e.sqrt(e.sub(e.constant(x, 1), e.mul(x, x)))));
      case ATAN -> over(dx, e.add(e.mul(x, x), 1));
      case SINH -> times(dx, e.apply(Fn.COSH, x));
      case COSH -> times(dx, e.apply(Fn.SINH, x));
      case ASINH -> over(dx, e.sqrt(e.add(e.mul(x, x), 1)));
      // As two roots: x * x - 1 would be positive below -1, where there is no value either.
      case ACOSH -> over(dx, e.mul(e.sqrt(e.sub(x, 1)), e.sqrt(e.add(x, 1))));
      case ATANH -> over(dx, e.sub(e.constant(x, 1), e.mul(x, x)));
      case EXPM1 -> times(dx, e.exp(x));
      case LOG1P -> over(dx, e.add(x, 1));
      case CAST -> e.cast(dx, y.type());
      case FLOOR, CEIL, RINT, TRUNC, SIGN -> zero(y);
      default -> throw new IllegalStateException("no derivative of " + y.fn());
    };
  }

  private Expr two(Expr.Apply y, Expr a, Expr b) {
    Expr da = d(a);
    Expr db = d(b);
    return switch (y.fn()) {
      case ADD -> plus(da, db);
      case SUB -> plus(da, negate(db));
      case MUL -> plus(times(da, b), times(db, a));
      case DIV -> quotient(y, a, b);
      case REM -> plus(da, negate(times(db, e.apply(Fn.TRUNC, e.div(a, b)))));
      case MIN -> select(a, b, da, db);
      case MAX -> select(b, a, da, db);
      case POW -> power(y, a, b);
      case ATAN2 -> {
        Expr square = e.add(e.mul(a, a), e.mul(b, b));
        Expr slope = over(plus(times(da, b), negate(times(db, a))), square);
        yield e.select(e.equal(square, zero(y)), zero(y), slope);
      }
      default -> throw new IllegalStateException("no derivative of " + y.fn());
    };
  }

  private Expr three(Expr.Apply y, Expr a, Expr b, Expr c) {
    return switch (y.fn()) {
      case SELECT -> e.select(a, d(b), d(c));
      case FMA -> plus(plus(times(d(a), b), times(d(b), a)), d(c));
      default -> throw new IllegalStateException("no derivative of " + y.fn());
    };
  }

  /** d min(a, b) with smaller = a, larger = b; d max with both exchanged. */
  private Expr select(Expr smaller, Expr larger, Expr da, Expr db) {
    Expr first = e.less(smaller, larger);
    if (isZero(da) || isZero(db)) {
      boolean clamp =
          smaller instanceof Expr.Real || larger instanceof Expr.Real; // flat where both are equal
      Expr tie = e.equal(smaller, larger);
      Expr moving = isZero(db) ? da : db;
      Expr other = clamp ? zero(moving) : times(moving, e.constant(moving, 0.5));
      Expr second = e.less(larger, smaller);
      Expr chosen = isZero(db) ? first : second;
      return e.select(chosen, moving, clamp ? other : e.select(tie, other, zero(moving)));
    }
    Expr tie = e.equal(smaller, larger);
    return e.select(first, da, e.select(tie, e.mul(e.add(da, db), 0.5), db));
  }

  private Expr quotient(Expr.Apply y, Expr a, Expr b) {
    Expr da = d(a);
    Expr db = d(b);
    if (isZero(db)) {
      return over(da, b);
    }
    // c / (exp(u) + k), as in a sigmoid: exp(u) / (exp(u) + k) would be inf / inf for a large u.
    if (isZero(da)
        && a instanceof Expr.Real c
        && b instanceof Expr.Apply sum
        && sum.fn() == Fn.ADD
        && sum.args().get(0) instanceof Expr.Apply exp
        && exp.fn() == Fn.EXP
        && sum.args().get(1) instanceof Expr.Real k
        && c.value() != 0) {
      Expr rest = e.sub(e.constant(y, 1), scaled(y, k.value() / c.value()));
      return negate(times(d(exp.args().get(0)), e.mul(y, rest)));
    }
    return plus(over(da, b), negate(over(times(db, y), b)));
  }

  private Expr scaled(Expr x, double factor) {
    return factor == 1 ? x : e.mul(x, factor);
  }

  private Expr power(Expr.Apply y, Expr a, Expr b) {
    Expr sum = zero(y);
    if (!isZero(d(a))) {
      Expr slope;
      if (b instanceof Expr.Real n) {
        slope =
            n.value() == 2
                ? e.mul(a, 2)
                : n.value() == 1 ? e.constant(a, 1) : scaled(e.pow(a, e.sub(b, 1)), n.value());
        slope = n.value() == 0 ? zero(a) : slope;
      } else {
        slope = e.mul(b, e.pow(a, e.sub(b, 1)));
        slope = e.select(e.equal(b, zero(b)), zero(b), slope);
      }
      sum = times(d(a), slope);
    }
    if (!isZero(d(b))) {
      Expr flat =
          e.apply(Fn.AND, DType.BOOL, e.equal(a, zero(a)), e.lessEqual(zero(b), b)); // 0 log 0
      sum = plus(sum, times(d(b), e.select(flat, zero(y), e.mul(y, e.log(a)))));
    }
    return sum;
  }

  private Expr plus(Expr x, Expr y) {
    if (isZero(x)) {
      return y;
    }
    if (isZero(y)) {
      return x;
    }
    return y instanceof Expr.Apply apply && apply.fn() == Fn.NEG
        ? e.sub(x, apply.args().get(0))
        : e.add(x, y);
  }

  private Expr negate(Expr x) {
    if (x instanceof Expr.Real real) {
      return e.constant(x, real.value() == 0 ? 0 : -real.value());
    }
    return x instanceof Expr.Apply apply && apply.fn() == Fn.NEG ? apply.args().get(0) : e.neg(x);
  }

  private Expr over(Expr x, Expr y) {
    return isZero(x) ? x : e.div(x, y);
  }

  private Expr times(Expr x, Expr y) {
    if (isZero(x) || isConstant(y, 1)) {
      return x;
    }
    if (isZero(y) || isConstant(x, 1)) {
      return y;
    }
    if (x instanceof Expr.Real a && y instanceof Expr.Real b) {
      return e.constant(x, a.value() * b.value());
    }
    if (y instanceof Expr.Apply apply) {
      List<Expr> args = apply.args();
      if (apply.fn() == Fn.NEG) {
        return negate(times(x, args.get(0)));
      }
      if (apply.fn() == Fn.DIV && isConstant(args.get(0), 1)) {
        return over(x, args.get(1));
      }
      // Into the branches when that costs nothing: 0 stays 0 whatever the other factor is.
      if (apply.fn() == Fn.SELECT && (isSimple(args.get(1)) || isSimple(args.get(2)))) {
        return e.select(args.get(0), times(x, args.get(1)), times(x, args.get(2)));
      }
    }
    return e.mul(x, y);
  }

  private static boolean isSimple(Expr x) {
    return isConstant(x, 0) || isConstant(x, 1);
  }
}
