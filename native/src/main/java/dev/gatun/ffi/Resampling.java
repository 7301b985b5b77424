package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/**
 * Resizing of space, forward and backward: pixel centres are half-way, edges repeat.
 *
 * <p>src [N, C, spatial...], dst [N, C, spatial...]; the factors are the ratios of the sizes.
 * Arguments: forward SRC, DST; backward DIFF_DST, DIFF_SRC.
 */
public final class Resampling extends PrimitiveBuilder<Resampling> {
  /** How a value between pixels is made. */
  public enum Kind {
    /** The nearest pixel. */
    NEAREST(0x2fff0),
    /** Linear along each dimension. */
    LINEAR(0x2fff1);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  private final Kind kind;
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc dst;

  private Resampling(OneDnn dnnl, Kind kind) {
    super(dnnl);
    this.kind = kind;
  }

  /** Starts a resampling. */
  public static Resampling of(OneDnn dnnl, Kind kind) {
    return new Resampling(dnnl, kind);
  }

  /** Source [N, C, spatial...]. */
  public Resampling src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Destination [N, C, spatial...]. */
  public Resampling dst(MemoryDesc desc) {
    dst = desc;
    return this;
  }

  /** Forward. */
  public PrimitiveResult forward() {
    return build(describe("forward"), this::forward);
  }

  /** Gradient of the source. */
  public PrimitiveResult backward() {
    return build(
        describe("backward"),
        (s, out, attr) ->
            (int)
                dnnl()
                    .function(
                        "dnnl_resampling_backward_primitive_desc_create",
                        "ippi" + "p" + "pp" + "pp")
                    .invokeExact(
                        out,
                        dnnl().engine(),
                        kind.code,
                        s.floats(factors()),
                        s.desc(src),
                        s.desc(dst),
                        hint(s, this::forward),
                        attr));
  }

  private int forward(DnnlScope s, long out, long attr) throws Throwable {
    return (int)
        dnnl()
            .function("dnnl_resampling_forward_primitive_desc_create", "ippii" + "p" + "pp" + "p")
            .invokeExact(
                out,
                dnnl().engine(),
                FORWARD_TRAINING,
                kind.code,
                s.floats(factors()),
                s.desc(src),
                s.desc(dst),
                attr);
  }

  private float[] factors() {
    long[] from = required(src, "resampling", "src").dims();
    long[] to = required(dst, "resampling", "dst").dims();
    float[] factors = new float[from.length - 2];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) to[i + 2] / from[i + 2];
    }
    return factors;
  }

  private String describe(String direction) {
    return "resampling "
        + kind
        + " "
        + direction
        + " of src "
        + required(src, "resampling", "src")
        + " to dst "
        + required(dst, "resampling", "dst");
  }

  @Override
  Resampling self() {
    return this;
  }
}
