package dev.gatun.core.expr;

import dev.gatun.core.tensor.DType;

/** The functions on integers and booleans. */
public final class WholeFunctions {
  /** A function on values of a type, wrapped to it; missing arguments are ignored. */
  public static long apply(Fn fn, DType type, long x, long y, long z) {
    boolean unsigned = type.kind() == DType.Kind.UINT;
    int bits = 8 * type.bytes();
    long result =
        switch (fn) {
          case NEG -> -x;
          case ABS -> unsigned ? x : Math.abs(x);
          case SIGN -> unsigned ? (x == 0 ? 0 : 1) : Long.signum(x);
          case NOT -> x == 0 ? 1 : 0;
          case BIT_NOT -> ~x;
          case ADD -> x + y;
          case SUB -> x - y;
          case MUL -> x * y;
          case DIV -> y == 0 ? 0 : unsigned ? Long.divideUnsigned(x, y) : x / y;
          case REM -> y == 0 ? 0 : unsigned ? Long.remainderUnsigned(x, y) : x % y;
          case MIN -> unsigned ? (Long.compareUnsigned(x, y) <= 0 ? x : y) : Math.min(x, y);
          case MAX -> unsigned ? (Long.compareUnsigned(x, y) >= 0 ? x : y) : Math.max(x, y);
          case POW -> power(x, y, unsigned);
          case AND -> x & y;
          case OR -> x | y;
          case XOR -> x ^ y;
          case SHL -> Long.compareUnsigned(y, bits) >= 0 ? 0 : x << y;
          case SHR ->
              Long.compareUnsigned(y, bits) >= 0
                  ? (!unsigned && x < 0 ? -1 : 0)
                  : unsigned ? x >>> y : x >> y;
          case LESS -> (unsigned ? Long.compareUnsigned(x, y) : Long.compare(x, y)) < 0 ? 1 : 0;
          case LESS_EQUAL ->
              (unsigned ? Long.compareUnsigned(x, y) : Long.compare(x, y)) <= 0 ? 1 : 0;
          case EQUAL -> x == y ? 1 : 0;
          case FMA -> x * y + z;
          case FLOOR, CEIL, RINT, TRUNC -> x;
          case IS_NAN, IS_INFINITE -> 0;
          default -> throw new IllegalArgumentException(fn + " is not defined for " + type);
        };
    return switch (fn) {
      case LESS, LESS_EQUAL, EQUAL, IS_NAN, IS_INFINITE, NOT -> result;
      default -> Rounding.wrap(type, result);
    };
  }

  /** x to the power y, wrapping around; a negative power is 0 unless x is 1 or -1. */
  private static long power(long x, long y, boolean unsigned) {
    if (y < 0 && !unsigned) {
      return x == 1 ? 1 : x == -1 ? ((y & 1) == 0 ? 1 : -1) : 0;
    }
    long result = 1;
    long base = x;
    for (long n = y; n != 0; n >>>= 1) {
      if ((n & 1) != 0) {
        result *= base;
      }
      base *= base;
    }
    return result;
  }

  private WholeFunctions() {}
}
