package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/**
 * Convolution and its transpose in 1 to 3 dimensions, forward and backward.
 *
 * <p>src [N, C, spatial...], weights [O, C, window...] or, with groups, [G, O/G, C/G, window...],
 * bias [O], dst [N, O, spatial...]. The transpose takes weights in the same order: output channels
 * first. Use a channels-last layout ({@code MemoryDesc.plain(F32, "acdb", ...)}) for src and dst
 * and any for the weights: nothing is faster.
 *
 * <p>Arguments: forward SRC, WEIGHTS, BIAS, DST; backward by data DIFF_DST, WEIGHTS, DIFF_SRC;
 * backward by weights SRC, DIFF_DST, DIFF_WEIGHTS, DIFF_BIAS. Layouts of the gradients are those
 * given for the values; the weights of backward by data may need another layout than forward.
 */
public final class Convolution extends PrimitiveBuilder<Convolution> {
  private static final int DIRECT = 1;
  private static final int TRANSPOSED_DIRECT = 0xa;

  private final String name;
  private final int algorithm;
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc weights;
  private @Nullable MemoryDesc bias;
  private @Nullable MemoryDesc dst;
  private long[] strides = {};
  private long[] dilations = {};
  private long[] paddingBefore = {};
  private long[] paddingAfter = {};

  private Convolution(OneDnn dnnl, String name, int algorithm) {
    super(dnnl);
    this.name = name;
    this.algorithm = algorithm;
  }

  /** Starts a convolution. */
  public static Convolution of(OneDnn dnnl) {
    return new Convolution(dnnl, "convolution", DIRECT);
  }

  /** Starts a transposed convolution (a convolution backwards, with weights of its own). */
  public static Convolution transposed(OneDnn dnnl) {
    return new Convolution(dnnl, "deconvolution", TRANSPOSED_DIRECT);
  }

  /** Source [N, C, spatial...]. */
  public Convolution src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Weights [O, C, window...] or [G, O/G, C/G, window...]. */
  public Convolution weights(MemoryDesc desc) {
    weights = desc;
    return this;
  }

  /** Bias [O]; null for none. */
  public Convolution bias(@Nullable MemoryDesc desc) {
    bias = desc;
    return this;
  }

  /** Destination [N, O, spatial...]. */
  public Convolution dst(MemoryDesc desc) {
    dst = desc;
    return this;
  }

  /** Steps of the window along each spatial dimension; 1 when not called. */
  public Convolution strides(long... values) {
    strides = values.clone();
    return this;
  }

  /** Distances between the taps of the window: 1, when not called, is a dense window. */
  public Convolution dilations(long... values) {
    dilations = values.clone();
    return this;
  }

  /** Zeros before and after each spatial dimension; none when not called. */
  public Convolution padding(long[] before, long[] after) {
    paddingBefore = before.clone();
    paddingAfter = after.clone();
    return this;
  }

  /** dst = src * weights + bias, for inference. */
  public PrimitiveResult inference() {
    return build(describe("forward"), (s, out, attr) -> forward(s, out, attr, FORWARD_INFERENCE));
  }

  /** dst = src * weights + bias, in training. */
  public PrimitiveResult forward() {
    return build(describe("forward"), (s, out, attr) -> forward(s, out, attr, FORWARD_TRAINING));
  }

  /** Gradient of the source from the gradient of the destination. */
  public PrimitiveResult backwardData() {
    return build(
        describe("backward by data"),
        (s, out, attr) -> {
          Window window = window(s);
          return (int)
              dnnl()
                  .function(function("backward_data"), "ippi" + "ppp" + "pppp" + "pp")
                  .invokeExact(
                      out,
                      dnnl().engine(),
                      algorithm,
                      s.desc(src),
                      s.desc(weights),
                      s.desc(dst),
                      window.strides,
                      window.dilations,
                      window.before,
                      window.after,
                      hint(s, this::hintForward),
                      attr);
        });
  }

  /** Gradients of the weights and the bias. */
  public PrimitiveResult backwardWeights() {
    return build(
        describe("backward by weights"),
        (s, out, attr) -> {
          Window window = window(s);
          return (int)
              dnnl()
                  .function(function("backward_weights"), "ippi" + "pppp" + "pppp" + "pp")
                  .invokeExact(
                      out,
                      dnnl().engine(),
                      algorithm,
                      s.desc(src),
                      s.desc(weights),
                      s.desc(bias),
                      s.desc(dst),
                      window.strides,
                      window.dilations,
                      window.before,
                      window.after,
                      hint(s, this::hintForward),
                      attr);
        });
  }

  private int hintForward(DnnlScope s, long out, long attr) throws Throwable {
    return forward(s, out, attr, FORWARD_TRAINING);
  }

  private int forward(DnnlScope s, long out, long attr, int kind) throws Throwable {
    Window window = window(s);
    return (int)
        dnnl()
            .function(function("forward"), "ippii" + "pppp" + "pppp" + "p")
            .invokeExact(
                out,
                dnnl().engine(),
                kind,
                algorithm,
                s.desc(src),
                s.desc(weights),
                s.desc(bias),
                s.desc(dst),
                window.strides,
                window.dilations,
                window.before,
                window.after,
                attr);
  }

  private String function(String direction) {
    return "dnnl_" + name + "_" + direction + "_primitive_desc_create";
  }

  /** Addresses of the four arrays; oneDNN counts dilation from 0. */
  private record Window(long strides, long dilations, long before, long after) {}

  private Window window(DnnlScope scope) {
    int spatial = spatial();
    long[] gaps = orDefault(dilations, spatial, 1);
    for (int i = 0; i < spatial; i++) {
      gaps[i]--;
    }
    return new Window(
        scope.dims(orDefault(strides, spatial, 1)),
        scope.dims(gaps),
        scope.dims(orDefault(paddingBefore, spatial, 0)),
        scope.dims(orDefault(paddingAfter, spatial, 0)));
  }

  private int spatial() {
    return required(src, name, "src").rank() - 2;
  }

  private String describe(String direction) {
    int spatial = spatial();
    required(weights, name, "weights");
    required(dst, name, "dst");
    return name
        + " "
        + direction
        + " of src "
        + src
        + ", weights "
        + weights
        + (bias == null ? "" : ", bias " + bias)
        + ", dst "
        + dst
        + ", strides "
        + text(strides, spatial, 1)
        + ", dilations "
        + text(dilations, spatial, 1)
        + ", padding "
        + text(paddingBefore, spatial, 0)
        + text(paddingAfter, spatial, 0);
  }

  @Override
  Convolution self() {
    return this;
  }
}
