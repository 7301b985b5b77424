package dev.gatun.kernels;

import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of every channel with a filter of its own, straight from src to dst.
 *
 * <p>Bound by memory for few taps, by L2 for many. A line of output pixels is made of tiles of
 * neighbouring pixels, see {@link DepthwiseTilesF32}; a row of taps outside the input reads zeros
 * instead, and pixels at the left and right border take only the taps they have. The last vector of
 * channels overlaps the one before where the channels are no whole number of vectors.
 *
 * <p>Weights are packed [vector][tap][lane].
 */
final class ConvDepthwiseF32 extends ConvF32 {
  private static final int L = Lanes.F32_LENGTH;
  private static final long VECTOR_BYTES = 4L * L;
  private static final long ZEROS =
      Arena.global().allocate(VECTOR_BYTES, Memory.ALIGNMENT).address();

  /** More taps than this would not fit into one compiled loop. */
  private static final int MOST_TILE_TAPS = 25;

  private static final int TASKS_PER_THREAD = 4;

  private final int channels;
  private final int vectors;
  private final boolean ragged;
  private final int taps;
  private final int lines;
  private final int lineBlocks;
  private final int strips;
  private final long pixelBytes;
  // Pixels first..last of a line have all taps of a row inside the input.
  private final int first;
  private final int last;
  private final int tilePixels;
  private final @Nullable DepthwiseTileF32 tile;
  // Owns the zeros that stand for a row outside the input.
  private final Arena owner = Arena.ofAuto();
  private final long zeroRow;

  ConvDepthwiseF32(ConvGeometry g, int threads) {
    super(g);
    channels = g.inChannels();
    vectors = channels / L;
    ragged = channels % L != 0;
    taps = g.taps();
    pixelBytes = 4L * channels;
    lines = Math.toIntExact((long) g.batch() * g.depth().out() * g.height().out());
    int wanted = threads == 1 ? 1 : TASKS_PER_THREAD * threads;
    lineBlocks = Math.min(lines, wanted);
    strips = Math.clamp(Math.ceilDiv(wanted, lineBlocks), 1, Math.max(1, vectors / 2));
    ConvGeometry.Axis w = g.width();
    int extent = (w.kernel() - 1) * w.dilation() + 1;
    first = Math.clamp(Math.ceilDiv((long) w.padBefore(), w.stride()), 0, w.out());
    long end = Math.floorDiv((long) w.in() - extent + w.padBefore(), w.stride()) + 1L;
    last = Math.clamp(end, first, w.out());
    int inside = last - first;
    tilePixels = inside >= 4 ? 4 : inside >= 2 ? 2 : 0;
    int rows = g.depth().kernel() * g.height().kernel();
    boolean tiled = tilePixels > 0 && vectors > 0 && taps <= MOST_TILE_TAPS && w.dilation() == 1;
    if (tiled) {
      tile =
          DepthwiseTilesF32.tile(
              new DepthwiseTilesF32.Shape(rows, w.kernel(), w.stride(), tilePixels));
      long inputs = (tilePixels - 1L) * w.stride() + w.kernel();
      zeroRow = owner.allocate(inputs * pixelBytes, Memory.ALIGNMENT).address();
    } else {
      tile = null;
      zeroRow = 0;
    }
  }

  static boolean accepts(ConvGeometry g) {
    return g.groups() == g.inChannels() && g.groups() == g.outChannels() && g.groups() > 1;
  }

  @Override
  public String name() {
    return tile != null ? "depthwise" : "depthwise pixels";
  }

  @Override
  public int tasks() {
    return lineBlocks * strips;
  }

  @Override
  public String weightFormat() {
    return "conv depthwise";
  }

  @Override
  public long packedWeightBytes() {
    return (vectors + (ragged ? 1L : 0L)) * taps * VECTOR_BYTES;
  }

  @Override
  public void packWeights(long src, long dst) {
    long to = dst;
    int all = vectors + (ragged ? 1 : 0);
    for (int v = 0; v < all; v++) {
      int channel = v < vectors ? v * L : Math.max(0, channels - L);
      for (int t = 0; t < taps; t++) {
        for (int j = 0; j < L; j++) {
          long from = src + 4L * ((long) (channel + j) * taps + t);
          float value = channel + j < channels ? Memory.ALL.get(Memory.F32, from) : 0f;
          Memory.ALL.set(Memory.F32, to, value);
          to += 4;
        }
      }
    }
  }

  /** What a thread needs while it works on a line. */
  private static final class Scratch {
    static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);
    long[] rows = {};
    long[] tileRows = {};
    long[] from = {};
    int[] tap = {};

