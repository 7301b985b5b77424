package dev.gatun.kernels;

/**
 * Coefficients of our own exp, log, tanh, erf and sigmoid in float32, and the steps that use them.
 *
 * <p>Vectors must not cross method boundaries (C2 would box them), so every kernel and the run-time
 * code generator write these steps out flat from the same constants; {@link ScalarMath} has the
 * same steps for one float and gives the same bits. All coefficients are minimax fits (linear
 * programming on a Chebyshev grid, coefficients rounded to float one at a time with the others
 * refitted). Error bounds are stated at {@link ScalarMath} and tested over the whole float range.
 *
 * <p>Clamps are compare and blend, not min and max: two instructions instead of three or four, and
 * a NaN passes through.
 *
 * <p><b>Rounding by addition.</b> z = x * c + {@link #MAGIC} leaves n = round(x * c) in the low
 * bits of z, biased by 127; n = z - MAGIC gives it as a float, and the bits of z shifted left by 23
 * are the float 2<sup>n</sup>.
 *
 * <p><b>exp, whole range</b> (results go down into the denormals and up to infinity). The exponent
 * is split in two equal halves, which costs one coefficient more but no integer arithmetic:
 *
 * <pre>
 * x = x &lt; EXP_MIN ? EXP_MIN : x;  x = x &gt; EXP_MAX ? EXP_MAX : x
 * z = fma(x, HALF_LOG2E, MAGIC);  n = z - MAGIC;  s = float(bits(z) &lt;&lt; 23)
 * r = fma(n, -TWO_LN2_LO, fma(n, -TWO_LN2_HI, x))
 * p = WIDE7;  p = fma(p, r, WIDE6) ... fma(p, r, WIDE2);  p = fma(p, r, 1);  p = fma(p, r, 1)
 * exp = p * s * s
 * </pre>
 *
 * <p><b>exp for x &lt;= 0</b> (softmax, attention): results below 2<sup>-126</sup> become 0, which
 * keeps clear of slow denormals and turns a mask of -infinity into exactly 0:
 *
 * <pre>
 * z = fma(x, LOG2E, MAGIC);  n = z - MAGIC;  s = float(bits(z) &lt;&lt; 23)
 * r = fma(n, -LN2_LO, fma(n, -LN2_HI, x))
 * p = EXP6;  p = fma(p, r, EXP5) ... fma(p, r, EXP2);  p = fma(p, r, 1);  p = fma(p, r, 1)
 * exp = x &lt; EXP_FLUSH ? 0 : p * s
 * </pre>
 *
 * <p><b>sigmoid</b> = 1 / (1 + exp(-x)); the sign of x goes into the coefficients:
 *
 * <pre>
 * x = x &lt; SIGMOID_MIN ? SIGMOID_MIN : x;  x = x &gt; SIGMOID_MAX ? SIGMOID_MAX : x
 * z = fma(x, -LOG2E, MAGIC);  n = z - MAGIC;  s = float(bits(z) &lt;&lt; 23)
 * t = fma(n, LN2_LO, fma(n, LN2_HI, x))                                    // exp(-x) = s * exp(-t)
 * p = EXP6;  p = fma(p, t, -EXP5);  p = fma(p, t, EXP4);  p = fma(p, t, -EXP3);  p = fma(p, t, EXP2)
 * p = fma(p, t, -1);  p = fma(p, t, 1)
 * sigmoid = 1 / fma(p, s, 1)
 * </pre>
 *
 * <p><b>tanh</b> = m / (m + 2) with m = exp(2 x) - 1, relatively exact near 0 since n is 0 there:
 *
 * <pre>
 * x = x &lt; -TANH_MAX ? -TANH_MAX : x;  x = x &gt; TANH_MAX ? TANH_MAX : x
 * z = fma(x, TWO_LOG2E, MAGIC);  n = z - MAGIC;  s = float(bits(z) &lt;&lt; 23)
 * r = fma(n, -HALF_LN2_LO, fma(n, -HALF_LN2_HI, x))
 * p = TANH6;  p = fma(p, r, TANH5) ... fma(p, r, TANH2);  p = fma(p, r, 2)
 * m = fma(p * r, s, s - 1);  tanh = m / (m + 2)
 * </pre>
 *
 * <p><b>erf</b> = x P(x x) / Q(x x) up to where it rounds to 1:
 *
 * <pre>
 * x = x &lt; -ERF_MAX ? -ERF_MAX : x;  x = x &gt; ERF_MAX ? ERF_MAX : x;  q = x * x
 * p = ERF_P6;  p = fma(p, q, ERF_P5) ... fma(p, q, ERF_P0);  d = ERF_Q4 ... fma(d, q, ERF_Q1);  d = fma(d, q, 1)
 * erf = x * p / d
 * </pre>
 *
 * <p><b>log</b>: x = 2<sup>e</sup> m with m in [sqrt(1/2), sqrt(2)), f = m - 1, and a polynomial
 * for log(1 + f):
 *
 * <pre>
 * tiny = x &lt; MIN_NORMAL;  y = tiny ? x * 2^23 : x
 * i = bits(y) - LOG_PIVOT_BITS;  e = i &gt;&gt; 23;  f = float(bits(y) - (e &lt;&lt; 23)) - 1
 * n = float(e) + (tiny ? -23 : 0)
 * p = LOG10;  p = fma(p, f, LOG9) ... fma(p, f, LOG3);  p = fma(p, f, -0.5)
 * log = fma(n, LN2_HI, fma(f * f, p, n * LN2_LO) + f)
 * x = 0: -infinity;  x &lt; 0 or NaN: NaN;  x = infinity: infinity
 * </pre>
 *
 * <p><b>pow</b> = 2<sup>y log2(|x|)</sup> with the logarithm as a sum of two floats, since its
 * error is multiplied by up to 150: with m as for log, log2(m) = 2 / ln(2) atanh(t), t = (m - 1) /
 * (m + 1). Signs, zeros, infinities and NaN are blended in at the end, as C has them:
 *
 * <pre>
 * a = |x|;  e and m as above;  n = float(e)
 * f = m - 1;  d = m + 1;  v = 1 / d;  t = f * v                             // t + u = f / (m + 1)
 * u = fma(d - 1 - m, t, fma(-t, d, f)) * v
 * w = t * t;  q = POW9;  q = fma(q, w, POW7) ... fma(q, w, POW3)
 * h = t * TWO_LOG2E;  l = fma(t, TWO_LOG2E, -h) + fma(t * w, q, fma(t, TWO_LOG2E_LO, u * fma(w, TWO_LOG2E, TWO_LOG2E)))
 * s = n + h;  l = h - (s - n) + l;  h = s + l;  l = l - (h - s)             // log2(a) = h + l
 * h = a &lt; infinity ? h : a;  h = a = 0 ? -infinity : h
 * z = y * h;  l = fma(y, h, -z) + y * l;  l = |z| &lt; POW_MAX ? l : 0
 * z = z &lt; -POW_MAX ? -POW_MAX : z;  z = z &gt; POW_MAX ? POW_MAX : z
 * k = z + MAGIC - MAGIC;  r = (z - k + l) * LN2_HI;  p = exp(r) as for x &lt;= 0
 * g = k / 2 + MAGIC;  pow = p * 2^(g - MAGIC) * 2^(k - (g - MAGIC))
 * </pre>
 */
