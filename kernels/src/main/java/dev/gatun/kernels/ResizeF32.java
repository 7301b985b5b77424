package dev.gatun.kernels;

/**
 * Resamples float32 tensors that keep their channels last [N, (D, (H,)) W, C] along one to three
 * spatial axes by weighted sums of neighbours.
 *
 * <p>Separable: for each output row the input rows it needs are first summed with their weights
 * into a row in scratch memory, a vector loop over W and C together, then that row is resampled
 * along W. Nothing waits for a whole pass, and the row is in L1 or L2 when it is read again. Memory
 * bound for large channel counts. Nearest neighbours need no sums: see {@link IndexedCopy}.
 *
 * <p>Immutable; a task owns a range of output rows, or of columns where only W is resampled.
 */
public final class ResizeF32 {
  private static final int MAX_TASKS = 16; // each has a row of scratch
  private static final long TASK_ELEMENTS = 16 << 10;

  private final float extrapolation;
  private final ResizeTaps d;
  private final ResizeTaps h;
  private final ResizeTaps w;
  private final boolean rowsStay;
  private final boolean columnsStay;
  private final int channels;
  private final long rows;
  private final int pieceColumns;
  private final int pieces;
  private final int tasks;
  private final long rowScratch;

  private ResizeF32(float extrapolation, int batch, int channels, ResizeTaps... axes) {
    if (axes.length < 1 || axes.length > 3) {
      throw new IllegalArgumentException("resize: needs 1 to 3 spatial axes, got " + axes.length);
    }
    if (batch < 0 || channels < 0) {
      throw new IllegalArgumentException(
          "resize: batch " + batch + " and channels " + channels + " must not be negative");
    }
    this.extrapolation = extrapolation;
    this.channels = channels;
    ResizeTaps one = ResizeTaps.identity(1);
    d = axes.length == 3 ? axes[0] : one;
    h = axes.length >= 2 ? axes[axes.length - 2] : one;
    w = axes[axes.length - 1];
    rowsStay = d.isIdentity() && h.isIdentity();
    columnsStay = w.isIdentity();
    rows = channels == 0 ? 0 : (long) batch * d.out() * h.out();
    long work = rows * channels * ((long) w.out() * w.taps() + (rowsStay ? 0L : w.in()));
    long wanted = Math.max(1, Math.min(MAX_TASKS, work / TASK_ELEMENTS));
    if (rowsStay && rows > 0 && rows < wanted) {
      pieceColumns = Math.max(1, Math.ceilDiv(w.out(), (int) Math.ceilDiv(wanted, rows)));
      pieces = Math.ceilDiv(w.out(), pieceColumns);
    } else {
      pieceColumns = Math.max(1, w.out());
      pieces = 1;
    }
    tasks = (int) Math.max(1, Math.min(wanted, rows * pieces));
    rowScratch = rowsStay || columnsStay ? 0 : Math.ceilDiv(4L * w.in() * channels, 64L) * 64;
  }

