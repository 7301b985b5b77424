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

  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  /** True for signed and unsigned integers. */
  public boolean isInteger() {
    return kind == Kind.INT || kind == Kind.UINT;
  }
}
