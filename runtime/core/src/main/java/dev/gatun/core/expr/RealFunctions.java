package dev.gatun.core.expr;

/** The functions on floating values, in double precision. */
public final class RealFunctions {
  /** A function that gives a floating value; missing arguments are ignored. */
  public static double apply(Fn fn, double x, double y, double z) {
    return switch (fn) {
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case SQRT -> Math.sqrt(x);
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case TANH -> Math.tanh(x);
      case ERF -> erf(x);
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      case TAN -> Math.tan(x);
      case ASIN -> Math.asin(x);
      case ACOS -> Math.acos(x);
      case ATAN -> Math.atan(x);
      case SINH -> Math.sinh(x);
      case COSH -> Math.cosh(x);
      case ASINH -> Math.copySign(asinh(Math.abs(x)), x);
      case ACOSH -> acosh(x);
      case ATANH -> 0.5 * (Math.log1p(x) - Math.log1p(-x));
      case EXPM1 -> Math.expm1(x);
      case LOG1P -> Math.log1p(x);
      case FLOOR -> Math.floor(x);
      case CEIL -> Math.ceil(x);
      case RINT -> Math.rint(x);
      case TRUNC -> x < 0 ? Math.ceil(x) : Math.floor(x);
      case SIGN -> Math.signum(x);
      case ADD -> x + y;
      case SUB -> x - y;
      case MUL -> x * y;
      case DIV -> x / y;
      case REM -> x % y;
      case MIN -> Math.min(x, y);
      case MAX -> Math.max(x, y);
      case POW -> pow(x, y);
      case ATAN2 -> Math.atan2(x, y);
      case FMA -> Math.fma(x, y, z);
      default -> throw new IllegalArgumentException(fn + " is not defined for floating values");
    };
  }

  static boolean test(Fn fn, double x, double y) {
    return switch (fn) {
      case LESS -> x < y;
      case LESS_EQUAL -> x <= y;
      case EQUAL -> x == y;
      case IS_NAN -> Double.isNaN(x);
      case IS_INFINITE -> Double.isInfinite(x);
      default -> throw new IllegalArgumentException(fn + " gives no boolean");
    };
  }

  /** As C's pow: one to any power is one, and minus one to an infinite power is one. */
  private static double pow(double x, double y) {
    return x == 1 || x == -1 && Double.isInfinite(y) ? 1 : Math.pow(x, y);
  }

  private static double acosh(double x) {
    if (x < 1) {
      return Double.NaN;
    }
    return x > 1e8
        ? Math.log(x) + Math.log(2)
        : Math.log1p(x - 1 + Math.sqrt(x - 1) * Math.sqrt(x + 1));
  }

  private static double asinh(double x) {
    return x > 1e8 ? Math.log(x) + Math.log(2) : Math.log1p(x + x * x / (1 + Math.sqrt(x * x + 1)));
  }

  /**
   * The error function to about 1e-15: the Maclaurin series below 2, the continued fraction of erfc
   * (Abramowitz and Stegun 7.1.14, evaluated backwards) above.
   */
  static double erf(double x) {
    double a = Math.abs(x);
    if (Double.isNaN(x)) {
      return x;
    }
    if (a >= 6) {
      return Math.signum(x);
    }
    if (a < 2) {
      double term = x;
      double sum = x;
      for (int n = 1; n < 200 && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
        term *= -x * x / n;
        sum += term / (2 * n + 1);
      }
      return 2 / Math.sqrt(Math.PI) * sum;
    }
    double fraction = 0;
    for (int k = 60; k >= 1; k--) {
      fraction = k / 2.0 / (a + fraction);
    }
    double erfc = Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
    return Math.copySign(1 - erfc, x);
  }

  private RealFunctions() {}
}
