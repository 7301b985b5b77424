package dev.gatun.core.tensor;

/**
 * Floating types below 32 bits, bit by bit: the slow truth.
 *
 * <p>The 8-bit formats are those of the Open Compute Project's OFP8 specification and their "FNUZ"
 * variants (no infinity, one NaN at the pattern of minus zero, exponent bias one higher); E8M0 and
 * E2M1 are from the OCP Microscaling specification 1.0.
 */
public final class SmallFloats {
  private record Format(
      int exponentBits, int mantissaBits, int bias, boolean infinity, boolean fnuz, double max) {}

  private static final Format E4M3FN = new Format(4, 3, 7, false, false, 448);
  private static final Format E4M3FNUZ = new Format(4, 3, 8, false, true, 240);
  private static final Format E5M2 = new Format(5, 2, 15, true, false, 57344);
  private static final Format E5M2FNUZ = new Format(5, 2, 16, false, true, 57344);
  private static final Format E2M1 = new Format(2, 1, 1, false, false, 6);

  private static Format format(DType dtype) {
    return switch (dtype) {
      case F8E4M3FN -> E4M3FN;
      case F8E4M3FNUZ -> E4M3FNUZ;
      case F8E5M2 -> E5M2;
      case F8E5M2FNUZ -> E5M2FNUZ;
      case F4E2M1 -> E2M1;
      default -> throw new IllegalArgumentException(dtype + " is not a small float");
    };
  }

  /** The value of a pattern. */
  public static double decode(DType dtype, byte bits) {
    int b = bits & 0xff;
    if (dtype == DType.F8E8M0) {
      return b == 0xff ? Double.NaN : Math.scalb(1.0, b - 127);
    }
    Format f = format(dtype);
    int width = f.exponentBits + f.mantissaBits;
    int magnitude = b & (1 << width) - 1;
    boolean negative = (b >> width & 1) != 0;
    int exponent = magnitude >> f.mantissaBits;
    int mantissa = magnitude & (1 << f.mantissaBits) - 1;
    int top = (1 << f.exponentBits) - 1;
    if (f.fnuz) {
      if (negative && magnitude == 0) {
        return Double.NaN;
      }
    } else if (f.infinity) {
      if (exponent == top) {
        return mantissa != 0
            ? Double.NaN
            : negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      }
    } else if (dtype == DType.F8E4M3FN && magnitude == 0x7f) {
      return Double.NaN;
    }
    double value =
        exponent == 0
            ? Math.scalb((double) mantissa, 1 - f.bias - f.mantissaBits)
            : Math.scalb(
                (double) (mantissa | 1 << f.mantissaBits), exponent - f.bias - f.mantissaBits);
    return negative ? -value : value;
  }

  /**
   * The nearest pattern, ties to even.
   *
   * @param saturate whether what is too large becomes the largest finite value instead of infinity
   *     (or NaN where the format has no infinity)
   */
  public static byte encode(DType dtype, double value, boolean saturate) {
    if (dtype == DType.F8E8M0) {
      return encodeExponent(value, saturate);
    }
    Format f = format(dtype);
    int width = f.exponentBits + f.mantissaBits;
    int sign = Double.doubleToRawLongBits(value) < 0 ? 1 << width : 0;
    if (Double.isNaN(value)) {
      return (byte)
          // E2M1 has no NaN; minus zero stands for it in ml_dtypes and so in ONNX.
          (f.fnuz || dtype == DType.F4E2M1 ? 1 << width : sign | (f.infinity ? 0x7e | 1 : 0x7f));
    }
    double magnitude = Math.abs(value);
    int pattern;
    if (magnitude > 0) {
      int exponent = Math.max(Math.getExponent(magnitude), 1 - f.bias);
      double quantum = Math.scalb(1.0, exponent - f.mantissaBits);
      double rounded =
          Double.isInfinite(magnitude) ? magnitude : Math.rint(magnitude / quantum) * quantum;
      if (rounded > f.max) {
        if (saturate || dtype == DType.F4E2M1) {
          rounded = f.max;
        } else {
          return (byte) (f.fnuz ? 1 << width : f.infinity ? sign | 0x7c : sign | 0x7f);
        }
      }
      if (rounded == 0) {
        pattern = 0;
      } else {
        int e = Math.getExponent(rounded);
        pattern =
            e < 1 - f.bias
                ? (int) Math.scalb(rounded, f.bias - 1 + f.mantissaBits)
                : (e + f.bias << f.mantissaBits)
                    + (int) Math.scalb(rounded, f.mantissaBits - e)
                    - (1 << f.mantissaBits);
      }
    } else {
      pattern = 0;
    }
    return (byte) (f.fnuz && pattern == 0 ? 0 : sign | pattern);
  }

  private static byte encodeExponent(double value, boolean saturate) {
    if (Double.isNaN(value) || value < 0) {
      return (byte) 0xff;
    }
    if (value == 0) {
      return 0;
    }
    if (Double.isInfinite(value)) {
      return (byte) (saturate ? 0xfe : 0xff);
    }
    int exponent = Math.getExponent(value);
    double mantissa = value / Math.scalb(1.0, exponent);
    int rounded = mantissa >= 1.5 ? exponent + 1 : exponent;
    if (rounded > 127) {
      return (byte) (saturate ? 0xfe : 0xff);
    }
    return (byte) Math.max(rounded + 127, 0);
  }

  /** Rounds to float16, ties to even, from the double itself: going through float rounds twice. */
  public static short toF16(double value) {
    return Float.floatToFloat16(roundToOdd(value));
  }

  /** Rounds to bfloat16, ties to even. */
  public static short toBf16(double value) {
    if (Double.isNaN(value)) {
      return 0x7fc0;
    }
    int bits = Float.floatToRawIntBits(roundToOdd(value));
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }

  /** To float by rounding to odd, so that a second rounding to fewer bits is correct. */
  private static float roundToOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value) || Double.isInfinite(value)) {
      return nearest;
    }
    float down = Math.abs((double) nearest) > Math.abs(value) ? towardZero(nearest) : nearest;
    return Float.intBitsToFloat(Float.floatToRawIntBits(down) | 1);
  }

  private static float towardZero(float x) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(x) - 1);
  }

  private SmallFloats() {}
}
