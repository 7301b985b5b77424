package dev.gatun.ffi;

/** Operations on two sources; comparisons give 1 or 0. */
public enum BinaryOp {
  /** src + src1. */
  ADD(0x1fff0),
  /** src * src1. */
  MUL(0x1fff1),
  /** max(src, src1). */
  MAX(0x1fff2),
  /** min(src, src1). */
  MIN(0x1fff3),
  /** src / src1. */
  DIV(0x1fff4),
  /** src - src1. */
  SUB(0x1fff5),
  /** src >= src1. */
  GE(0x1fff6),
  /** src > src1. */
  GT(0x1fff7),
  /** src <= src1. */
  LE(0x1fff8),
  /** src < src1. */
  LT(0x1fff9),
  /** src == src1. */
  EQ(0x1fffa),
  /** src != src1. */
  NE(0x1fffb);

  private final int code;

  BinaryOp(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
