package dev.gatun.kernels;

import org.jspecify.annotations.Nullable;

/** A convolution of one tap without strides: the matrix product of all pixels and the weights. */
final class ConvPointwiseF32 extends ConvF32 {
  private final GemmF32 product;
  private final boolean flipped;

  ConvPointwiseF32(ConvGeometry g, boolean flipped, int threads) {
    super(g);
    this.flipped = flipped;
    int pixels = Math.toIntExact(g.pixels());
    product = GemmF32.plan(pixels, g.outChannels(), g.inChannels(), threads);
  }

  static boolean accepts(ConvGeometry g) {
    return g.groups() == 1
        && g.taps() == 1
        && g.pixels() <= Integer.MAX_VALUE
        && dense(g.depth())
        && dense(g.height())
        && dense(g.width());
  }

  private static boolean dense(ConvGeometry.Axis a) {
    return a.padBefore() == 0 && a.out() == a.in() && (a.stride() == 1 || a.in() == 1);
  }

  @Override
  public String name() {
    return "pointwise";
  }

  @Override
  public int tasks() {
    return product.tasks();
  }

  @Override
  public String weightFormat() {
    return flipped ? "conv pointwise flipped" : "conv pointwise";
  }

  @Override
  public long packedWeightBytes() {
    return PackedWeightsF32.bytes(geometry().outChannels(), geometry().inChannels());
  }

  @Override
  public int packTasks() {
    return Math.min(16, PackedWeightsF32.panels(geometry().outChannels()));
  }

  @Override
  public void packWeights(long src, long dst, int task) {
    int in = geometry().inChannels();
    int out = geometry().outChannels();
    int panels = PackedWeightsF32.panels(out);
    int first = Parts.begin(panels, packTasks(), task);
    int last = Parts.begin(panels, packTasks(), task + 1);
    if (flipped) {
      PackedWeightsF32.pack(src, 4L * out, out, in, dst, first, last);
      return;
    }
    PackedWeightsF32.packTransposed(src, 4L * in, out, in, dst, first, last);
  }

  @Override
  public void run(
      long src,
      long packedWeights,
      long bias,
      float lo,
      float hi,
      long dst,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int task) {
    long srcBytes = 4L * geometry().inChannels();
    long dstBytes = 4L * geometry().outChannels();
    product.run(src, srcBytes, packedWeights, bias, lo, hi, dst, dstBytes, epilogue, buffers, task);
  }
}
