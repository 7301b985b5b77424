package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/**
 * Maximum or mean over a window in 1 to 3 dimensions, forward and backward.
 *
 * <p>src [N, C, spatial...], dst [N, C, spatial...]. Arguments: forward SRC, DST and, for a maximum
 * in training, WORKSPACE; backward DIFF_DST, DIFF_SRC and the WORKSPACE that forward filled.
 */
public final class Pooling extends PrimitiveBuilder<Pooling> {
  /** What is taken of each window. */
  public enum Kind {
    /** The largest value; padding never wins. */
    MAX(0x1ff),
    /** The mean, zeros of the padding counted. */
    MEAN_WITH_PADDING(0x2ff),
    /** The mean of what is not padding. */
    MEAN_WITHOUT_PADDING(0x3ff);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  private final Kind kind;
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc dst;
  private long[] window = {};
  private long[] strides = {};
  private long[] dilations = {};
  private long[] paddingBefore = {};
  private long[] paddingAfter = {};

  private Pooling(OneDnn dnnl, Kind kind) {
    super(dnnl);
    this.kind = kind;
  }

  /** Starts a pooling. */
  public static Pooling of(OneDnn dnnl, Kind kind) {
    return new Pooling(dnnl, kind);
  }

  /** Source [N, C, spatial...]. */
  public Pooling src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Destination [N, C, spatial...]. */
  public Pooling dst(MemoryDesc desc) {
    dst = desc;
    return this;
  }

  /** Size of the window along each spatial dimension. */
  public Pooling window(long... values) {
    window = values.clone();
    return this;
  }

  /** Steps of the window; 1 when not called. */
  public Pooling strides(long... values) {
    strides = values.clone();
    return this;
  }

  /** Distances between the taps of the window: 1, when not called, is a dense window. */
  public Pooling dilations(long... values) {
    dilations = values.clone();
    return this;
  }

  /** Padding before and after each spatial dimension; none when not called. */
  public Pooling padding(long[] before, long[] after) {
    paddingBefore = before.clone();
    paddingAfter = after.clone();
    return this;
  }

  /** Forward for inference: no workspace. */
  public PrimitiveResult inference() {
    return build(describe("forward"), (s, out, attr) -> forward(s, out, attr, FORWARD_INFERENCE));
  }

  /** Forward in training: a maximum leaves its positions in the workspace. */
  public PrimitiveResult forward() {
    return build(describe("forward"), (s, out, attr) -> forward(s, out, attr, FORWARD_TRAINING));
  }

  /** Gradient of the source. */
  public PrimitiveResult backward() {
    return build(
        describe("backward"),
        (s, out, attr) -> {
          Window w = window(s);
          return (int)
              dnnl()
                  .function(
                      "dnnl_pooling_backward_primitive_desc_create", "ippi" + "pp" + "ppppp" + "pp")
                  .invokeExact(
                      out,
                      dnnl().engine(),
                      kind.code,
                      s.desc(src),
                      s.desc(dst),
                      w.strides,
                      w.window,
                      w.dilations,
                      w.before,
                      w.after,
                      hint(s, (scope, o, a) -> forward(scope, o, a, FORWARD_TRAINING)),
                      attr);
        });
  }

  private int forward(DnnlScope s, long out, long attr, int propagation) throws Throwable {
    Window w = window(s);
    return (int)
        dnnl()
            .function("dnnl_pooling_forward_primitive_desc_create", "ippii" + "pp" + "ppppp" + "p")
            .invokeExact(
                out,
                dnnl().engine(),
                propagation,
                kind.code,
                s.desc(src),
                s.desc(dst),
                w.strides,
                w.window,
                w.dilations,
                w.before,
                w.after,
                attr);
  }

  private record Window(long strides, long window, long dilations, long before, long after) {}

  private Window window(DnnlScope scope) {
    int spatial = spatial();
    long[] gaps = orDefault(dilations, spatial, 1);
    for (int i = 0; i < spatial; i++) {
      gaps[i]--; // oneDNN counts dilation from 0
    }
    return new Window(
        scope.dims(orDefault(strides, spatial, 1)),
        scope.dims(orDefault(window, spatial, 1)),
        scope.dims(gaps),
        scope.dims(orDefault(paddingBefore, spatial, 0)),
        scope.dims(orDefault(paddingAfter, spatial, 0)));
  }

  private int spatial() {
    return required(src, "pooling", "src").rank() - 2;
  }

  private String describe(String direction) {
    int spatial = spatial();
    required(dst, "pooling", "dst");
    return "pooling "
        + kind
        + " "
        + direction
        + " of src "
        + src
        + ", dst "
        + dst
        + ", window "
        + text(window, spatial, 1)
        + ", strides "
        + text(strides, spatial, 1)
        + ", dilations "
        + text(dilations, spatial, 1)
        + ", padding "
        + text(paddingBefore, spatial, 0)
        + text(paddingAfter, spatial, 0);
  }

  @Override
  Pooling self() {
    return this;
  }
}
