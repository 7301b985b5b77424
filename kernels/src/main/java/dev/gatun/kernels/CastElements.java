package dev.gatun.kernels;

/** Conversions one element at a time, through long between integers, else through double. */
final class CastElements {
  static void i64ToI32(long src, long dst, long n) {
    for (long k = 0; k < n; k++) {
      Memory.ALL.set(Memory.I32, dst + 4 * k, (int) Memory.ALL.get(Memory.I64, src + 8 * k));
    }
  }

  static void i32ToI64(long src, long dst, long n) {
    for (long k = 0; k < n; k++) {
      Memory.ALL.set(Memory.I64, dst + 8 * k, Memory.ALL.get(Memory.I32, src + 4 * k));
    }
  }

  static void i64ToF32(long src, long dst, long n) {
    for (long k = 0; k < n; k++) {
      Memory.ALL.set(Memory.F32, dst + 4 * k, (float) Memory.ALL.get(Memory.I64, src + 8 * k));
    }
  }

  static void f32ToF64(long src, long dst, long n) {
    for (long k = 0; k < n; k++) {
      Memory.ALL.set(Memory.F64, dst + 8 * k, Memory.ALL.get(Memory.F32, src + 4 * k));
    }
  }

  static void f64ToF32(long src, long dst, long n) {
    for (long k = 0; k < n; k++) {
      Memory.ALL.set(Memory.F32, dst + 4 * k, (float) Memory.ALL.get(Memory.F64, src + 8 * k));
    }
  }

  static void whole(ElementType from, ElementType to, long src, long dst, long n) {
    for (long k = 0; k < n; k++) {
      setWhole(to, dst + k * to.bytes(), wholeAt(from, src + k * from.bytes()));
    }
  }

  static void real(ElementType from, ElementType to, long src, long dst, long n) {
    for (long k = 0; k < n; k++) {
      setReal(to, dst + k * to.bytes(), realAt(from, src + k * from.bytes()));
    }
  }

  /** The integer at an address; U64 keeps its bits. */
  static long wholeAt(ElementType type, long at) {
    return switch (type) {
      case I8 -> Memory.ALL.get(Memory.I8, at);
      case U8 -> Memory.ALL.get(Memory.I8, at) & 0xFFL;
      case BOOL -> Memory.ALL.get(Memory.I8, at) != 0 ? 1 : 0;
      case I16 -> Memory.ALL.get(Memory.I16, at);
      case U16 -> Memory.ALL.get(Memory.I16, at) & 0xFFFFL;
      case I32 -> Memory.ALL.get(Memory.I32, at);
      case U32 -> Memory.ALL.get(Memory.I32, at) & 0xFFFFFFFFL;
      case I64, U64 -> Memory.ALL.get(Memory.I64, at);
      case F32, F64, F16, BF16 -> throw new IllegalArgumentException(type + " is no integer");
    };
  }

  static void setWhole(ElementType type, long at, long value) {
    switch (type) {
      case I8, U8 -> Memory.ALL.set(Memory.I8, at, (byte) value);
      case BOOL -> Memory.ALL.set(Memory.I8, at, (byte) (value != 0 ? 1 : 0));
      case I16, U16 -> Memory.ALL.set(Memory.I16, at, (short) value);
      case I32, U32 -> Memory.ALL.set(Memory.I32, at, (int) value);
      case I64, U64 -> Memory.ALL.set(Memory.I64, at, value);
      case F32, F64, F16, BF16 -> throw new IllegalArgumentException(type + " is no integer");
    }
  }

  /** The number at an address; exact but for integers beyond 2^53. */
  static double realAt(ElementType type, long at) {
    return switch (type) {
      case F32 -> Memory.ALL.get(Memory.F32, at);
      case F64 -> Memory.ALL.get(Memory.F64, at);
      case F16 -> Float.float16ToFloat(Memory.ALL.get(Memory.I16, at));
      case BF16 -> Float.intBitsToFloat(Memory.ALL.get(Memory.I16, at) << 16);
      case U64 -> unsigned(Memory.ALL.get(Memory.I64, at));
      case I8, U8, BOOL, I16, U16, I32, U32, I64 -> wholeAt(type, at);
    };
  }

  static void setReal(ElementType type, long at, double value) {
    switch (type) {
      case F32 -> Memory.ALL.set(Memory.F32, at, (float) value);
      case F64 -> Memory.ALL.set(Memory.F64, at, value);
      case F16 -> Memory.ALL.set(Memory.I16, at, Float.floatToFloat16(toOdd(value)));
      case BF16 -> Memory.ALL.set(Memory.I16, at, toBf16(toOdd(value)));
      case BOOL -> Memory.ALL.set(Memory.I8, at, (byte) (value != 0 ? 1 : 0));
      case U64 ->
          Memory.ALL.set(
              Memory.I64,
              at,
              value >= 0x1p63 ? (long) (value - 0x1p63) ^ Long.MIN_VALUE : (long) value);
      case I8, U8, I16, U16, I32, U32, I64 -> setWhole(type, at, (long) value);
    }
  }

  private static double unsigned(long bits) {
    // Halved with the lost bit kept, so that it still decides the rounding.
    return bits >= 0 ? bits : 2.0 * ((bits >>> 1) | (bits & 1));
  }

  static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40); // quiet, and not infinity when only low bits were set
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  // Rounds to odd, so that rounding once more to fewer bits gives what one rounding would (Boldo
  // and
  // Melquiond, "When double rounding is odd").
  private static float toOdd(double value) {
    float near = (float) value;
    if (near == value || Double.isNaN(value)) {
      return near;
    }
    int bits = Float.floatToRawIntBits(near);
    int down = Math.abs((double) near) > Math.abs(value) ? bits - 1 : bits;
    return Float.intBitsToFloat(down | 1);
  }

  private CastElements() {}
}
