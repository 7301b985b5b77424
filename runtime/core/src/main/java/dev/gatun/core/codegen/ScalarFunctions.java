package dev.gatun.core.codegen;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.SmallFloats;
import dev.gatun.kernels.Memory;

/** What generated scalar code calls; small methods, so that C2 inlines them. */
final class ScalarFunctions {
  static long less(double x, double y) {
    return x < y ? 1 : 0;
  }

  static long lessEqual(double x, double y) {
    return x <= y ? 1 : 0;
  }

  static long equal(double x, double y) {
    return x == y ? 1 : 0;
  }

  static long less(long x, long y) {
    return x < y ? 1 : 0;
  }

  static long lessEqual(long x, long y) {
    return x <= y ? 1 : 0;
  }

  static long equal(long x, long y) {
    return x == y ? 1 : 0;
  }

  static long isNaN(double x) {
    return Double.isNaN(x) ? 1 : 0;
  }

  static long isInfinite(double x) {
    return Math.abs(x) == Double.POSITIVE_INFINITY ? 1 : 0;
  }

  static long isNotZero(double x) {
    return x != 0 ? 1 : 0;
  }

  static long isNotZero(long x) {
    return x != 0 ? 1 : 0;
  }

  static long select(long condition, long x, long y) {
    return condition != 0 ? x : y;
  }

  static double select(long condition, double x, double y) {
    return condition != 0 ? x : y;
  }

  static double toF32(double x) {
    return (float) x;
  }

  static double toF16(double x) {
    return Float.float16ToFloat(SmallFloats.toF16(x));
  }

  static double toBf16(double x) {
    return Float.intBitsToFloat(SmallFloats.toBf16(x) << 16);
  }

  /** The nearest value of a floating type below 16 bits; too large ones become the largest. */
  static double toSmall(double x, DType type) {
    return SmallFloats.decode(type, SmallFloats.encode(type, x, true));
  }

  // Loads, a method for each way in which an element lies in memory.

  static double loadF32(long at) {
    return Memory.ALL.get(Memory.F32, at);
  }

  static double loadF64(long at) {
    return Memory.ALL.get(Memory.F64, at);
  }

  static double loadF16(long at) {
    return Float.float16ToFloat(Memory.ALL.get(Memory.I16, at));
  }

  static double loadBf16(long at) {
    return Float.intBitsToFloat(Memory.ALL.get(Memory.I16, at) << 16);
  }

  static double loadSmall(long at, DType type) {
    return SmallFloats.decode(type, Memory.ALL.get(Memory.I8, at));
  }

  static long loadI8(long at) {
    return Memory.ALL.get(Memory.I8, at);
  }

  static long loadU8(long at) {
    return Memory.ALL.get(Memory.I8, at) & 0xffL;
  }

  static long loadI16(long at) {
    return Memory.ALL.get(Memory.I16, at);
  }

  static long loadU16(long at) {
    return Memory.ALL.get(Memory.I16, at) & 0xffffL;
  }

  static long loadI32(long at) {
    return Memory.ALL.get(Memory.I32, at);
  }

  static long loadU32(long at) {
    return Memory.ALL.get(Memory.I32, at) & 0xffffffffL;
  }

  static long loadI64(long at) {
    return Memory.ALL.get(Memory.I64, at);
  }

  // Stores.

  static void storeF32(double x, long at) {
    Memory.ALL.set(Memory.F32, at, (float) x);
  }

  static void storeF64(double x, long at) {
    Memory.ALL.set(Memory.F64, at, x);
  }

  static void storeF16(double x, long at) {
    Memory.ALL.set(Memory.I16, at, SmallFloats.toF16(x));
  }

  static void storeBf16(double x, long at) {
    Memory.ALL.set(Memory.I16, at, SmallFloats.toBf16(x));
  }

  /** As {@code TensorBuilder.set}: only float8e5m2 keeps an infinity. */
  static void storeSmall(double x, long at, DType type) {
    boolean saturate = type != DType.F8E5M2 || !Double.isInfinite(x);
    Memory.ALL.set(Memory.I8, at, SmallFloats.encode(type, x, saturate));
  }

  static void storeI8(long x, long at) {
    Memory.ALL.set(Memory.I8, at, (byte) x);
  }

  static void storeI16(long x, long at) {
    Memory.ALL.set(Memory.I16, at, (short) x);
  }

  static void storeI32(long x, long at) {
    Memory.ALL.set(Memory.I32, at, (int) x);
  }

  static void storeI64(long x, long at) {
    Memory.ALL.set(Memory.I64, at, x);
  }

  private ScalarFunctions() {}
}
