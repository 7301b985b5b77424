package dev.gatun.kernels;

import org.jspecify.annotations.Nullable;

/** Any convolution, by way of a matrix product over gathered taps. */
final class ConvTapsF32 extends ConvF32 {
  private final TapProductF32 product;
  private final boolean flipped;

  ConvTapsF32(ConvGeometry g, boolean flipped, int threads) {
    super(g);
    this.flipped = flipped;
    TapGrid grid = TapGrid.of(g, flipped);
    product = new TapProductF32(grid, false, g.groups(), g.outChannels(), threads);
  }

  @Override
  public String name() {
    return product.stacked() ? "stacked taps" : "taps";
  }

  @Override
  public int tasks() {
    return product.tasks();
  }

  @Override
  public String weightFormat() {
    return (product.stacked() ? "conv stacked taps in " : "conv taps in ")
        + geometry().groups()
        + " groups"
        + (flipped ? " flipped" : "");
  }

  @Override
  public long packedWeightBytes() {
    return product.packedBytes();
  }

  @Override
  public int packTasks() {
    return product.packTasks();
  }

  @Override
  public void packWeights(long src, long dst, int task) {
    pack(product, geometry(), flipped, src, dst, task);
  }

  /** Packs a part of the weights, as frameworks keep them, for a product over taps. */
  static void pack(
      TapProductF32 product, ConvGeometry g, boolean flipped, long src, long dst, int task) {
    long row = g.width().kernel();
    long plane = row * g.height().kernel();
    long filter = plane * g.depth().kernel();
    int inOfGroup = g.inChannels() / g.groups();
    int outOfGroup = g.outChannels() / g.groups();
    long in = flipped ? filter * outOfGroup : filter;
    long out = flipped ? filter : filter * inOfGroup;
    long group = filter * inOfGroup * outOfGroup;
    product.pack(src, in, out, group, plane, row, 1, dst, task);
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
    product.run(src, packedWeights, bias, lo, hi, dst, epilogue, buffers, task);
  }
}
