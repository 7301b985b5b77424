package dev.gatun.core.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every pattern of the small formats, and rounding against a search over all their values. */
class SmallFloatsTests {
  private static final double NAN = Double.NaN;

  @Test
  void patternsMeanWhatTheSpecificationsSay() {
    assertEquals(448, SmallFloats.decode(DType.F8E4M3FN, (byte) 0x7e));
    assertEquals(NAN, SmallFloats.decode(DType.F8E4M3FN, (byte) 0x7f));
    assertEquals(0x1p-9, SmallFloats.decode(DType.F8E4M3FN, (byte) 0x01));
    assertEquals(-0.0, SmallFloats.decode(DType.F8E4M3FN, (byte) 0x80));
    assertEquals(240, SmallFloats.decode(DType.F8E4M3FNUZ, (byte) 0x7f));
    assertEquals(NAN, SmallFloats.decode(DType.F8E4M3FNUZ, (byte) 0x80));
    assertEquals(57344, SmallFloats.decode(DType.F8E5M2, (byte) 0x7b));
    assertEquals(Double.NEGATIVE_INFINITY, SmallFloats.decode(DType.F8E5M2, (byte) 0xfc));
    assertEquals(NAN, SmallFloats.decode(DType.F8E5M2, (byte) 0x7d));
    assertEquals(0x1p-16, SmallFloats.decode(DType.F8E5M2, (byte) 0x01));
    assertEquals(57344, SmallFloats.decode(DType.F8E5M2FNUZ, (byte) 0x7f));
    assertEquals(0x1p-127, SmallFloats.decode(DType.F8E8M0, (byte) 0));
    assertEquals(1, SmallFloats.decode(DType.F8E8M0, (byte) 127));
    assertEquals(NAN, SmallFloats.decode(DType.F8E8M0, (byte) 0xff));
    assertEquals(-6, SmallFloats.decode(DType.F4E2M1, (byte) 15));
    assertEquals(0.5, SmallFloats.decode(DType.F4E2M1, (byte) 1));
  }

  @ParameterizedTest
  @EnumSource(names = {"F8E4M3FN", "F8E4M3FNUZ", "F8E5M2", "F8E5M2FNUZ", "F8E8M0", "F4E2M1"})
  void everyValueSurvives(DType type) {
    for (int bits = 0; bits < (type == DType.F4E2M1 ? 16 : 256); bits++) {
      double value = SmallFloats.decode(type, (byte) bits);
      byte again = SmallFloats.encode(type, value, false);
      assertEquals(
          value, SmallFloats.decode(type, again), type + " pattern " + Integer.toHexString(bits));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F8E4M3FN", "F8E4M3FNUZ", "F8E5M2", "F8E5M2FNUZ", "F4E2M1"})
  void roundsToTheNearestTiesToEven(DType type) {
    List<Double> values = new ArrayList<>();
    for (int bits = 0; bits < (type == DType.F4E2M1 ? 8 : 128); bits++) {
      double value = SmallFloats.decode(type, (byte) bits);
      if (!Double.isNaN(value) && !Double.isInfinite(value)) {
        values.add(value); // ascending, at the index that is the pattern
      }
    }
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i + 1 < values.size(); i++) {
      double low = values.get(i);
      double high = values.get(i + 1);
      double middle = (low + high) / 2;
      assertEquals(values.get(i % 2 == 0 ? i : i + 1), rounded(type, middle), "tie at " + middle);
      assertEquals(low, rounded(type, Math.nextDown(middle)));
      assertEquals(high, rounded(type, Math.nextUp(middle)));
      double between = random.nextDouble(low, high);
      assertEquals(between < middle ? low : high, rounded(type, between));
      assertEquals(between < middle ? -low : -high, rounded(type, -between), 0.0);
    }
    double max = values.get(values.size() - 1);
    assertEquals(max, type.highest());
    assertEquals(max, rounded(type, 1e30));
    assertEquals(-max, rounded(type, -1e30));
  }

  private static double rounded(DType type, double value) {
    return SmallFloats.decode(type, SmallFloats.encode(type, value, true));
  }

  @Test
  void halfAgreesWithTheJdkForFloats() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      float x = Float.intBitsToFloat(random.nextInt());
      if (!Float.isNaN(x)) {
        assertEquals(Float.floatToFloat16(x), SmallFloats.toF16(x), () -> "of " + x);
      }
    }
    assertTrue(Float.isNaN(Float.float16ToFloat(SmallFloats.toF16(NAN))));
  }

  @Test
  void doublesRoundOnlyOnce() {
    // Just above the middle of 1 and its successor: through float these would tie to even, 1.
    assertEquals(0x3c01, SmallFloats.toF16(1 + 0x1p-11 + 0x1p-40));
    assertEquals(0x3c00, SmallFloats.toF16(1 + 0x1p-11));
    assertEquals(0x3f81, SmallFloats.toBf16(1 + 0x1p-8 + 0x1p-40));
    assertEquals(0x3f80, SmallFloats.toBf16(1 + 0x1p-8));
    assertEquals(0x7f80, SmallFloats.toBf16(Double.POSITIVE_INFINITY));
    assertEquals((short) 0xff80, SmallFloats.toBf16(-1e300));
    assertEquals(0x7f80, SmallFloats.toBf16(0x1.ffp127));
    assertEquals(0x7c00, SmallFloats.toF16(1e300));
    assertEquals(0, SmallFloats.toF16(1e-300));
    assertEquals((short) 0x8000, SmallFloats.toF16(-1e-300));
    assertEquals(0, SmallFloats.toBf16(1e-300));
  }
}