    void grow(int rowCount, int tapCount) {
      if (rows.length < rowCount) {
        rows = new long[rowCount];
        tileRows = new long[rowCount];
      }
      if (from.length < tapCount) {
        from = new long[tapCount];
        tap = new int[tapCount];
      }
    }
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
    ConvGeometry g = geometry();
    int strip = task % strips;
    int lineBlock = task / strips;
    int firstVector = TapProductF32.part(vectors, strips, strip);
    int lastVector = TapProductF32.part(vectors, strips, strip + 1);
    boolean tail = ragged && strip == strips - 1;
    int lastLine = TapProductF32.part(lines, lineBlocks, lineBlock + 1);
    int rows = g.depth().kernel() * g.height().kernel();
    Scratch scratch = Scratch.CURRENT.get();
    scratch.grow(rows, taps);
    int width = g.width().out();
    for (int line = TapProductF32.part(lines, lineBlocks, lineBlock); line < lastLine; line++) {
      findRows(src, line, scratch.rows);
      long to = dst + line * (width * pixelBytes);
      if (vectors == 0) {
        few(packedWeights, bias, lo, hi, to, scratch);
      } else {
        line(
            packedWeights, bias, lo, hi, to, scratch, firstVector, lastVector - firstVector, false);
        if (tail) {
          line(packedWeights, bias, lo, hi, to, scratch, vectors, 1, true);
        }
      }
      if (epilogue != null) {
        int column = firstVector * L;
        int columns = (tail ? channels : lastVector * L) - column;
        long pixel = (long) line * width;
        epilogue.apply(buffers, to + 4L * column, pixelBytes, pixel, width, column, columns);
      }
    }
  }

  /** Addresses of the rows of the input that a line sees, 0 for those outside. */
  private void findRows(long src, int line, long[] rows) {
    ConvGeometry g = geometry();
    int y = line % g.height().out();
    int plane = line / g.height().out();
    int z = plane % g.depth().out();
    int image = plane / g.depth().out();
    int at = 0;
    for (int kz = 0; kz < g.depth().kernel(); kz++) {
      int inZ = z * g.depth().stride() + kz * g.depth().dilation() - g.depth().padBefore();
      for (int ky = 0; ky < g.height().kernel(); ky++) {
        int inY = y * g.height().stride() + ky * g.height().dilation() - g.height().padBefore();
        boolean inside = inZ >= 0 && inZ < g.depth().in() && inY >= 0 && inY < g.height().in();
        long row = ((long) image * g.depth().in() + inZ) * g.height().in() + inY;
        rows[at++] = inside ? src + row * g.width().in() * pixelBytes : 0;
      }
    }
  }

  /** Some vectors of channels of a line. */
  private void line(
      long packed,
      long bias,
      float lo,
      float hi,
      long dst,
      Scratch scratch,
      int vector,
      int count,
      boolean tail) {
    long at = tail ? pixelBytes - VECTOR_BYTES : vector * VECTOR_BYTES;
    long weights = packed + vector * (taps * VECTOR_BYTES);
    long init = bias == 0 ? ZEROS : bias + at;
    long initBytes = bias == 0 ? 0 : VECTOR_BYTES;
    int width = geometry().width().out();
    DepthwiseTileF32 kernel = tile;
    if (kernel == null) {
      pixels(0, width, weights, init, initBytes, lo, hi, dst, scratch, at, count);
      return;
    }
    pixels(0, first, weights, init, initBytes, lo, hi, dst, scratch, at, count);
    int stride = geometry().width().stride();
    int pad = geometry().width().padBefore();
    int rows = geometry().depth().kernel() * geometry().height().kernel();
    long[] tileRows = scratch.tileRows;
    for (int done = first; done < last; done += tilePixels) {
      int x = Math.min(done, last - tilePixels); // the last tile may repeat pixels
      long input = ((long) x * stride - pad) * pixelBytes;
      for (int r = 0; r < rows; r++) {
        tileRows[r] = scratch.rows[r] == 0 ? zeroRow : scratch.rows[r] + input;
      }
      long to = dst + x * pixelBytes + at;
      kernel.run(tileRows, at, count, pixelBytes, weights, init, initBytes, to, lo, hi);
    }
    pixels(last, width, weights, init, initBytes, lo, hi, dst, scratch, at, count);
  }

  /** Pixels one at a time, each with the taps that lie inside the input. */
  private void pixels(
      int from,
      int to,
      long weights,
      long init,
      long initBytes,
      float lo,
      float hi,
      long dst,
      Scratch scratch,
      long at,
      int count) {
    for (int x = from; x < to; x++) {
      int inside = findTaps(x, scratch);
      DepthwisePixelF32.run(
          inside,
          scratch.from,
          scratch.tap,
          taps,
          at,
          count,
          weights,
          init,
          initBytes,
          dst + x * pixelBytes + at,
          lo,
          hi);
    }
  }

  private void few(long packed, long bias, float lo, float hi, long dst, Scratch scratch) {
    int width = geometry().width().out();
    for (int x = 0; x < width; x++) {
      int inside = findTaps(x, scratch);
      long to = dst + x * pixelBytes;
      DepthwisePixelF32.runFew(
          inside, scratch.from, scratch.tap, channels, packed, bias, bias != 0, to, lo, hi);
    }
  }

  /** Lists the taps of a pixel that lie inside the input. */
  private int findTaps(int x, Scratch scratch) {
    ConvGeometry.Axis w = geometry().width();
    int rows = taps / w.kernel();
    int count = 0;
    for (int r = 0; r < rows; r++) {
      if (scratch.rows[r] == 0) {
        continue;
      }
      for (int k = 0; k < w.kernel(); k++) {
        int position = x * w.stride() + k * w.dilation() - w.padBefore();
        if (position >= 0 && position < w.in()) {
          scratch.from[count] = scratch.rows[r] + position * pixelBytes;
          scratch.tap[count++] = r * w.kernel() + k;
        }
      }
    }
    return count;
  }
}
