package dev.gatun.core.codegen;

import static dev.gatun.kernels.Polynomials.*;

import dev.gatun.core.expr.Fn;
import java.util.function.ToIntFunction;

/**
 * Emits exp, log, tanh, erf, sigmoid and roundings from the coefficients and steps that {@link
 * dev.gatun.kernels.Polynomials} states.
 */
final class VectorMath {
  /** Largest float below which there are fractions. */
  private static final float HAS_FRACTION = 0x1p23f;

  private final Code code;
  private final ToIntFunction<Float> constant;

  VectorMath(Code code, ToIntFunction<Float> constant) {
    this.code = code;
    this.constant = constant;
  }

  private int k(float value) {
    return constant.applyAsInt(value);
  }

  int apply(Fn fn, int x) {
    return switch (fn) {
      case EXP -> exp(x);
      case LOG -> log(x);
      case TANH -> tanh(x);
      case ERF -> erf(x);
      case RINT -> rint(x);
      case FLOOR -> correct(x, "GT", -1);
      case CEIL -> correct(x, "LT", 1);
      case TRUNC -> trunc(x);
      case SIGN -> sign(x);
      default -> throw new IllegalArgumentException(fn + " is not vector maths");
    };
  }

  /** x limited to [low, high]; NaN passes through. */
  int clamp(int x, float low, float high) {
    int up = code.blend(x, k(low), code.compare("LT", x, k(low)));
    return code.blend(up, k(high), code.compare("GT", up, k(high)));
  }

  /** c[0] x^m + c[1] x^(m-1) + ... by Horner's rule. */
  int horner(int x, float... c) {
    int p = k(c[0]);
    for (int i = 1; i < c.length; i++) {
      p = code.fma(p, x, k(c[i]));
    }
    return p;
  }

  int scale(int z) {
    return code.fromBits(code.whole("LSHL", code.bits(z), EXPONENT_SHIFT));
  }

  private int exp(int given) {
    int x = clamp(given, EXP_MIN, EXP_MAX);
    int z = code.fma(x, k(HALF_LOG2E), k(MAGIC));
    int n = code.call("sub", z, k(MAGIC));
    int s = scale(z);
    int r = code.fma(n, k(-TWO_LN2_LO), code.fma(n, k(-TWO_LN2_HI), x));
    int p = horner(r, WIDE7, WIDE6, WIDE5, WIDE4, WIDE3, WIDE2, 1, 1);
    return code.call("mul", code.call("mul", p, s), s);
  }

  int sigmoid(int given) {
    int x = clamp(given, SIGMOID_MIN, SIGMOID_MAX);
    int z = code.fma(x, k(-LOG2E), k(MAGIC));
    int n = code.call("sub", z, k(MAGIC));
    int s = scale(z);
    int t = code.fma(n, k(LN2_LO), code.fma(n, k(LN2_HI), x));
    int p = horner(t, EXP6, -EXP5, EXP4, -EXP3, EXP2, -1, 1);
    return code.call("div", k(1), code.fma(p, s, k(1)));
  }

  private int tanh(int given) {
    int x = clamp(given, -TANH_MAX, TANH_MAX);
    int z = code.fma(x, k(TWO_LOG2E), k(MAGIC));
    int n = code.call("sub", z, k(MAGIC));
    int s = scale(z);
    int r = code.fma(n, k(-HALF_LN2_LO), code.fma(n, k(-HALF_LN2_HI), x));
    int p = horner(r, TANH6, TANH5, TANH4, TANH3, TANH2, 2);
    int m = code.fma(code.call("mul", p, r), s, code.call("sub", s, k(1)));
    return code.call("div", m, code.call("add", m, k(2)));
  }

  private int erf(int given) {
    int x = clamp(given, -ERF_MAX, ERF_MAX);
    int q = code.call("mul", x, x);
    int p = horner(q, ERF_P6, ERF_P5, ERF_P4, ERF_P3, ERF_P2, ERF_P1, ERF_P0);
    int d = horner(q, ERF_Q4, ERF_Q3, ERF_Q2, ERF_Q1, 1);
    return code.call("div", code.call("mul", x, p), d);
  }

  private int log(int x) {
    int tiny = code.compare("LT", x, k(MIN_NORMAL));
    int y = code.blend(x, code.call("mul", x, k(DENORMAL_SCALE)), tiny);
    int bits = code.bits(y);
    int e = code.whole("ASHR", code.whole("SUB", bits, LOG_PIVOT_BITS), EXPONENT_SHIFT);
    int mantissa = code.fromBits(code.wholeSub(bits, code.whole("LSHL", e, EXPONENT_SHIFT)));
    int f = code.call("sub", mantissa, k(1));
    int whole = code.toFloats(e);
    int n = code.blend(whole, code.call("sub", whole, k(23)), tiny);
    int p = horner(f, LOG10, LOG9, LOG8, LOG7, LOG6, LOG5, LOG4, LOG3, -0.5f);
    int low = code.fma(code.call("mul", f, f), p, code.call("mul", n, k(LN2_LO)));
    int result = code.fma(n, k(LN2_HI), code.call("add", low, f));
    result = code.blend(result, k(Float.NEGATIVE_INFINITY), code.compare("EQ", x, k(0)));
    // Not a mistake: "not >= 0" is true for negative numbers and for NaN.
    result = code.blend(result, k(Float.NaN), code.not(code.compare("GE", x, k(0))));
    return code.blend(
        result, k(Float.POSITIVE_INFINITY), code.compare("EQ", x, k(Float.POSITIVE_INFINITY)));
  }

  /** Going 2^23 away from 0 and back rounds to even; larger numbers are whole already. */
  int rint(int x) {
    int sign = code.bitwise("AND", code.bits(x), Integer.MIN_VALUE);
    int far = code.fromBits(code.bitwise("OR", sign, Float.floatToRawIntBits(HAS_FRACTION)));
    int rounded = code.call("sub", code.call("add", x, far), far);
    return code.blend(x, rounded, code.compare("LT", code.call("abs", x), k(HAS_FRACTION)));
  }

  /** The rounded value, one further where rounding went to the wrong side. */
  private int correct(int x, String wrong, float step) {
    int r = rint(x);
    return code.blend(r, code.call("add", r, k(step)), code.compare(wrong, r, x));
  }

  private int trunc(int x) {
    int down = correct(x, "GT", -1);
    int up = correct(x, "LT", 1);
    return code.blend(down, up, code.compare("LT", x, k(0)));
  }

  /** 0 and NaN stay what they are. */
  private int sign(int x) {
    int positive = code.blend(x, k(1), code.compare("GT", x, k(0)));
    return code.blend(positive, k(-1), code.compare("LT", x, k(0)));
  }
}
