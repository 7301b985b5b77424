package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/**
 * Batch, layer, root-mean-square and group normalization, forward and backward.
 *
 * <p>dst = (src - mean) / sqrt(variance + epsilon) * scale + shift. Batch normalization takes mean
 * and variance [C] over all but the channels, layer normalization [all but the last] over the last
 * dimension, group normalization [N, G] over the channels of a group and space; the root mean
 * square form of layer normalization has no mean. Scale and shift are f32 [C], or [last] for
 * layers.
 *
 * <p>Arguments: forward SRC, SCALE, SHIFT, DST, and MEAN, VARIANCE (written in training, read with
 * {@link #givenStatistics}); backward SRC, DIFF_DST, MEAN, VARIANCE, SCALE, DIFF_SRC, DIFF_SCALE,
 * DIFF_SHIFT. {@link #fuseRelu} in training adds WORKSPACE.
 */
public final class Normalization extends PrimitiveBuilder<Normalization> {
  private static final int USE_GLOBAL_STATISTICS = 0x1;
  private static final int USE_SCALE = 0x2;
  private static final int USE_SHIFT = 0x4;
  private static final int FUSE_RELU = 0x8;
  private static final int ROOT_MEAN_SQUARE = 0x20;

  private enum Kind {
    BATCH,
    LAYER,
    GROUP
  }

  private final Kind kind;
  private final long groups;
  private int flags;
  private float epsilon = 1e-5f;
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc dst;

  private Normalization(OneDnn dnnl, Kind kind, long groups, int flags) {
    super(dnnl);
    this.kind = kind;
    this.groups = groups;
    this.flags = flags;
  }

  /** Starts a batch normalization of src [N, C, spatial...]. */
  public static Normalization batch(OneDnn dnnl) {
    return new Normalization(dnnl, Kind.BATCH, 1, 0);
  }

  /** Starts a layer normalization over the last dimension. */
  public static Normalization layer(OneDnn dnnl) {
    return new Normalization(dnnl, Kind.LAYER, 1, 0);
  }

  /** Starts a root-mean-square normalization over the last dimension. */
  public static Normalization rootMeanSquare(OneDnn dnnl) {
    return new Normalization(dnnl, Kind.LAYER, 1, ROOT_MEAN_SQUARE);
  }

  /** Starts a group normalization of src [N, C, spatial...]. */
  public static Normalization group(OneDnn dnnl, long groups) {
    return new Normalization(dnnl, Kind.GROUP, groups, 0);
  }

  /** Source. */
  public Normalization src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Destination; the source's descriptor when not called. */
  public Normalization dst(MemoryDesc desc) {
    dst = desc;
    return this;
  }

  /** Added to the variance; 1e-5 when not called. */
  public Normalization epsilon(float value) {
    epsilon = value;
    return this;
  }

  /** Multiplies by a scale. */
  public Normalization scale() {
    flags |= USE_SCALE;
    return this;
  }

  /** Adds a shift. */
  public Normalization shift() {
    flags |= USE_SHIFT;
    return this;
  }

  /** Takes mean and variance from the caller instead of from the source. */
  public Normalization givenStatistics() {
    flags |= USE_GLOBAL_STATISTICS;
    return this;
  }

  /** Clips negative results to 0; batch normalization only. */
  public Normalization fuseRelu() {
    flags |= FUSE_RELU;
    return this;
  }

  /** Forward for inference. */
  public PrimitiveResult inference() {
    return build(
        describe("forward"),
        (s, out, attr) -> forward(s, out, attr, FORWARD_INFERENCE),
        0,
        arg -> uses(arg, false));
  }

  /** Forward in training: also writes mean and variance. */
  public PrimitiveResult forward() {
    return build(
        describe("forward"),
        (s, out, attr) -> forward(s, out, attr, FORWARD_TRAINING),
        0,
        arg -> uses(arg, false));
  }

  /** Gradients of the source, the scale and the shift; refused for the root mean square form. */
  public PrimitiveResult backward() {
    if ((flags & ROOT_MEAN_SQUARE) != 0) {
      // Measured with 3.11.0: 0.469 instead of 0.534 for src 1 2 -1 3, gradient 1 -2 0.5 1.
      return PrimitiveResult.refused(
          "oneDNN "
              + dnnl().version()
              + " computes a wrong gradient of root-mean-square normalization: it subtracts the mean"
              + " of the gradient as for layer normalization");
    }
    return build(describe("backward"), this::backward, 0, arg -> uses(arg, true));
  }