  /**
   * Plans a resize.
   *
   * @param extrapolation what outputs marked as outside become
   * @param axes the spatial axes, outermost first
   */
  public static ResizeF32 of(float extrapolation, int batch, int channels, ResizeTaps... axes) {
    return new ResizeF32(extrapolation, batch, channels, axes);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /** Bytes of scratch memory all tasks together need. */
  public long scratchBytes() {
    return rowScratch * tasks;
  }

  /** Resamples one task's share; the scratch memory is that of all tasks. */
  public void run(long src, long dst, long scratch, int task) {
    long units = rows * pieces;
    long end = units * (task + 1) / tasks;
    for (long unit = units * task / tasks; unit < end; unit++) {
      long row = unit / pieces;
      int first = (int) (unit - row * pieces) * pieceColumns;
      int last = Math.min(w.out(), first + pieceColumns);
      row(src, dst, scratch + task * rowScratch, row, first, last);
    }
  }

  private void row(long src, long dst, long scratch, long row, int first, int last) {
    int oh = (int) (row % h.out());
    long rest = row / h.out();
    int od = (int) (rest % d.out());
    long image = rest / d.out();
    long to = dst + row * w.out() * channels * 4;
    if (d.outside()[od] || h.outside()[oh]) {
      fill(to + 4L * first * channels, (long) (last - first) * channels);
      return;
    }
    long from;
    if (rowsStay) {
      from = srcRow(src, image, od, oh);
    } else {
      from = columnsStay ? to : scratch;
      sumRows(src, from, image, od, oh);
    }
    if (!columnsStay) {
      columns(from, to, first, last);
    } else if (rowsStay) {
      CopyRows.copy(
          from + 4L * first * channels, to + 4L * first * channels, 4L * (last - first) * channels);
    }
  }

  private long srcRow(long src, long image, int z, int y) {
    return src + ((image * d.in() + z) * h.in() + y) * w.in() * channels * 4;
  }

  private void sumRows(long src, long dst, long image, int od, int oh) {
    int tapsH = h.taps();
    int taps = d.taps() * tapsH;
    long count = (long) w.in() * channels;
    int t = 0;
    while (t < taps) {
      // The first four make the row, the others are added to it one by one; few filters have more.
      if (t == 0 && taps >= 4) {
        ResizeKernelsF32.sum4(
            tapRow(src, image, od, oh, 0),
            tapRow(src, image, od, oh, 1),
            tapRow(src, image, od, oh, 2),
            tapRow(src, image, od, oh, 3),
            tapWeight(od, oh, 0),
            tapWeight(od, oh, 1),
            tapWeight(od, oh, 2),
            tapWeight(od, oh, 3),
            dst,
            count);
        t = 4;
      } else if (t == 0 && taps >= 2) {
        ResizeKernelsF32.sum2(
            tapRow(src, image, od, oh, 0),
            tapRow(src, image, od, oh, 1),
            tapWeight(od, oh, 0),
            tapWeight(od, oh, 1),
            dst,
            count);
        t = 2;
      } else if (t == 0) {
        long from = tapRow(src, image, od, oh, 0);
        ResizeKernelsF32.sum2(from, from, tapWeight(od, oh, 0), 0, dst, count);
        t = 1;
      } else {
        ResizeKernelsF32.add(tapRow(src, image, od, oh, t), tapWeight(od, oh, t), dst, count);
        t++;
      }
    }
  }

  private long tapRow(long src, long image, int od, int oh, int t) {
    int i = t / h.taps();
    int z = d.indices()[od * d.taps() + i];
    int y = h.indices()[oh * h.taps() + t - i * h.taps()];
    return srcRow(src, image, z, y);
  }

  private float tapWeight(int od, int oh, int t) {
    int i = t / h.taps();
    return d.weights()[od * d.taps() + i] * h.weights()[oh * h.taps() + t - i * h.taps()];
  }

  private void columns(long row, long to, int first, int last) {
    int taps = w.taps();
    if (channels < 3) {
      ResizeKernelsF32.narrow(row, to, channels, w.indices(), w.weights(), taps, first, last);
    } else if (taps == 2) {
      ResizeKernelsF32.pairs(row, to, channels, w.indices(), w.weights(), first, last);
    } else if (taps == 4) {
      ResizeKernelsF32.fours(row, to, channels, w.indices(), w.weights(), first, last);
    } else {
      for (int o = first; o < last; o++) {
        ResizeKernelsF32.pixel(
            row, to + 4L * o * channels, channels, w.indices(), w.weights(), o * taps, taps);
      }
    }
    for (int o = first; o < last; o++) {
      if (w.outside()[o]) {
        fill(to + 4L * o * channels, channels);
      }
    }
  }

  private void fill(long dst, long count) {
    CopyRows.fill(dst, 4 * count, CopyRows.repeat(Float.floatToRawIntBits(extrapolation), 4));
  }
}
