package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The stated error bounds of our own functions, and that vectors and scalars agree to the bit. */
class VectorMathTests {
  /** Spacing of the floats that are tried; a prime, so that low mantissa bits vary. */
  private static final int STRIDE = Integer.getInteger("gatun.test.mathStride", 10007);

  interface Kernel {
    void run(long src, long dst, int count);
  }

  interface Scalar {
    float apply(float x);
  }

  record Function(
      String name,
      Kernel kernel,
      Scalar scalar,
      DoubleUnaryOperator exact,
      double ulps,
      double absolute) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Function EXP =
      new Function("exp", ExpF32::run, ScalarMath::exp, Math::exp, 1.7, 0);

  static Stream<Function> functions() {
    return Stream.of(
        EXP,
        new Function(
            "sigmoid",
            SigmoidF32::run,
            ScalarMath::sigmoid,
            x -> 1 / (1 + Math.exp(-x)),
            2.5,
            0x1p-126),
        new Function("tanh", TanhF32::run, ScalarMath::tanh, Math::tanh, 3.4, 0),
        new Function("erf", ErfF32::run, ScalarMath::erf, VectorMathTests::erf, 5.5, 0),
        new Function("log", LogF32::run, ScalarMath::log, Math::log, 1, 0));
  }

  /** A series with positive terms only, so nothing cancels. */
  static double erf(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    double a = Math.abs(x);
    if (a > 6) {
      return Math.signum(x);
    }
    double term = a;
    double sum = a;
    for (int n = 1; term > sum * 1e-18; n++) {
      term *= 2 * a * a / (2 * n + 1);
      sum += term;
    }
    return Math.copySign(2 / Math.sqrt(Math.PI) * Math.exp(-a * a) * sum, x);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void scalarIsWithinItsBoundForAllFloats(Function f) {
    double worst = 0;
    float at = 0;
    for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
      float x = Float.intBitsToFloat((int) bits);
      double ulps = error(f, x, f.scalar().apply(x));
      if (ulps > worst) {
        worst = ulps;
        at = x;
      }
    }
    assertTrue(worst <= f.ulps(), f + ": " + worst + " ulp at " + at);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void vectorHasTheBitsOfTheScalar(Function f) {
    Random random = new Random(17);
    float[] special = {
      0f,
      -0f,
      1f,
      -1f,
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL,
      0x0.fffffep-126f,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      88.722f,
      88.73f,
      89.5f,
      -87.3f,
      -87.4f,
      -103.9f,
      -104.1f,
      1e30f,
      -1e30f,
      0.70710677f,
      0.7071068f,
      9.09f,
      9.11f,
      3.83f,
      3.84f,
      Float.intBitsToFloat(0x7f800001),
      Float.intBitsToFloat(0xffc12345)
    };
    for (int length : FloatBuffers.oddSizes()) {
      float[] x = FloatBuffers.uniform(random, length, -12, 12);
      for (int i = 0; i < length; i += 2) {
        x[i] =
            i % 4 == 0
                ? special[random.nextInt(special.length)]
                : Float.intBitsToFloat(random.nextInt());
      }
      try (FloatBuffers m = new FloatBuffers()) {
        FloatBuffers.Buffer src = m.of(x);
        FloatBuffers.Buffer dst = m.blank(length);
        f.kernel().run(src.at(), dst.at(), length);
        f.kernel().run(src.at(), src.at(), length);
        float[] y = dst.floats();
        float[] inPlace = src.floats();
        for (int i = 0; i < length; i++) {
          float expected = f.scalar().apply(x[i]);
          assertEquals(expected, y[i], f + "(" + x[i] + ")");
          assertEquals(expected, inPlace[i], f + " in place (" + x[i] + ")");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("functions")
  void emptyRangeWritesNothing(Function f) {
    try (FloatBuffers m = new FloatBuffers()) {
      f.kernel().run(m.blank(0).at(), m.blank(0).at(), 0);
    }
  }

  @Test
  void expOfNonPositiveFlushesToZero() {
    double worst = 0;
    for (float x = 0; x > -200; x -= 0.00137f) {
      float y = ScalarMath.expNonPositive(x);
      if (x < Polynomials.EXP_FLUSH) {
        assertEquals(0f, y);
      } else {
        worst = Math.max(worst, error(EXP, x, y));
      }
    }
    assertTrue(worst <= 1, "exp of non-positive: " + worst + " ulp");
    assertEquals(0f, ScalarMath.expNonPositive(Float.NEGATIVE_INFINITY));
    assertTrue(Float.isNaN(ScalarMath.expNonPositive(Float.NaN)));
  }

  @Test
  void powersAreWithinTheirBound() {
    float[] special = {
      0f,
      1f,
      2f,
      3f,
      0.5f,
      1.5f,
      2.5f,
      0.9999f,
      1.0001f,
      8388607f,
      8388608f,
      16777215f,
      3e9f,
      1e30f,
      Float.MIN_VALUE,
      Float.MIN_NORMAL,
      Float.MAX_VALUE,
      Float.POSITIVE_INFINITY,
      Float.NaN
    };
    for (float x : special) {
      for (float y : special) {
        for (int signs = 0; signs < 4; signs++) {
          assertPower((signs & 1) == 0 ? x : -x, (signs & 2) == 0 ? y : -y);
        }
      }
    }
    Random random = new Random(23);
    for (int i = 0; i < 300_000; i++) {
      float any = Float.intBitsToFloat(random.nextInt());
      assertPower(any, Float.intBitsToFloat(random.nextInt()));
      assertPower(any, random.nextInt(-9, 10) / 2f);
      assertPower(random.nextFloat(8), random.nextFloat(-60, 60));
      assertPower(random.nextFloat(0.7f, 1.42f), random.nextFloat(-300, 300));
      assertPower(1 + random.nextFloat(-1e-4f, 1e-4f), random.nextFloat(-1e6f, 1e6f));
    }
  }

  private static void assertPower(float x, float y) {
    boolean one = x == 1 || x == -1 && Float.isInfinite(y);
    double exact = one ? 1 : Math.pow(x, y);
    float power = ScalarMath.pow(x, y);
    boolean right =
        Float.isFinite((float) exact)
            ? Math.abs(power - exact) <= 3 * Math.ulp((float) exact)
            : Float.compare((float) exact, power) == 0;
    assertTrue(
        right && (power != 0 || Float.compare(power, Math.copySign(0f, (float) exact)) == 0),
        () -> x + " to the power " + y + ": " + power + " instead of " + exact);
  }

  /** Error in units in the last place of the exact result; infinite for a wrong special value. */
  private static double error(Function f, float x, float y) {
    double exact = f.exact().applyAsDouble(x);
    if (Double.isNaN(exact) || Double.isInfinite((float) exact)) {
      return Float.compare((float) exact, y) == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    double difference = Math.abs(y - exact);
    if (Double.isNaN(difference)) {
      return Double.POSITIVE_INFINITY;
    }
    return difference <= f.absolute() ? 0 : difference / Math.ulp((float) exact);
  }
}
