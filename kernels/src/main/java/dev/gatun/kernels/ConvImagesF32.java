package dev.gatun.kernels;

import dev.gatun.kernels.ConvGeometry.Axis;
import dev.gatun.kernels.TapImagesF32.Run;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions of many small images: the same pixel of all images is a matrix product, which leaves
 * out the taps that lie in the padding (5 of 9 of 3 x 3 taps over images of 2 x 2). See {@link
 * TapImagesF32}.
 */
final class ConvImagesF32 extends ConvF32 {
  /** The share of taps inside the image up to which it pays to tell them apart. */
  private static final double MOST_INSIDE = 0.75;

  private final boolean flipped;
  private final TapProductF32 packing;
  private final TapImagesF32 product;

  ConvImagesF32(ConvGeometry g, boolean flipped, int threads) {
    super(g);
    this.flipped = flipped;
    packing = new TapProductF32(TapGrid.of(g, flipped), true, 1, g.outChannels(), threads);
    int pixels = g.height().out() * g.width().out();
    Run[][] runs = new Run[pixels][];
    for (int p = 0; p < pixels; p++) {
      runs[p] = runs(p / g.width().out(), p % g.width().out()).toArray(Run[]::new);
    }
    product =
        new TapImagesF32(
            g.batch(),
            g.inChannels(),
            g.height().in(),
            g.width().in(),
            g.outChannels(),
            runs,
            g.taps() * g.inChannels(),
            threads);
  }

  /** Whether a geometry is one for which this is the fastest. */
  static boolean wins(ConvGeometry g) {
    if (g.batch() < TapImagesF32.LEAST_IMAGES || !accepts(g)) {
      return false;
    }
    long inside = inside(g.height()) * inside(g.width());
    long all = (long) g.taps() * g.height().out() * g.width().out();
    return inside <= MOST_INSIDE * all;
  }

  /** Whether this way exists for a geometry. */
  static boolean accepts(ConvGeometry g) {
    Axis d = g.depth();
    return g.groups() == 1
        && TapImagesF32.accepts(
            g.inChannels(),
            g.height().in(),
            g.width().in(),
            (long) g.height().out() * g.width().out())
        && d.in() == 1
        && d.kernel() == 1
        && d.out() == 1
        && d.padBefore() == 0
        && seesTheImage(g.height())
        && seesTheImage(g.width());
  }

  /** Taps that lie inside the image, of all positions of an axis. */
  private static long inside(Axis a) {
    long count = 0;
    for (int o = 0; o < a.out(); o++) {
      for (int k = 0; k < a.kernel(); k++) {
        count += a.isInside(o, k) ? 1 : 0;
      }
    }
    return count;
  }

  private static boolean seesTheImage(Axis a) {
    for (int o = 0; o < a.out(); o++) {
      boolean sees = false;
      for (int k = 0; k < a.kernel(); k++) {
        sees |= a.isInside(o, k);
      }
      if (!sees) {
        return false;
      }
    }
    return true;
  }

  private List<Run> runs(int y, int x) {
    Axis height = geometry().height();
    Axis width = geometry().width();
    List<Run> found = new ArrayList<>();
    int in = geometry().inChannels();
    int linePixels = TapImagesF32.linePixels(in, width.in());
    int lineParts = Math.ceilDiv(width.in(), linePixels);
    for (int ky = 0; ky < height.kernel(); ky++) {
      int iy = height.read(y, ky);
      for (int kx = 0; height.isInside(y, ky) && kx < width.kernel(); ) {
        if (!width.isInside(x, kx)) {
          kx++;
          continue;
        }
        int ix = width.read(x, kx);
        int count = 1;
        while (width.dilation() == 1
            && kx + count < width.kernel()
            && width.isInside(x, kx + count)
            && (ix + count) % linePixels != 0) {
          count++;
        }
        found.add(
            new Run(
                count * in,
                (ky * width.kernel() + kx) * in,
                iy * lineParts + ix / linePixels,
                ix % linePixels * in));
        kx += count;
      }
    }
    return found;
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
  public String weightFormat() {
    return "conv taps in 1 groups" + (flipped ? " flipped" : ""); // as ConvTapsF32
  }

  @Override
  public long packedWeightBytes() {
    return packing.packedBytes();
  }

  @Override
  public int packTasks() {
    return packing.packTasks();
  }

  @Override
  public void packWeights(long src, long dst, int task) {
    ConvTapsF32.pack(packing, geometry(), flipped, src, dst, task);
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
