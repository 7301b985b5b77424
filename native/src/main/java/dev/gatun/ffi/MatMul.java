package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/**
 * dst[..., m, n] = src[..., m, k] * weights[..., k, n] + bias.
 *
 * <p>Batch dimensions of size 1 broadcast. The bias has the rank of the destination, with size 1
 * where it broadcasts: [1, n] for one number a column. Arguments: SRC, WEIGHTS, BIAS, DST. There is
 * no backward form: the gradients are matrix products themselves, on transposed strides.
 */
public final class MatMul extends PrimitiveBuilder<MatMul> {
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc weights;
  private @Nullable MemoryDesc bias;
  private @Nullable MemoryDesc dst;

  private MatMul(OneDnn dnnl) {
    super(dnnl);
  }

  /** Starts a matrix product. */
  public static MatMul of(OneDnn dnnl) {
    return new MatMul(dnnl);
  }

  /** Left factor [..., m, k]. */
  public MatMul src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Right factor [..., k, n]. */
  public MatMul weights(MemoryDesc desc) {
    weights = desc;
    return this;
  }

  /** Added to the product. */
  public MatMul bias(@Nullable MemoryDesc desc) {
    bias = desc;
    return this;
  }

  /** Product [..., m, n]. */
  public MatMul dst(MemoryDesc desc) {
    dst = desc;
    return this;
  }

  /** Builds the primitive. */
  public PrimitiveResult build() {
    MemoryDesc a = required(src, "matmul", "src");
    MemoryDesc b = required(weights, "matmul", "weights");
    MemoryDesc c = required(dst, "matmul", "dst");
    return build(
        "matmul of src "
            + a
            + " and weights "
            + b
            + (bias == null ? "" : " plus bias " + bias)
            + " to dst "
            + c,
        (scope, out, attr) ->
            (int)
                dnnl()
                    .function("dnnl_matmul_primitive_desc_create", "ippppppp")
                    .invokeExact(
                        out,
                        dnnl().engine(),
                        scope.desc(a),
                        scope.desc(b),
                        scope.desc(bias),
                        scope.desc(c),
                        attr));
  }

  @Override
  MatMul self() {
    return this;
  }
}
