package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/**
 * dst = op(src, src1); sizes of 1 in src1 broadcast. Arguments: SRC, SRC_1, DST.
 *
 * <p>There is no backward form: gradients are binary operations themselves.
 */
public final class Binary extends PrimitiveBuilder<Binary> {
  private final BinaryOp op;
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc src1;
  private @Nullable MemoryDesc dst;

  private Binary(OneDnn dnnl, BinaryOp op) {
    super(dnnl);
    this.op = op;
  }

  /** Starts a binary operation. */
  public static Binary of(OneDnn dnnl, BinaryOp op) {
    return new Binary(dnnl, op);
  }

  /** First operand. */
  public Binary src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Second operand, of the same rank. */
  public Binary src1(MemoryDesc desc) {
    src1 = desc;
    return this;
  }

  /** Destination, the shape of the first operand; its descriptor when not called. */
  public Binary dst(MemoryDesc desc) {
    dst = desc;
    return this;
  }

  /** Builds the primitive. */
  public PrimitiveResult build() {
    MemoryDesc a = required(src, "binary", "src");
    MemoryDesc b = required(src1, "binary", "src1");
    MemoryDesc c = dst != null ? dst : a;
    return build(
        "binary " + op + " of src " + a + " and src1 " + b + " to dst " + c,
        (s, out, attr) ->
            (int)
                dnnl()
                    .function("dnnl_binary_primitive_desc_create", "ippipppp")
                    .invokeExact(
                        out, dnnl().engine(), op.code(), s.desc(a), s.desc(b), s.desc(c), attr));
  }

  @Override
  Binary self() {
    return this;
  }
}