public final class Polynomials {
  /** 1.5 * 2<sup>23</sup> + 127: added to a float it rounds it to an integer, biased by 127. */
  public static final float MAGIC = 12582912f + 127f;

  /** How far the bits of z are shifted to become the scale 2<sup>n</sup>. */
  public static final int EXPONENT_SHIFT = 23;

  /** log2(e). */
  public static final float LOG2E = 0x1.715476p+0f;

  /** 2 log2(e). */
  public static final float TWO_LOG2E = 0x1.715476p+1f;

  /** log2(e) / 2. */
  public static final float HALF_LOG2E = 0x1.715476p-1f;

  /** ln(2) rounded to float. */
  public static final float LN2_HI = 0x1.62e430p-1f;

  /** ln(2) - LN2_HI. */
  public static final float LN2_LO = -0x1.05c610p-29f;

  /** 2 ln(2) rounded to float. */
  public static final float TWO_LN2_HI = 0x1.62e430p+0f;

  /** 2 ln(2) - TWO_LN2_HI. */
  public static final float TWO_LN2_LO = -0x1.05c610p-28f;

  /** ln(2) / 2 rounded to float. */
  public static final float HALF_LN2_HI = 0x1.62e430p-2f;

  /** ln(2) / 2 - HALF_LN2_HI. */
  public static final float HALF_LN2_LO = -0x1.05c610p-30f;