  private int forward(DnnlScope s, long out, long attr, int propagation) throws Throwable {
    long engine = dnnl().engine();
    String function = function("forward");
    return switch (kind) {
      case BATCH ->
          (int)
              dnnl()
                  .function(function, "ippi" + "pp" + "fip")
                  .invokeExact(
                      out, engine, propagation, s.desc(src), s.desc(dst()), epsilon, flags, attr);
      case LAYER ->
          (int)
              dnnl()
                  .function(function, "ippi" + "ppp" + "fip")
                  .invokeExact(
                      out,
                      engine,
                      propagation,
                      s.desc(src),
                      s.desc(dst()),
                      s.desc(statistics()),
                      epsilon,
                      flags,
                      attr);
      case GROUP ->
          (int)
              dnnl()
                  .function(function, "ippi" + "pp" + "lfip")
                  .invokeExact(
                      out,
                      engine,
                      propagation,
                      s.desc(src),
                      s.desc(dst()),
                      groups,
                      epsilon,
                      flags,
                      attr);
    };
  }

  private int backward(DnnlScope s, long out, long attr) throws Throwable {
    long engine = dnnl().engine();
    String function = function("backward");
    long hint = hint(s, (scope, o, a) -> forward(scope, o, a, FORWARD_TRAINING));
    int propagation = (flags & (USE_SCALE | USE_SHIFT)) != 0 ? BACKWARD : BACKWARD_DATA;
    return switch (kind) {
      case BATCH ->
          (int)
              dnnl()
                  .function(function, "ippi" + "ppp" + "fipp")
                  .invokeExact(
                      out,
                      engine,
                      propagation,
                      s.desc(src),
                      s.desc(dst()),
                      s.desc(src),
                      epsilon,
                      flags,
                      hint,
                      attr);
      case LAYER ->
          (int)
              dnnl()
                  .function(function, "ippi" + "pppp" + "fipp")
                  .invokeExact(
                      out,
                      engine,
                      propagation,
                      s.desc(src),
                      s.desc(dst()),
                      s.desc(src),
                      s.desc(statistics()),
                      epsilon,
                      flags,
                      hint,
                      attr);
      case GROUP ->
          (int)
              dnnl()
                  .function(function, "ippi" + "ppp" + "lfipp")
                  .invokeExact(
                      out,
                      engine,
                      propagation,
                      s.desc(src),
                      s.desc(dst()),
                      s.desc(src),
                      groups,
                      epsilon,
                      flags,
                      hint,
                      attr);
    };
  }

  private boolean uses(int arg, boolean backward) {
    return switch (arg) {
      case Arg.SCALE, Arg.DIFF_SCALE -> (flags & USE_SCALE) != 0;
      case Arg.SHIFT -> (flags & USE_SHIFT) != 0 && !backward;
      case Arg.DIFF_SHIFT -> (flags & USE_SHIFT) != 0;
      case Arg.MEAN -> (flags & ROOT_MEAN_SQUARE) == 0;
      default -> true;
    };
  }

  private String function(String direction) {
    return "dnnl_"
        + kind.name().toLowerCase(java.util.Locale.ROOT)
        + "_normalization_"
        + direction
        + "_primitive_desc_create";
  }

  /** One number a row: the dims of the source without the last. */
  private MemoryDesc statistics() {
    long[] dims = required(src, "layer normalization", "src").dims();
    return MemoryDesc.rowMajor(DataType.F32, java.util.Arrays.copyOf(dims, dims.length - 1));
  }

  private MemoryDesc dst() {
    return dst != null ? dst : required(src, "normalization", "src");
  }

  private String describe(String direction) {
    return kind.name().toLowerCase(java.util.Locale.ROOT)
        + " normalization "
        + direction
        + (kind == Kind.GROUP ? " in " + groups + " groups" : "")
        + ((flags & ROOT_MEAN_SQUARE) != 0 ? " by root mean square" : "")
        + " of src "
        + required(src, "normalization", "src")
        + ", dst "
        + dst();
  }

  @Override
  Normalization self() {
    return this;
  }
}
