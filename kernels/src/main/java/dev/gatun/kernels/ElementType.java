package dev.gatun.kernels;

/** Types of elements that kernels move, convert and compare. */
public enum ElementType {
  /** IEEE single precision. */
  F32(4),
  /** IEEE double precision. */
  F64(8),
  /** IEEE half precision. */
  F16(2),
  /** The upper half of single precision. */
  BF16(2),
  /** Signed byte. */
  I8(1),
  /** Unsigned byte. */
  U8(1),
  /** Signed 16-bit integer. */
  I16(2),
  /** Unsigned 16-bit integer. */
  U16(2),
  /** Signed 32-bit integer. */
  I32(4),
  /** Unsigned 32-bit integer. */
  U32(4),
  /** Signed 64-bit integer. */
  I64(8),
  /** Unsigned 64-bit integer. */
  U64(8),
  /** One byte, 0 or 1. */
  BOOL(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether it has a fraction and an exponent. */
  public boolean isFloating() {
    return this == F32 || this == F64 || this == F16 || this == BF16;
  }
}
