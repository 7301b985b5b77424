package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/**
 * dst = src * pow(k + alpha / size * sum of squares of the neighbours, -beta), forward and
 * backward.
 *
 * <p>The neighbours are {@code size} channels around each. Arguments: forward SRC, DST and, in
 * training, WORKSPACE; backward SRC, DIFF_DST, WORKSPACE, DIFF_SRC.
 */
public final class LocalResponseNormalization extends PrimitiveBuilder<LocalResponseNormalization> {
  private static final int ACROSS_CHANNELS = 0xaff;

  private final long size;
  private float alpha = 1e-4f;
  private float beta = 0.75f;
  private float k = 1;
  private @Nullable MemoryDesc src;

  private LocalResponseNormalization(OneDnn dnnl, long size) {
    super(dnnl);
    this.size = size;
  }

  /** Starts a normalization over {@code size} channels. */
  public static LocalResponseNormalization of(OneDnn dnnl, long size) {
    return new LocalResponseNormalization(dnnl, size);
  }

  /** Parameters; 1e-4, 0.75 and 1 when not called. */
  public LocalResponseNormalization parameters(float alphaValue, float betaValue, float kValue) {
    alpha = alphaValue;
    beta = betaValue;
    k = kValue;
    return this;
  }

  /** Source [N, C, H, W]; the destination has the same descriptor. */
  public LocalResponseNormalization src(MemoryDesc desc) {
    src = desc;
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
                        "dnnl_lrn_backward_primitive_desc_create", "ippi" + "ppp" + "lfff" + "pp")
                    .invokeExact(
                        out,
                        dnnl().engine(),
                        ACROSS_CHANNELS,
                        s.desc(src),
                        s.desc(src),
                        s.desc(src),
                        size,
                        alpha,
                        beta,
                        k,
                        hint(s, (scope, o, a) -> forward(scope, o, a, FORWARD_TRAINING)),
                        attr));
  }

  private int forward(DnnlScope s, long out, long attr, int kind) throws Throwable {
    return (int)
        dnnl()
            .function("dnnl_lrn_forward_primitive_desc_create", "ippii" + "pp" + "lfff" + "p")
            .invokeExact(
                out,
                dnnl().engine(),
                kind,
                ACROSS_CHANNELS,
                s.desc(src),
                s.desc(src),
                size,
                alpha,
                beta,
                k,
                attr);
  }

  private String describe(String direction) {
    return "local response normalization "
        + direction
        + " over "
        + size
        + " channels of src "
        + required(src, "local response normalization", "src");
  }

  @Override
  LocalResponseNormalization self() {
    return this;
  }
}
