package dev.gatun.ffi;

/** Whether single-precision inputs may be rounded before they are multiplied. */
public enum FpMath {
  /** No rounding. */
  STRICT(0),
  /** Products of bf16. */
  BF16(1),
  /** Products of f16. */
  F16(2),
  /** Products of anything. */
  ANY(3),
  /** Products of tf32. */
  TF32(4);

  private final int code;

  FpMath(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
