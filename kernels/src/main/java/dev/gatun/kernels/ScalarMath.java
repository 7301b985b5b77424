package dev.gatun.kernels;

import static dev.gatun.kernels.Polynomials.*;

/**
 * The functions of {@link Polynomials} for one float, with the same bits as a lane of the kernels.
 *
 * <p>Worst errors over all floats, in units in the last place of the result: {@link #exp} 1.7 ulp
 * (denormal results included), {@link #expNonPositive} 1 ulp, {@link #sigmoid} 2.5 ulp (results
 * below 2<sup>-126</sup> may be 0), {@link #pow} 3 ulp, {@link #tanh} 3.4 ulp and 1.6e-7 absolute,
 * {@link #log} 1 ulp, {@link #erf} 5.5 ulp and 3.2e-7 absolute. tanh does not keep the sign of a
 * zero.
 */
public final class ScalarMath {
  /** e to the x; denormal, 0 and infinite results as IEEE has them. */
  public static float exp(float x) {
    x = x < EXP_MIN ? EXP_MIN : x;
    x = x > EXP_MAX ? EXP_MAX : x;
    float z = Math.fma(x, HALF_LOG2E, MAGIC);
    float n = z - MAGIC;
    float s = Float.intBitsToFloat(Float.floatToRawIntBits(z) << EXPONENT_SHIFT);
    float r = Math.fma(n, -TWO_LN2_LO, Math.fma(n, -TWO_LN2_HI, x));
    float p = Math.fma(WIDE7, r, WIDE6);
    p = Math.fma(p, r, WIDE5);
    p = Math.fma(p, r, WIDE4);
    p = Math.fma(p, r, WIDE3);
    p = Math.fma(p, r, WIDE2);
    p = Math.fma(p, r, 1f);
    p = Math.fma(p, r, 1f);
    return p * s * s;
  }

  /** e to the x for x at most 0 (or a little above); 0 where the result would be denormal. */
  public static float expNonPositive(float x) {
    float z = Math.fma(x, LOG2E, MAGIC);
    float n = z - MAGIC;
    float s = Float.intBitsToFloat(Float.floatToRawIntBits(z) << EXPONENT_SHIFT);
    float r = Math.fma(n, -LN2_LO, Math.fma(n, -LN2_HI, x));
    float p = Math.fma(EXP6, r, EXP5);
    p = Math.fma(p, r, EXP4);
    p = Math.fma(p, r, EXP3);
    p = Math.fma(p, r, EXP2);
    p = Math.fma(p, r, 1f);
    p = Math.fma(p, r, 1f);
    return x < EXP_FLUSH ? 0f : p * s;
  }

  /** 1 / (1 + exp(-x)); results below about 2<sup>-127</sup> are 0. */
  public static float sigmoid(float x) {
    x = x < SIGMOID_MIN ? SIGMOID_MIN : x;
    x = x > SIGMOID_MAX ? SIGMOID_MAX : x;
    float z = Math.fma(x, -LOG2E, MAGIC);
    float n = z - MAGIC;
    float s = Float.intBitsToFloat(Float.floatToRawIntBits(z) << EXPONENT_SHIFT);
    float t = Math.fma(n, LN2_LO, Math.fma(n, LN2_HI, x));
    float p = Math.fma(EXP6, t, -EXP5);
    p = Math.fma(p, t, EXP4);
    p = Math.fma(p, t, -EXP3);
    p = Math.fma(p, t, EXP2);
    p = Math.fma(p, t, -1f);
    p = Math.fma(p, t, 1f);
    return 1f / Math.fma(p, s, 1f);
  }

  /** Hyperbolic tangent. */
  public static float tanh(float x) {
    x = x < -TANH_MAX ? -TANH_MAX : x;
    x = x > TANH_MAX ? TANH_MAX : x;
    float z = Math.fma(x, TWO_LOG2E, MAGIC);
    float n = z - MAGIC;
    float s = Float.intBitsToFloat(Float.floatToRawIntBits(z) << EXPONENT_SHIFT);
    float r = Math.fma(n, -HALF_LN2_LO, Math.fma(n, -HALF_LN2_HI, x));
    float p = Math.fma(TANH6, r, TANH5);
    p = Math.fma(p, r, TANH4);
    p = Math.fma(p, r, TANH3);
    p = Math.fma(p, r, TANH2);
    p = Math.fma(p, r, 2f);
    float m = Math.fma(p * r, s, s - 1f);
    return m / (m + 2f);
  }

