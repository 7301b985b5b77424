package dev.gatun.core.expr;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.SmallFloats;
import dev.gatun.core.tensor.TensorBuilder;

/** Conversions between number types for one value. */
public final class Rounding {
  /** The nearest value of a floating type. */
  static double round(DType type, double value) {
    return switch (type) {
      case F64 -> value;
      case F32 -> (float) value;
      case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 ->
          SmallFloats.decode(type, SmallFloats.encode(type, value, true));
      default -> {
        TensorBuilder one = new TensorBuilder(type, Shape.SCALAR);
        one.set(0, value);
        yield one.build().getDouble(0);
      }
    };
  }

  /** A floating value as an integer: truncated, then the low bits kept; NaN gives 0. */
  public static long toWhole(DType type, double value) {
    if (type == DType.U64 && value >= 0x1p63) {
      return (long) (value - 0x1p63) ^ Long.MIN_VALUE;
    }
    return wrap(type, (long) value);
  }

  /** Keeps the bits of a type's width, with its sign. */
  static long wrap(DType type, long value) {
    return switch (type) {
      case I8 -> (byte) value;
      case U8 -> value & 0xff;
      case I16 -> (short) value;
      case U16 -> value & 0xffff;
      case I32 -> (int) value;
      case U32 -> value & 0xffffffffL;
      case I4 -> value << 60 >> 60;
      case U4 -> value & 15;
      case I2 -> value << 62 >> 62;
      case U2 -> value & 3;
      case BOOL -> value != 0 ? 1 : 0;
      default -> value;
    };
  }

  /** An unsigned long as a double. */
  public static double unsigned(long bits) {
    return bits >= 0 ? bits : (bits >>> 1 | bits & 1) * 2.0;
  }

  private Rounding() {}
}
