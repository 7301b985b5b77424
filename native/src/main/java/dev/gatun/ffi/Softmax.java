package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/**
 * Softmax or its logarithm along one axis, forward and backward.
 *
 * <p>Arguments: forward SRC, DST; backward DST, DIFF_DST, DIFF_SRC.
 */
public final class Softmax extends PrimitiveBuilder<Softmax> {
  private static final int ACCURATE = 0x30000;
  private static final int LOG = 0x30001;

  private final int axis;
  private boolean logarithm;
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc dst;

  private Softmax(OneDnn dnnl, int axis) {
    super(dnnl);
    this.axis = axis;
  }

  /** Starts a softmax along dimension {@code axis}. */
  public static Softmax of(OneDnn dnnl, int axis) {
    return new Softmax(dnnl, axis);
  }

  /** Takes the logarithm of the softmax. */
  public Softmax logarithm() {
    logarithm = true;
    return this;
  }

  /** Source, any shape. */
  public Softmax src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Destination; the source's descriptor when not called. */
  public Softmax dst(MemoryDesc desc) {
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

  /** Gradient of the source, from the result and its gradient. */
  public PrimitiveResult backward() {
    return build(
        describe("backward"),
        (s, out, attr) ->
            (int)
                dnnl()
                    .function(
                        "dnnl_softmax_backward_primitive_desc_create", "ippi" + "ppp" + "i" + "pp")
                    .invokeExact(
                        out,
                        dnnl().engine(),
                        algorithm(),
                        s.desc(src),
                        s.desc(dst()),
                        s.desc(dst()),
                        axis,
                        hint(s, (scope, o, a) -> forward(scope, o, a, FORWARD_TRAINING)),
                        attr));
  }

  private int forward(DnnlScope s, long out, long attr, int kind) throws Throwable {
    return (int)
        dnnl()
            .function("dnnl_softmax_forward_primitive_desc_create", "ippii" + "pp" + "i" + "p")
            .invokeExact(
                out, dnnl().engine(), kind, algorithm(), s.desc(src), s.desc(dst()), axis, attr);
  }

  private int algorithm() {
    return logarithm ? LOG : ACCURATE;
  }

  private MemoryDesc dst() {
    return dst != null ? dst : required(src, "softmax", "src");
  }

  private String describe(String direction) {
    return (logarithm ? "log-softmax " : "softmax ")
        + direction
        + " along axis "
        + axis
        + " of src "
        + required(src, "softmax", "src")
        + ", dst "
        + dst();
  }

  @Override
  Softmax self() {
    return this;
  }
}