  /** Below it exp rounds to 0. */
  public static final float EXP_MIN = -104f;

  /** Above it exp is infinite. */
  public static final float EXP_MAX = 89f;

  /** ln(2<sup>-126</sup>): below it the exp of softmax and attention is 0. */
  public static final float EXP_FLUSH = -0x1.5d589ep+6f;

  /** exp(r) = 1 + r + EXP2 r^2 + ... + EXP6 r^6 for |r| at most ln(2) / 2, relative 3.2e-9. */
  public static final float EXP2 = 0x1.fffffcp-2f;

  /** See {@link #EXP2}. */
  public static final float EXP3 = 0x1.555492p-3f;

  /** See {@link #EXP2}. */
  public static final float EXP4 = 0x1.5558aep-5f;

  /** See {@link #EXP2}. */
  public static final float EXP5 = 0x1.12398ap-7f;

  /** See {@link #EXP2}. */
  public static final float EXP6 = 0x1.6a4fbap-10f;

  /** 2^r = 1 + POWER1 r + ... + POWER5 r^5 for |r| at most 1/2, relative 9.4e-8. */
  public static final float POWER1 = 0x1.62e42ap-1f;

  /** See {@link #POWER1}. */
  public static final float POWER2 = 0x1.ebf9c2p-3f;

  /** See {@link #POWER1}. */
  public static final float POWER3 = 0x1.c6b6d8p-5f;

  /** See {@link #POWER1}. */
  public static final float POWER4 = 0x1.3ce8aap-7f;

  /** See {@link #POWER1}. */
  public static final float POWER5 = 0x1.5bda36p-10f;

  /** exp(r) = 1 + r + WIDE2 r^2 + ... + WIDE7 r^7 for |r| at most ln(2), relative 1.5e-8. */
  public static final float WIDE2 = 0x1.00000cp-1f;

  /** See {@link #WIDE2}. */
  public static final float WIDE3 = 0x1.555514p-3f;

  /** See {@link #WIDE2}. */
  public static final float WIDE4 = 0x1.5549f0p-5f;

  /** See {@link #WIDE2}. */
  public static final float WIDE5 = 0x1.1126ecp-7f;

  /** See {@link #WIDE2}. */
  public static final float WIDE6 = 0x1.71bef8p-10f;

  /** See {@link #WIDE2}. */
  public static final float WIDE7 = 0x1.9ba5dcp-13f;

  /** Below it exp(-x) overflows and sigmoid is 0. */
  public static final float SIGMOID_MIN = -88.5f;

  /** Above it sigmoid has long been 1. */
  public static final float SIGMOID_MAX = 87f;

  /** From here tanh rounds to 1. */
  public static final float TANH_MAX = 9.1f;

  /** (exp(2 r) - 1) / r = 2 + TANH2 r + ... + TANH6 r^5: EXP2 to EXP6 times powers of two. */
  public static final float TANH2 = 4 * EXP2;

  /** See {@link #TANH2}. */
  public static final float TANH3 = 8 * EXP3;

