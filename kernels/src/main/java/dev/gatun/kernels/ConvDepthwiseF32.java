package dev.gatun.kernels;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of every channel with a filter of its own, straight from src to dst.
 *
 * <p>Bound by memory for few taps, by fma for many. A line of output pixels is made of tiles of
 * neighbouring pixels, see {@link DepthwiseTilesF32}. Channels are done in blocks, so that the rows
 * of the input that neighbouring lines share stay in L1. The last vector of channels overlaps the
 * one before where the channels are no whole number of vectors.
 *
 * <p>Weights are packed [vector][tap][lane].
 */
final class ConvDepthwiseF32 extends ConvF32 {
  private static final int L = Lanes.F32_LENGTH;
  private static final long VECTOR_BYTES = 4L * L;
  private static final long ZEROS =
      Arena.global().allocate(VECTOR_BYTES, Memory.ALIGNMENT).address();

  /** The rows of the input that a line sees take this much of L1. */
  private static final long BLOCK_BYTES = 24 << 10;

  /** Fewer vectors at a time are not worth their calls. */
  private static final int LEAST_VECTORS = 4;

  private static final int MOST_PIXELS = 8;

  /** Larger kernels are not compiled, see {@link DepthwiseTilesF32.Shape#calls}. */
  private static final int MOST_CALLS = 90;

  private static final int TASKS_PER_THREAD = 4;

  private final boolean flipped;
  private final int channels;
  private final int vectors;
  private final boolean ragged;
  private final int taps;
  private final int lines;
  private final int lineBlocks;
  private final int strips;
  private final int blockVectors;
  private final long pixelBytes;
  private final List<Run> runs;

  /** Some neighbouring tiles of a line with the same kernel, from pixel {@code x} on. */
  private record Run(int x, int tiles, DepthwiseTilesF32.Shape shape, DepthwiseTileF32 kernel) {}

  ConvDepthwiseF32(ConvGeometry g, boolean flipped, int threads) {
    super(g);
    this.flipped = flipped;
    channels = g.inChannels();
    vectors = channels / L;
    ragged = channels % L != 0;
    taps = g.taps();
    pixelBytes = 4L * channels;
    lines = Math.toIntExact((long) g.batch() * g.depth().out() * g.height().out());
    int wanted = threads == 1 ? 1 : TASKS_PER_THREAD * threads;
    lineBlocks = Math.min(lines, wanted);
    strips = Math.clamp(Math.ceilDiv(wanted, lineBlocks), 1, Math.max(1, vectors / 2));
    long rowBytes = g.width().in() * VECTOR_BYTES;
    long fits = BLOCK_BYTES / (rowBytes * g.height().kernel() * g.depth().kernel());
    int most = Math.max(1, vectors);
    blockVectors = fits < LEAST_VECTORS ? most : (int) Math.min(most, fits);
    runs = vectors == 0 ? List.of() : runs(g.width());
  }

  /** Cuts a line into tiles; none if the taps of a row are too many. */
  private static List<Run> runs(ConvGeometry.Axis w) {
    int pixels = 0;
    int least = Integer.MAX_VALUE;
    for (int p = Math.min(MOST_PIXELS, w.out()); p >= 1; p--) {
      // Tiles need a few instructions of their own, beside those of their pixels.
      int cost = Math.ceilDiv(w.out(), p) * (p * w.kernel() + w.kernel() + 4);
      if (cost < least && shape(w, 0, p).calls() <= MOST_CALLS) {
        least = cost;
        pixels = p;
      }
    }
    List<Run> runs = new ArrayList<>();
    if (pixels == 0) {
      return runs;
    }
    for (int done = 0; done < w.out(); done += pixels) {
      int x = Math.min(done, w.out() - pixels); // the last tile may repeat pixels
      DepthwiseTilesF32.Shape shape = shape(w, x, pixels);
      Run before = runs.isEmpty() ? null : runs.getLast();
      if (before != null && before.shape.equals(shape) && before.x + before.tiles * pixels == x) {
        runs.removeLast();
        runs.add(new Run(before.x, before.tiles + 1, shape, before.kernel));
      } else {
        runs.add(new Run(x, 1, shape, DepthwiseTilesF32.tile(shape)));
      }
    }
    return runs;
  }

