package dev.gatun.core.tensor;

/** Element types. Types below one byte are stored one element a byte. */
public enum DType {
  F32(4, Kind.FLOAT),
  F64(8, Kind.FLOAT),
  F16(2, Kind.FLOAT),
  BF16(2, Kind.FLOAT),
  I8(1, Kind.INT),
  U8(1, Kind.UINT),
  I16(2, Kind.INT),
  U16(2, Kind.UINT),
  I32(4, Kind.INT),
  U32(4, Kind.UINT),
  I64(8, Kind.INT),
  U64(8, Kind.UINT),
  BOOL(1, Kind.BOOL),
  I4(1, Kind.INT),
  U4(1, Kind.UINT),
  I2(1, Kind.INT),
  U2(1, Kind.UINT),
  F8E4M3FN(1, Kind.FLOAT),
  F8E4M3FNUZ(1, Kind.FLOAT),
  F8E5M2(1, Kind.FLOAT),
  F8E5M2FNUZ(1, Kind.FLOAT),
  F8E8M0(1, Kind.FLOAT),
  F4E2M1(1, Kind.FLOAT),
  STRING(0, Kind.STRING);

  /** What arithmetic a type has. */
  public enum Kind {
    FLOAT,
    INT,
    UINT,
    BOOL,
    STRING
  }

  private final int bytes;
  private final Kind kind;

  DType(int bytes, Kind kind) {
    this.bytes = bytes;
    this.kind = kind;
  }

  /** Bytes of one element in memory; 0 for strings, which live on the heap. */
  public int bytes() {
    return bytes;
  }

  public Kind kind() {
    return kind;
  }

  /** The most negative finite value of a number type. */
  public double lowest() {
    return switch (this) {
      case F8E8M0 -> 0x1p-127;
      case I8, I16, I32, I64 -> -Math.scalb(1.0, 8 * bytes - 1);
      case I4 -> -8;
      case I2 -> -2;
      case U8, U16, U32, U64, U4, U2, BOOL -> 0;
      default -> -highest();
    };
  }

  /** The largest finite value of a number type; 2^63 and 2^64 stand for those of I64 and U64. */
  public double highest() {
    return switch (this) {
      case F32 -> Float.MAX_VALUE;
      case F64 -> Double.MAX_VALUE;
      case F16 -> 65504;
      case BF16 -> 0x1.fep127;
      case I8, I16, I32 -> Math.scalb(1.0, 8 * bytes - 1) - 1;
      case I64 -> 0x1p63;
      case U8, U16, U32 -> Math.scalb(1.0, 8 * bytes) - 1;
      case U64 -> 0x1p64;
      case BOOL -> 1;
      case I4 -> 7;
      case U4 -> 15;
      case I2 -> 1;
      case U2 -> 3;
      case F8E4M3FN -> 448;
      case F8E4M3FNUZ -> 240;
      case F8E5M2, F8E5M2FNUZ -> 57344;
      case F8E8M0 -> 0x1p127;
      case F4E2M1 -> 6;
      case STRING -> throw new GatunException("strings have no largest value");
    };
  }

  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  /** True for what has arithmetic: neither booleans nor strings. */
  public boolean isNumber() {
    return isFloat() || isInteger();
  }

  /** True for signed and unsigned integers. */
  public boolean isInteger() {
    return kind == Kind.INT || kind == Kind.UINT;
  }
}
