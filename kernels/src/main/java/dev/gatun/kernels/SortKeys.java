package dev.gatun.kernels;

/**
 * Elements as 64-bit keys that compare as signed integers do: -0 equals 0 and NaN is above
 * everything, as in NumPy.
 */
final class SortKeys {
  /** The key of the element at an address. */
  static long at(ElementType type, long at) {
    return switch (type) {
      case F32 -> ofFloat(Memory.ALL.get(Memory.F32, at));
      case F16 -> ofFloat(Float.float16ToFloat(Memory.ALL.get(Memory.I16, at)));
      case BF16 -> ofFloat(Float.intBitsToFloat(Memory.ALL.get(Memory.I16, at) << 16));
      case F64 -> ofDouble(Memory.ALL.get(Memory.F64, at));
      case U64 -> Memory.ALL.get(Memory.I64, at) ^ Long.MIN_VALUE;
      case I8, U8, BOOL, I16, U16, I32, U32, I64 -> CastElements.wholeAt(type, at);
    };
  }

  private static long ofFloat(float value) {
    // floatToIntBits makes every NaN the same positive one; + 0 makes -0 positive.
    int bits = Float.floatToIntBits(value + 0f);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  private static long ofDouble(double value) {
    long bits = Double.doubleToLongBits(value + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  private SortKeys() {}
}