  /** The error function; may exceed 1 by one unit in the last place. */
  public static float erf(float x) {
    x = x < -ERF_MAX ? -ERF_MAX : x;
    x = x > ERF_MAX ? ERF_MAX : x;
    float q = x * x;
    float p = Math.fma(ERF_P6, q, ERF_P5);
    p = Math.fma(p, q, ERF_P4);
    p = Math.fma(p, q, ERF_P3);
    p = Math.fma(p, q, ERF_P2);
    p = Math.fma(p, q, ERF_P1);
    p = Math.fma(p, q, ERF_P0);
    float d = Math.fma(ERF_Q4, q, ERF_Q3);
    d = Math.fma(d, q, ERF_Q2);
    d = Math.fma(d, q, ERF_Q1);
    d = Math.fma(d, q, 1f);
    return x * p / d;
  }

  /** Natural logarithm. */
  public static float log(float x) {
    boolean tiny = x < MIN_NORMAL;
    int bits = Float.floatToRawIntBits(tiny ? x * DENORMAL_SCALE : x);
    int e = (bits - LOG_PIVOT_BITS) >> EXPONENT_SHIFT;
    float f = Float.intBitsToFloat(bits - (e << EXPONENT_SHIFT)) - 1f;
    float n = (float) e + (tiny ? -23f : 0f);
    float p = Math.fma(LOG10, f, LOG9);
    p = Math.fma(p, f, LOG8);
    p = Math.fma(p, f, LOG7);
    p = Math.fma(p, f, LOG6);
    p = Math.fma(p, f, LOG5);
    p = Math.fma(p, f, LOG4);
    p = Math.fma(p, f, LOG3);
    p = Math.fma(p, f, -0.5f);
    float log = Math.fma(n, LN2_HI, Math.fma(f * f, p, n * LN2_LO) + f);
    if (x > 0f && x < Float.POSITIVE_INFINITY) {
      return log;
    }
    return x == 0f ? Float.NEGATIVE_INFINITY : x > 0f ? x : Float.NaN;
  }

  /** x to the power y, special values as C has them. */
  public static float pow(float x, float y) {
    float a = Math.abs(x);
    boolean tiny = a < MIN_NORMAL;
    int bits = Float.floatToRawIntBits(tiny ? a * DENORMAL_SCALE : a);
    int e = (bits - LOG_PIVOT_BITS) >> EXPONENT_SHIFT;
    float m = Float.intBitsToFloat(bits - (e << EXPONENT_SHIFT));
    float n = (float) e + (tiny ? -23f : 0f);
    float f = m - 1f;
    float d = m + 1f;
    float v = 1f / d;
    float t = f * v;
    float u = Math.fma(d - 1f - m, t, Math.fma(-t, d, f)) * v;
    float w = t * t;
    float q = Math.fma(POW9, w, POW7);
    q = Math.fma(q, w, POW5);
    q = Math.fma(q, w, POW3);
    float h = t * TWO_LOG2E;
    float l =
        Math.fma(t, TWO_LOG2E, -h)
            + Math.fma(t * w, q, Math.fma(t, TWO_LOG2E_LO, u * Math.fma(w, TWO_LOG2E, TWO_LOG2E)));
    float s = n + h;
    l = h - (s - n) + l;
    h = s + l;
    l = l - (h - s);
    h = a < Float.POSITIVE_INFINITY ? h : a;
    h = a == 0f ? Float.NEGATIVE_INFINITY : h;
    float z = y * h;
    l = Math.fma(y, h, -z) + y * l;
    l = Math.abs(z) < POW_MAX ? l : 0f;
    z = z < -POW_MAX ? -POW_MAX : z;
    z = z > POW_MAX ? POW_MAX : z;
    float k = z + MAGIC - MAGIC;
    float r = (z - k + l) * LN2_HI;
    float p = Math.fma(EXP6, r, EXP5);
    p = Math.fma(p, r, EXP4);
    p = Math.fma(p, r, EXP3);
    p = Math.fma(p, r, EXP2);
    p = Math.fma(p, r, 1f);
    p = Math.fma(p, r, 1f);
    float half = Math.fma(k, 0.5f, MAGIC);
    float rest = k - (half - MAGIC) + MAGIC;
    float power = p * scale(half) * scale(rest);
    if (x < 0f && x > Float.NEGATIVE_INFINITY && Math.rint(y) != y) {
      power = Float.NaN;
    }
    boolean odd = Math.rint(y) == y && Math.rint(y * 0.5f) != y * 0.5f;
    if (odd) {
      power = Math.copySign(power, x);
    }
    boolean one = y == 0f || x == 1f || x == -1f && Math.abs(y) == Float.POSITIVE_INFINITY;
    return one ? 1f : power;
  }

  private static float scale(float biased) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(biased) << EXPONENT_SHIFT);
  }

  private ScalarMath() {}
}