  /** See {@link #TANH2}. */
  public static final float TANH4 = 16 * EXP4;

  /** See {@link #TANH2}. */
  public static final float TANH5 = 32 * EXP5;

  /** See {@link #TANH2}. */
  public static final float TANH6 = 64 * EXP6;

  /** From here erf rounds to 1. */
  public static final float ERF_MAX = 3.8325f;

  /** Numerator of erf(x) / x in powers of x^2; with the denominator relative 4e-8. */
  public static final float ERF_P0 = 0x1.20dd74p+0f;

  /** See {@link #ERF_P0}. */
  public static final float ERF_P1 = 0x1.8a56aap-3f;

  /** See {@link #ERF_P0}. */
  public static final float ERF_P2 = 0x1.966c3ap-5f;

  /** See {@link #ERF_P0}. */
  public static final float ERF_P3 = 0x1.bef2fcp-9f;

  /** See {@link #ERF_P0}. */
  public static final float ERF_P4 = 0x1.1eca84p-13f;

  /** See {@link #ERF_P0}. */
  public static final float ERF_P5 = -0x1.0a8334p-19f;

  /** See {@link #ERF_P0}. */
  public static final float ERF_P6 = 0x1.68151cp-26f;

  /** Denominator of erf(x) / x in powers of x^2; its constant term is 1. */
  public static final float ERF_Q1 = 0x1.0208cap-1f;

  /** See {@link #ERF_Q1}. */
  public static final float ERF_Q2 = 0x1.ca9cb6p-4f;

  /** See {@link #ERF_Q1}. */
  public static final float ERF_Q3 = 0x1.c24484p-7f;

  /** See {@link #ERF_Q1}. */
  public static final float ERF_Q4 = 0x1.d3656cp-11f;

  /** The smallest normal float. */
  public static final float MIN_NORMAL = Float.MIN_NORMAL;

  /** 2<sup>23</sup>: makes any denormal normal. */
  public static final float DENORMAL_SCALE = 0x1p23f;

  /** Bits of sqrt(1/2), the smallest mantissa that log works on. */
  public static final int LOG_PIVOT_BITS = 0x3f3504f3;

  /** log(1 + f) = f - f^2 / 2 + LOG3 f^3 + ... + LOG10 f^10, relative 6e-9. */
  public static final float LOG3 = 0x1.555554p-2f;

  /** See {@link #LOG3}. */
  public static final float LOG4 = -0x1.000226p-2f;

  /** See {@link #LOG3}. */
  public static final float LOG5 = 0x1.99a01cp-3f;

  /** See {@link #LOG3}. */
  public static final float LOG6 = -0x1.54728ap-3f;

  /** See {@link #LOG3}. */
  public static final float LOG7 = 0x1.22d930p-3f;

  /** See {@link #LOG3}. */
  public static final float LOG8 = -0x1.0d8248p-3f;

  /** See {@link #LOG3}. */
  public static final float LOG9 = 0x1.055eb4p-3f;

  /** See {@link #LOG3}. */
  public static final float LOG10 = -0x1.38c978p-4f;

  /** 2 log2(e) - TWO_LOG2E. */
  public static final float TWO_LOG2E_LO = 0x1.4ae0c0p-25f;

  /**
   * 2 log2(e) atanh(t) = 2 log2(e) t + POW3 t^3 + POW5 t^5 + POW7 t^7 + POW9 t^9 for |t| at most
   * (sqrt(2) - 1) / (sqrt(2) + 1), relative 1e-10.
   */
  public static final float POW3 = 0x1.ec709ep-1f;

  /** See {@link #POW3}. */
  public static final float POW5 = 0x1.277700p-1f;

  /** See {@link #POW3}. */
  public static final float POW7 = 0x1.a5c972p-2f;

  /** See {@link #POW3}. */
  public static final float POW9 = 0x1.58aa64p-2f;

  /** Powers of two beyond it are 0 or infinite. */
  public static final float POW_MAX = 160f;

  private Polynomials() {}
}
