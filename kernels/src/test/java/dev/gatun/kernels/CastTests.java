package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CastTests {
  private static final int L = Lanes.F32_LENGTH;

  private static final double[] SPECIAL = {
    0,
    -0.0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    127,
    128,
    255,
    256,
    -128,
    -129,
    32767,
    32768,
    65504,
    65519,
    65520,
    65535,
    65536,
    0x1p-14,
    0x1p-15,
    0x1p-24,
    0x1p-25,
    0x1.8p-25,
    0x1.fffp-25,
    0x1p31,
    0x1p32,
    -0x1p31,
    3e9,
    1e10,
    -1e10,
    0x1p40,
    0x1p62,
    1e30,
    -1e30,
    1e300,
    0x1.01p0,
    0x1.03p0,
    0x1.0101p0,
    0x1.002p0,
    0x1.006p0,
    0x1.00200001p0,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    Float.MIN_VALUE
  };

  /** Raw bits of every element: random ones, and where the type is floating the special ones. */
  private static long[] bits(ElementType type, int count, Random random) {
    long[] bits = new long[count];
    for (int i = 0; i < count; i++) {
      boolean special = random.nextBoolean();
      double value = SPECIAL[random.nextInt(SPECIAL.length)];
      bits[i] =
          switch (type) {
            case F32 -> special ? Float.floatToRawIntBits((float) value) : random.nextInt();
            case F64 ->
                Double.doubleToRawLongBits(
                    special
                        ? value
                        : random.nextInt(1 << 20) * Math.pow(2, random.nextInt(60) - 40));
            case BOOL -> random.nextInt(2);
            default -> random.nextLong();
          };
    }
    return bits;
  }

  private static Guarded buffer(ElementType type, long[] bits) {
    Guarded g = Guarded.ofBytes((long) bits.length * type.bytes(), 8);
    for (int i = 0; i < bits.length; i++) {
      long at = g.address() + (long) i * type.bytes();
      switch (type.bytes()) {
        case 1 -> Memory.ALL.set(Memory.I8, at, (byte) bits[i]);
        case 2 -> Memory.ALL.set(Memory.I16, at, (short) bits[i]);
        case 4 -> Memory.ALL.set(Memory.I32, at, (int) bits[i]);
        default -> Memory.ALL.set(Memory.I64, at, bits[i]);
      }
    }
    return g;
  }

  /** The slow twin's view of an element: an exact number, or a double that is none. */
  private static Object value(ElementType type, long bits) {
    double real =
        switch (type) {
          case F32 -> Float.intBitsToFloat((int) bits);
          case F64 -> Double.longBitsToDouble(bits);
          case F16 -> Float.float16ToFloat((short) bits);
          case BF16 -> Float.intBitsToFloat((int) bits << 16);
          default -> 0;
        };
    if (type.isFloating()) {
      return Double.isFinite(real) && real != 0 ? new BigDecimal(real) : (Object) real;
    }
    int width = 8 * type.bytes();
    BigInteger low =
        BigInteger.valueOf(bits).and(BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE));
    boolean signed = type.name().startsWith("I");
    return new BigDecimal(
        signed && low.testBit(width - 1) ? low.subtract(BigInteger.ONE.shiftLeft(width)) : low);
  }

  /** What an element must become, as bits; every NaN is the same. */
  private static long expected(ElementType from, ElementType to, Object value) {
    if (value instanceof Double special && !to.isFloating()) { // zero, infinity or NaN
      if (to == ElementType.BOOL) {
        return special == 0 ? 0 : 1;
      }
      if (to == ElementType.U64 && special > 0) {
        return (long) (special - 0x1p63) ^ Long.MIN_VALUE;
      }
      return low(to, special.longValue());
    }
    if (!to.isFloating()) {
      BigDecimal exact = (BigDecimal) value;
      if (to == ElementType.BOOL) {
        return exact.signum() == 0 ? 0 : 1;
      }
      BigInteger whole = exact.toBigInteger();
      if (!from.isFloating()) {
        return low(to, whole.longValue());
      }
      BigInteger top = BigInteger.ONE.shiftLeft(to == ElementType.U64 ? 64 : 63);
      BigInteger bottom = BigInteger.ONE.shiftLeft(63).negate();
      // Beyond 64 bits a cast saturates before the low bits are kept.
      return low(to, whole.min(top.subtract(BigInteger.ONE)).max(bottom).longValue());
    }
    double nearest = value instanceof Double d ? d : ((BigDecimal) value).doubleValue();
    return switch (to) {
      case F64 -> Double.doubleToRawLongBits(nearest);
      case F32 ->
          Float.floatToRawIntBits(
              value instanceof BigDecimal exact ? exact.floatValue() : (float) nearest);
      case F16 -> small(value, nearest, 10, 15);
      default -> small(value, nearest, 7, 127);
    };
  }

  private static long low(ElementType to, long whole) {
    int unused = 64 - 8 * to.bytes();
    return whole << unused >>> unused;
  }

  // Rounds an exact number to a binary format by hand: quotient of its last place, half to even.
  private static long small(Object value, double nearest, int mantissa, int bias) {
    long sign = (Double.doubleToRawLongBits(nearest) >>> 63) << 15;
    if (Double.isNaN(nearest)) {
      return 0x7FFF;
    }
    long infinity = ((2L * bias + 1) << mantissa);
    if (!(value instanceof BigDecimal exact)) {
      return sign | (nearest == 0 ? 0 : infinity);
    }
    int exponent = Math.max(1 - bias, Math.getExponent(nearest));
    if (exponent > bias + 1) {
      return sign | infinity;
    }
    BigDecimal unit = new BigDecimal(2).pow(Math.abs(exponent - mantissa));
    BigDecimal places =
        exponent >= mantissa ? exact.abs().divide(unit) : exact.abs().multiply(unit);
    BigInteger rounded = places.setScale(0, RoundingMode.HALF_EVEN).toBigInteger();
    long number = rounded.longValue() + ((exponent + bias - 1L) << mantissa);
    return sign | Math.min(number, infinity);
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void convertsToEveryType(ElementType from) {
    Random random = new Random(21);
    for (ElementType to : ElementType.values()) {
      for (int count : new int[] {0, 1, L - 1, L, L + 1, 4 * L + 3, 300}) {
        check(from, to, bits(from, count, random));
      }
    }
  }

  @Test
  void everyHalf() {
    long[] bits = new long[1 << 16];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = i;
    }
    check(ElementType.F16, ElementType.F32, bits);
    check(ElementType.BF16, ElementType.F32, bits);
    assertTrue(Cast.of(ElementType.F16, ElementType.F32, bits.length).tasks() > 1);
  }

  @Test
  void halvesRoundToEvenAtEveryBoundary() {
    // Around each half and around the middle to the next one.
    long[] bits = new long[6 * 0x7C00];
    for (int h = 0; h < 0x7C00; h++) {
      float here = Float.float16ToFloat((short) h);
      float next = h == 0x7BFF ? 65536 : Float.float16ToFloat((short) (h + 1));
      float middle = (here + next) / 2;
      float[] near = {
        here,
        Math.nextUp(here),
        Math.nextDown(middle),
        middle,
        Math.nextUp(middle),
        Math.nextDown(next)
      };
      for (int i = 0; i < 6; i++) {
        bits[6 * h + i] = Float.floatToRawIntBits(h % 2 == 0 ? near[i] : -near[i]);
      }
    }
    Cast plan = Cast.of(ElementType.F32, ElementType.F16, bits.length);
    try (Guarded src = buffer(ElementType.F32, bits);
        Guarded dst = Guarded.ofBytes(2L * bits.length, 0)) {
      for (int task = 0; task < plan.tasks(); task++) {
        plan.run(src.address(), dst.address(), task);
      }
      for (int i = 0; i < bits.length; i++) {
        float value = Float.intBitsToFloat((int) bits[i]);
        assertEquals(
            Float.floatToFloat16(value),
            Memory.ALL.get(Memory.I16, dst.address() + 2L * i),
            () -> "half of " + value);
      }
    }
  }

  private static void check(ElementType from, ElementType to, long[] bits) {
    Cast plan = Cast.of(from, to, bits.length);
    try (Guarded src = buffer(from, bits);
        Guarded dst = Guarded.ofBytes((long) bits.length * to.bytes(), 8)) {
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.run(src.address(), dst.address(), task);
      }
      for (int i = 0; i < bits.length; i++) {
        long at = dst.address() + (long) i * to.bytes();
        long actual =
            switch (to.bytes()) {
              case 1 -> Memory.ALL.get(Memory.I8, at);
              case 2 -> Memory.ALL.get(Memory.I16, at);
              case 4 -> Memory.ALL.get(Memory.I32, at);
              default -> Memory.ALL.get(Memory.I64, at);
            };
        Object value = value(from, bits[i]);
        if (to.isFloating() && value instanceof Double d && Double.isNaN(d)) {
          assertTrue(
              value(to, actual) instanceof Double r && Double.isNaN(r), from + " NaN to " + to);
        } else {
          assertEquals(
              Long.toHexString(low(to, expected(from, to, value))),
              Long.toHexString(low(to, actual)),
              () -> from + " " + value + " to " + to);
        }
      }
    }
  }

  @Test
  void errors() {
    assertThrows(
        IllegalArgumentException.class, () -> Cast.of(ElementType.F32, ElementType.F16, -1));
    assertArrayEquals(new long[0], bits(ElementType.I8, 0, new Random(1)));
  }
}
