package dev.gatun.ffi;

/** What a primitive does with each result before it writes it, in order. */
public sealed interface PostOp {
  /** acc = activation(acc). */
  record Eltwise(Activation activation, float alpha, float beta) implements PostOp {}

  /** acc = acc + scale * (what is in the destination). */
  record Sum(float scale) implements PostOp {}

  /**
   * acc = op(acc, operand); the operand is the argument {@link Arg#postOpBinary} and may have size
   * 1 along dimensions to broadcast.
   */
  record Binary(BinaryOp op, MemoryDesc operand) implements PostOp {}

  /**
   * acc = acc if positive, else slope * acc; slopes are the argument {@link Arg#postOpPrelu}, f32.
   *
   * @param mask bit i set: one slope for each index along dimension i of the destination
   */
  record Prelu(int mask) implements PostOp {}
}
