package dev.gatun.kernels;

import org.jspecify.annotations.Nullable;

/** Any convolution, by way of a matrix product over gathered taps. */
final class ConvTapsF32 extends ConvF32 {
  private final TapProductF32 product;

  ConvTapsF32(ConvGeometry g, int threads) {
    super(g);
    product = new TapProductF32(TapGrid.of(g), false, g.groups(), g.outChannels(), threads);
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
        + " groups";
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
    ConvGeometry g = geometry();
    long row = g.width().kernel();
    long plane = row * g.height().kernel();
    long channel = plane * g.depth().kernel();
    long out = channel * (g.inChannels() / g.groups());
    long group = out * (g.outChannels() / g.groups());
    product.pack(src, channel, out, group, plane, row, 1, dst, task);
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
