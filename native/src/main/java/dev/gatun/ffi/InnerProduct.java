package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/**
 * Fully connected layer: dst[n, o] = sum over c and space of src[n, c, ...] * weights[o, c, ...] +
 * bias[o].
 *
 * <p>Arguments: forward SRC, WEIGHTS, BIAS, DST; backward by data DIFF_DST, WEIGHTS, DIFF_SRC;
 * backward by weights SRC, DIFF_DST, DIFF_WEIGHTS, DIFF_BIAS.
 */
public final class InnerProduct extends PrimitiveBuilder<InnerProduct> {
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc weights;
  private @Nullable MemoryDesc bias;
  private @Nullable MemoryDesc dst;

  private InnerProduct(OneDnn dnnl) {
    super(dnnl);
  }

  /** Starts a fully connected layer. */
  public static InnerProduct of(OneDnn dnnl) {
    return new InnerProduct(dnnl);
  }

  /** Source [N, C] or [N, C, spatial...]. */
  public InnerProduct src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Weights [O, C] or [O, C, spatial...]. */
  public InnerProduct weights(MemoryDesc desc) {
    weights = desc;
    return this;
  }

  /** Bias [O]; null for none. */
  public InnerProduct bias(@Nullable MemoryDesc desc) {
    bias = desc;
    return this;
  }

  /** Destination [N, O]. */
  public InnerProduct dst(MemoryDesc desc) {
    dst = desc;
    return this;
  }

  /** Forward for inference. */
  public PrimitiveResult inference() {
    return build(describe("forward"), (s, out, attr) -> forward(s, out, attr, FORWARD_INFERENCE));
  }

  /** Forward in training. */
  public PrimitiveResult forward() {
    return build(describe("forward"), (s, out, attr) -> forward(s, out, attr, FORWARD_TRAINING));
  }

  /** Gradient of the source. */
  public PrimitiveResult backwardData() {
    return build(
        describe("backward by data"),
        (s, out, attr) ->
            (int)
                dnnl()
                    .function(
                        "dnnl_inner_product_backward_data_primitive_desc_create",
                        "ipp" + "ppp" + "pp")
                    .invokeExact(
                        out,
                        dnnl().engine(),
                        s.desc(src),
                        s.desc(weights),
                        s.desc(dst),
                        hint(s, this::hintForward),
                        attr));
  }

  /** Gradients of the weights and the bias. */
  public PrimitiveResult backwardWeights() {
    return build(
        describe("backward by weights"),
        (s, out, attr) ->
            (int)
                dnnl()
                    .function(
                        "dnnl_inner_product_backward_weights_primitive_desc_create",
                        "ipp" + "pppp" + "pp")
                    .invokeExact(
                        out,
                        dnnl().engine(),
                        s.desc(src),
                        s.desc(weights),
                        s.desc(bias),
                        s.desc(dst),
                        hint(s, this::hintForward),
                        attr));
  }

  private int hintForward(DnnlScope s, long out, long attr) throws Throwable {
    return forward(s, out, attr, FORWARD_TRAINING);
  }

  private int forward(DnnlScope s, long out, long attr, int kind) throws Throwable {
    return (int)
        dnnl()
            .function("dnnl_inner_product_forward_primitive_desc_create", "ippi" + "pppp" + "p")
            .invokeExact(
                out,
                dnnl().engine(),
                kind,
                s.desc(src),
                s.desc(weights),
                s.desc(bias),
                s.desc(dst),
                attr);
  }

  private String describe(String direction) {
    required(src, "inner product", "src");
    required(weights, "inner product", "weights");
    required(dst, "inner product", "dst");
    return "inner product "
        + direction
        + " of src "
        + src
        + ", weights "
        + weights
        + (bias == null ? "" : ", bias " + bias)
        + ", dst "
        + dst;
  }

  @Override
  InnerProduct self() {
    return this;
  }
}
