package dev.gatun.kernels;

import dev.gatun.kernels.ConvTransposeGeometry.Axis;
import dev.gatun.kernels.TapImagesF32.Run;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Transposed convolutions with strides of many small images, whose phases have lines too short for
 * tiles: the same pixel of all images is a matrix product. See {@link TapImagesF32}.
 */
final class ConvTransposeImagesF32 implements PackedConvolution {
  /** Pixels of a phase's line that fill most of a tile. */
  private static final int LONG_LINE = GemmTilesF32.HEIGHT * 2 / 3;

  private final ConvGeometry filters; // of the same size, for packing
  private final TapProductF32 packing;
  private final TapImagesF32 product;

  ConvTransposeImagesF32(ConvTransposeGeometry g, int threads) {
    int taps = g.taps();
    filters =
        ConvGeometry.of(
            1,
            g.inChannels(),
            g.outChannels(),
            1,
            List.of(
                ConvGeometry.Axis.of(g.height().kernel(), g.height().kernel(), 1),
                ConvGeometry.Axis.of(g.width().kernel(), g.width().kernel(), 1)));
    packing = new TapProductF32(TapGrid.of(filters, false), true, 1, g.outChannels(), threads);
    int width = g.width().out();
    Run[][] runs = new Run[g.height().out() * width][];
    for (int p = 0; p < runs.length; p++) {
      runs[p] = runs(g, p / width, p % width).toArray(Run[]::new);
    }
    product =
        new TapImagesF32(
            g.batch(),
            g.inChannels(),
            g.height().in(),
            g.width().in(),
            g.outChannels(),
            runs,
            taps * g.inChannels(),
            threads);
  }

  /** Whether a geometry is one for which this is the fastest. */
  static boolean wins(ConvTransposeGeometry g) {
    return g.batch() >= TapImagesF32.LEAST_IMAGES
        && g.groups() == 1
        && g.depth().in() == 1
        && g.depth().out() == 1
        && g.depth().kernel() == 1
        && Math.ceilDiv(g.width().out(), g.width().stride()) < LONG_LINE
        && TapImagesF32.accepts(
            g.inChannels(),
            g.height().in(),
            g.width().in(),
            (long) g.height().out() * g.width().out());
  }

  private static List<Run> runs(ConvTransposeGeometry g, int y, int x) {
    int in = g.inChannels();
    int linePixels = TapImagesF32.linePixels(in, g.width().in());
    int lineParts = Math.ceilDiv(g.width().in(), linePixels);
    List<Run> found = new ArrayList<>();
    for (int ky = 0; ky < g.height().kernel(); ky++) {
      for (int kx = 0; kx < g.width().kernel(); kx++) {
        int iy = from(g.height(), y, ky);
        int ix = from(g.width(), x, kx);
        if (iy >= 0 && ix >= 0) {
          found.add(
              new Run(
                  in,
                  (ky * g.width().kernel() + kx) * in,
                  iy * lineParts + ix / linePixels,
                  ix % linePixels * in));
        }
      }
    }
    return found;
  }

  /** The input position that meets a tap at a position of the result, or -1. */
  private static int from(Axis a, int position, int tap) {
    int at = position + a.padBefore() - tap * a.dilation();
    return at >= 0 && at % a.stride() == 0 && at / a.stride() < a.in() ? at / a.stride() : -1;
  }

  @Override
  public String name() {
    return "taps by image";
  }

  @Override
  public int tasks() {
    return product.tasks();
  }

  @Override
  public long packedWeightBytes() {
    return packing.packedBytes();
  }

  @Override
  public String weightFormat() {
    return "convTranspose taps";
  }

  @Override
  public int packTasks() {
    return packing.packTasks();
  }

  @Override
  public void packWeights(long src, long dst, int task) {
    ConvTapsF32.pack(packing, filters, true, src, dst, task);
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
