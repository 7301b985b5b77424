package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/**
 * dst = src where it is positive, else weights * src, forward and backward.
 *
 * <p>Sizes of 1 in the weights broadcast. Arguments: forward SRC, WEIGHTS, DST; backward SRC,
 * WEIGHTS, DIFF_DST, DIFF_SRC, DIFF_WEIGHTS.
 */
public final class Prelu extends PrimitiveBuilder<Prelu> {
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc weights;

  private Prelu(OneDnn dnnl) {
    super(dnnl);
  }

  /** Starts a PReLU. */
  public static Prelu of(OneDnn dnnl) {
    return new Prelu(dnnl);
  }

  /** Source; the destination has the same descriptor. */
  public Prelu src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Slopes, of the rank of the source. */
  public Prelu weights(MemoryDesc desc) {
    weights = desc;
    return this;
  }

  /** Forward. */
  public PrimitiveResult forward() {
    return build(describe("forward"), this::forward);
  }

  /** Gradients of the source and of the slopes. */
  public PrimitiveResult backward() {
    return build(
        describe("backward"),
        (s, out, attr) ->
            (int)
                dnnl()
                    .function("dnnl_prelu_backward_primitive_desc_create", "ipp" + "ppppp" + "pp")
                    .invokeExact(
                        out,
                        dnnl().engine(),
                        s.desc(src),
                        s.desc(weights),
                        s.desc(src),
                        s.desc(weights),
                        s.desc(src),
                        hint(s, this::forward),
                        attr));
  }

  private int forward(DnnlScope s, long out, long attr) throws Throwable {
    return (int)
        dnnl()
            .function("dnnl_prelu_forward_primitive_desc_create", "ippi" + "ppp" + "p")
            .invokeExact(
                out,
                dnnl().engine(),
                FORWARD_TRAINING,
                s.desc(src),
                s.desc(weights),
                s.desc(src),
                attr);
  }

  private String describe(String direction) {
    return "prelu "
        + direction
        + " of src "
        + required(src, "prelu", "src")
        + ", weights "
        + required(weights, "prelu", "weights");
  }

  @Override
  Prelu self() {
    return this;
  }
}
