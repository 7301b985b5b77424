package dev.gatun.core.codegen;

import static dev.gatun.kernels.Polynomials.*;

import java.util.function.ToIntFunction;

/**
 * Emits powers: what is known of a constant exponent leaves out its special cases.
 *
 * <p>The vector operator POW is not used: below 512 bits the JDK's library has none, so that each
 * lane is computed alone and vectors become objects.
 */
final class VectorPower {
  private final Code code;
  private final ToIntFunction<Float> constant;
  private final VectorMath math;

  VectorPower(Code code, ToIntFunction<Float> constant) {
    this.code = code;
    this.constant = constant;
    this.math = new VectorMath(code, constant);
  }

  private int k(float value) {
    return constant.applyAsInt(value);
  }

  /** x to a constant power. */
  int apply(int x, float y) {
    if (y == 1) {
      return x;
    }
    if (y == 2) {
      return code.call("mul", x, x);
    }
    if (y == 3) {
      return code.call("mul", code.call("mul", x, x), x);
    }
    if (y == -1) {
      return code.call("div", k(1), x);
    }
    if (Math.abs(y) == 0.25f || Math.abs(y) == 0.5f || Math.abs(y) == 0.75f || y == 1.5f) {
      int root = rootPower(x, Math.abs(y));
      return y < 0 ? code.call("div", k(1), root) : root;
    }
    if (y == 0 || Float.isNaN(y) || Float.isInfinite(y)) {
      return apply(x, k(y));
    }
    int result = magnitude(x, k(y));
    if (Math.rint(y) != y) {
      return code.blend(result, k(Float.NaN), negative(x));
    }
    return Math.rint(y / 2) == y / 2 ? result : code.call("mul", result, sign(x));
  }

  private int rootPower(int x, float y) {
    int root = root(x);
    if (y == 0.5f) {
      return root;
    }
    // Not x times its root: of -infinity the power is infinite.
    if (y == 1.5f) {
      return mul(code.call("abs", x), root);
    }
    int fourth = code.call("sqrt", root);
    return y == 0.25f ? fourth : mul(root, fourth);
  }

  /** The square root, but 0 of -0 and infinity of -infinity, as powers have it. */
  private int root(int x) {
    int root = code.call("sqrt", code.call("add", x, k(0)));
    return code.blend(
        root, k(Float.POSITIVE_INFINITY), code.compare("EQ", x, k(Float.NEGATIVE_INFINITY)));
  }

  /** x to the power y, each a vector. */
  int apply(int x, int y) {
    int half = code.call("mul", y, k(0.5f));
    int whole = code.compare("EQ", math.rint(y), y);
    int even = code.compare("EQ", math.rint(half), half);
    int odd = code.maskCall("and", whole, code.not(even));
    int result = magnitude(x, y);
    result = code.blend(result, k(Float.NaN), code.maskCall("and", negative(x), code.not(whole)));
    result = code.call("mul", result, code.blend(k(1), sign(x), odd));
    int minusOne = code.compare("EQ", x, k(-1));
    int infinite = code.compare("EQ", code.call("abs", y), k(Float.POSITIVE_INFINITY));
    int one = code.maskCall("or", code.compare("EQ", x, k(1)), code.compare("EQ", y, k(0)));
    one = code.maskCall("or", one, code.maskCall("and", minusOne, infinite));
    return code.blend(result, k(1), one);
  }

  /** Where x is negative and finite, and has no power that is not whole. */
  private int negative(int x) {
    return code.maskCall(
        "and", code.compare("LT", x, k(0)), code.compare("GT", x, k(Float.NEGATIVE_INFINITY)));
  }

  /** 1 or -1, by the sign bit. */
  private int sign(int x) {
    int bit = code.bitwise("AND", code.bits(x), Integer.MIN_VALUE);
    return code.fromBits(code.bitwise("OR", bit, Float.floatToRawIntBits(1f)));
  }

  private int sub(int x, int y) {
    return code.call("sub", x, y);
  }

  private int add(int x, int y) {
    return code.call("add", x, y);
  }

  private int mul(int x, int y) {
    return code.call("mul", x, y);
  }

  /** |x| to the power y, but for the cases where that is 1 whatever the other operand is. */
  private int magnitude(int x, int y) {
    int a = code.call("abs", x);
    int tiny = code.compare("LT", a, k(MIN_NORMAL));
    int bits = code.bits(code.blend(a, mul(a, k(DENORMAL_SCALE)), tiny));
    int e = code.whole("ASHR", code.whole("SUB", bits, LOG_PIVOT_BITS), EXPONENT_SHIFT);
    int m = code.fromBits(code.wholeSub(bits, code.whole("LSHL", e, EXPONENT_SHIFT)));
    int n = code.toFloats(e);
    n = code.blend(n, sub(n, k(23)), tiny);
    int f = sub(m, k(1));
    int d = add(m, k(1));
    int v = code.call("div", k(1), d);
    int t = mul(f, v);
    int left = code.fma(code.call("neg", t), d, f);
    int u = mul(code.fma(sub(sub(d, k(1)), m), t, left), v);
    int w = mul(t, t);
    int q = math.horner(w, POW9, POW7, POW5, POW3);
    int h = mul(t, k(TWO_LOG2E));
    int slope = code.fma(w, k(TWO_LOG2E), k(TWO_LOG2E));
    int l = code.fma(t, k(TWO_LOG2E_LO), mul(u, slope));
    l = add(code.fma(t, k(TWO_LOG2E), code.call("neg", h)), code.fma(mul(t, w), q, l));
    int s = add(n, h);
    l = add(sub(h, sub(s, n)), l);
    h = add(s, l);
    l = sub(l, sub(h, s));
    h = code.blend(a, h, code.compare("LT", a, k(Float.POSITIVE_INFINITY)));
    h = code.blend(h, k(Float.NEGATIVE_INFINITY), code.compare("EQ", a, k(0)));
    int z = mul(y, h);
    l = add(code.fma(y, h, code.call("neg", z)), mul(y, l));
    l = code.blend(k(0), l, code.compare("LT", code.call("abs", z), k(POW_MAX)));
    return twoTo(math.clamp(z, -POW_MAX, POW_MAX), l);
  }

  /** 2 to the power z + l. */
  private int twoTo(int z, int l) {
    int whole = sub(add(z, k(MAGIC)), k(MAGIC));
    int r = mul(add(sub(z, whole), l), k(LN2_HI));
    int p = math.horner(r, EXP6, EXP5, EXP4, EXP3, EXP2, 1, 1);
    int half = code.fma(whole, k(0.5f), k(MAGIC));
    int rest = add(sub(whole, sub(half, k(MAGIC))), k(MAGIC));
    return mul(mul(p, math.scale(half)), math.scale(rest));
  }
}