  private static DepthwiseTilesF32.Shape shape(ConvGeometry.Axis w, int x, int pixels) {
    DepthwiseTilesF32.Shape whole =
        new DepthwiseTilesF32.Shape(w.kernel(), w.stride(), w.dilation(), pixels, 0, 0);
    long first = (long) x * w.stride() - w.padBefore();
    int before = Math.clamp(-first, 0, whole.inputs());
    int after = Math.clamp(first + whole.inputs() - w.in(), 0, whole.inputs() - before);
    return new DepthwiseTilesF32.Shape(w.kernel(), w.stride(), w.dilation(), pixels, before, after);
  }

  static boolean accepts(ConvGeometry g) {
    return g.groups() == g.inChannels() && g.groups() == g.outChannels() && g.groups() > 1;
  }

  @Override
  public String name() {
    return runs.isEmpty() ? "depthwise pixels" : "depthwise";
  }

  @Override
  public int tasks() {
    return lineBlocks * strips;
  }

  @Override
  public String weightFormat() {
    return flipped ? "conv depthwise flipped" : "conv depthwise";
  }

  @Override
  public long packedWeightBytes() {
    return (vectors + (ragged ? 1L : 0L)) * taps * VECTOR_BYTES;
  }

  @Override
  public int packTasks() {
    return 1;
  }

  @Override
  public void packWeights(long src, long dst, int task) {
    long to = dst;
    int all = vectors + (ragged ? 1 : 0);
    for (int v = 0; v < all; v++) {
      int channel = v < vectors ? v * L : Math.max(0, channels - L);
      for (int t = 0; t < taps; t++) {
        int tap = flipped ? taps - 1 - t : t;
        for (int j = 0; j < L; j++) {
          long from = src + 4L * ((long) (channel + j) * taps + tap);
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
        tileRows = new long[2 * rowCount];
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
    int firstVector = Parts.begin(vectors, strips, strip);
    int lastVector = Parts.begin(vectors, strips, strip + 1);
    int firstLine = Parts.begin(lines, lineBlocks, lineBlock);
    int lastLine = Parts.begin(lines, lineBlocks, lineBlock + 1);
    int rows = g.depth().kernel() * g.height().kernel();
    Scratch scratch = Scratch.CURRENT.get();
    scratch.grow(rows, taps);
    int width = g.width().out();
    int blocks = Math.max(1, Math.ceilDiv(lastVector - firstVector, blockVectors));
    for (int block = 0; block < blocks; block++) {
      int vector = firstVector + Parts.begin(lastVector - firstVector, blocks, block);
      int end = firstVector + Parts.begin(lastVector - firstVector, blocks, block + 1);
      boolean tail = ragged && end == vectors;
      for (int line = firstLine; line < lastLine; line++) {
        findRows(src, line, scratch.rows);
        long to = dst + line * (width * pixelBytes);
        if (vectors == 0) {
          few(packedWeights, bias, lo, hi, to, scratch);
        } else {
          line(packedWeights, bias, lo, hi, to, scratch, vector, end - vector, false);
          if (tail) {
            line(packedWeights, bias, lo, hi, to, scratch, vectors, 1, true);
          }
        }
        if (epilogue != null) {
          int column = vector * L;
          int columns = (tail ? channels : end * L) - column;
          long pixel = (long) line * width;
          epilogue.apply(buffers, to + 4L * column, pixelBytes, pixel, width, column, columns);
        }
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
      int inZ = g.depth().read(z, kz);
      for (int ky = 0; ky < g.height().kernel(); ky++) {
        int inY = g.height().read(y, ky);
        boolean inside = g.depth().isInside(z, kz) && g.height().isInside(y, ky);
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
    ConvGeometry.Axis w = geometry().width();
    if (runs.isEmpty()) {
      pixels(0, w.out(), weights, init, initBytes, lo, hi, dst, scratch, at, count);
      return;
    }
    int rows = taps / w.kernel();
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      long from = ((long) run.x * w.stride() - w.padBefore()) * pixelBytes + at;
      int inside = 0;
      for (int r = 0; r < rows; r++) {
        if (scratch.rows[r] != 0) {
          scratch.tileRows[2 * inside] = scratch.rows[r] + from;
          scratch.tileRows[2 * inside + 1] = weights + r * (w.kernel() * VECTOR_BYTES);
          inside++;
        }
      }
      run.kernel.run(
          scratch.tileRows,
          inside,
          count,
          run.tiles,
          pixelBytes,
          taps * VECTOR_BYTES,
          init,
          initBytes,
          dst + run.x * pixelBytes + at,
          lo,
          hi);
    }
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
        if (w.isInside(x, k)) {
          scratch.from[count] = scratch.rows[r] + w.read(x, k) * pixelBytes;
          scratch.tap[count++] = r * w.kernel() + k;
        }
      }
    }
    return count;
  }
}
