package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/**
 * dst = activation(src) element by element, forward and backward.
 *
 * <p>Arguments: forward SRC, DST; backward SRC, DIFF_DST, DIFF_SRC.
 */
public final class Eltwise extends PrimitiveBuilder<Eltwise> {
  private final Activation activation;
  private float alpha;
  private float beta;
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc dst;

  private Eltwise(OneDnn dnnl, Activation activation) {
    super(dnnl);
    this.activation = activation;
  }

  /** Starts an element-wise function. */
  public static Eltwise of(OneDnn dnnl, Activation activation) {
    return new Eltwise(dnnl, activation);
  }

  /** Parameters of the function, see {@link Activation}; 0 when not called. */
  public Eltwise parameters(float alphaValue, float betaValue) {
    alpha = alphaValue;
    beta = betaValue;
    return this;
  }

  /** Source, any shape. */
  public Eltwise src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Destination, the shape of the source; the source's descriptor when not called. */
  public Eltwise dst(MemoryDesc desc) {
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
  public PrimitiveResult backward() {
    return build(
        describe("backward"),
        (s, out, attr) ->
            (int)
                dnnl()
                    .function(
                        "dnnl_eltwise_backward_primitive_desc_create", "ippi" + "ppp" + "ff" + "pp")
                    .invokeExact(
                        out,
                        dnnl().engine(),
                        activation.code(),
                        s.desc(src),
                        s.desc(dst()),
                        s.desc(src),
                        alpha,
                        beta,
                        hint(s, (scope, o, a) -> forward(scope, o, a, FORWARD_TRAINING)),
                        attr));
  }

  private int forward(DnnlScope s, long out, long attr, int kind) throws Throwable {
    return (int)
        dnnl()
            .function("dnnl_eltwise_forward_primitive_desc_create", "ippii" + "pp" + "ff" + "p")
            .invokeExact(
                out,
                dnnl().engine(),
                kind,
                activation.code(),
                s.desc(src),
                s.desc(dst()),
                alpha,
                beta,
                attr);
  }

  private MemoryDesc dst() {
    return dst != null ? dst : required(src, "eltwise", "src");
  }

  private String describe(String direction) {
    return "eltwise "
        + activation
        + " "
        + direction
        + " (alpha "
        + alpha
        + ", beta "
        + beta
        + ") of src "
        + required(src, "eltwise", "src")
        + ", dst "
        + dst();
  }

  @Override
  Eltwise self() {
    return this;
  }
}
