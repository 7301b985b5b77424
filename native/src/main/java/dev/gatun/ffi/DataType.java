package dev.gatun.ffi;

/** Element types of native buffers, with the numbers oneDNN gives them. */
public enum DataType {
  /** IEEE half precision. */
  F16(1, 2),
  /** The upper half of an IEEE single. */
  BF16(2, 2),
  /** IEEE single precision. */
  F32(3, 4),
  /** Signed 32-bit integer. */
  S32(4, 4),
  /** Signed byte. */
  S8(5, 1),
  /** Unsigned byte. */
  U8(6, 1);

  private final int code;
  private final int bytes;

  DataType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  int code() {
    return code;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  static DataType ofCode(int code) {
    for (DataType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new OneDnnException("oneDNN answers with data type " + code + ", which is not bound");
  }
}
