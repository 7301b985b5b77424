package dev.gatun.kernels;

/**
 * Pools float32 tensors that keep their channels last [N, (D, (H,)) W, C] over windows of one to
 * three spatial axes: maximum, average or Lp norm; global and adaptive pools are other windows.
 *
 * <p>Vectorised over channels. Bound by loads from L1 for windows of 3 x 3 in cache, by memory
 * otherwise. Immutable; a task owns a range of output rows and, where there are few rows, of
 * channels.
 */
public final class PoolF32 {
  /** What is made of a window. */
  public enum Kind {
    /** The largest element; NaN if there is one; negative infinity for an empty window. */
    MAX,
    /** The mean of what lies inside the source. */
    AVERAGE,
    /** The sum of what lies inside the source over the taps inside the padded source. */
    AVERAGE_PADDED,
    /** The sum of |x|^p to the power of 1/p. */
    LP
  }

  private static final int MAX_TASKS = 64;
  private static final int MAX_TABLE = 128;
  // Elements read by one task at least, some 5 us of work.
  private static final long TASK_ELEMENTS = 32 << 10;

  private final Kind kind;
  private final double p;
  private final PoolAxis d;
  private final PoolAxis h;
  private final PoolAxis w;
  private final int channels;
  private final long rows;
  private final int pieceChannels;
  private final int pieces;
  private final int tasks;
  // The columns [equalFrom, equalTo) have whole windows at equal distances, which one table of tap
  // offsets describes.
  private final int equalFrom;
  private final int equalTo;
  private final int step;
  private final int fullD;
  private final int fullH;
  private final int fullW;
  private final long[] offsets;

  private PoolF32(Kind kind, double p, int batch, int channels, PoolAxis... axes) {
    if (axes.length < 1 || axes.length > 3) {
      throw new IllegalArgumentException("pool: needs 1 to 3 spatial axes, got " + axes.length);
    }
    if (batch < 0 || channels < 0) {
      throw new IllegalArgumentException(
          "pool: batch " + batch + " and channels " + channels + " must not be negative");
    }
    if (kind == Kind.LP && !(p > 0)) {
      throw new IllegalArgumentException("pool: p of an Lp norm must be positive, got " + p);
    }
    this.kind = kind;
    this.p = p;
    this.channels = channels;
    PoolAxis one = PoolAxis.identity(1);
    d = axes.length == 3 ? axes[0] : one;
    h = axes.length >= 2 ? axes[axes.length - 2] : one;
    w = axes[axes.length - 1];
    rows = (long) batch * d.out() * h.out();
    fullD = most(d);
    fullH = most(h);
    fullW = most(w);
    long window = (long) fullD * fullH * fullW;
    long reads = rows * w.out() * channels * Math.max(1, window);
    long wanted = Math.max(1, Math.min(MAX_TASKS, reads / TASK_ELEMENTS));
    int block = PoolKernelsF32.BLOCK;
    if (rows >= wanted || rows == 0) {
      pieceChannels = Math.max(1, channels);
      pieces = 1;
    } else {
      long share = Math.ceilDiv((long) channels, Math.ceilDiv(wanted, rows));
      pieceChannels = (int) Math.ceilDiv(Math.max(1, share), (long) block) * block;
      pieces = Math.ceilDiv(channels, pieceChannels);
    }
    tasks = (int) Math.max(1, Math.min(wanted, rows * pieces));
    // Longer loops have no overhead worth a table, and sum more exactly line by line.
    boolean table = kind != Kind.LP && window > 0 && window <= MAX_TABLE;
    int from = 0;
    while (from < w.out() && (!table || w.taps()[from] != fullW)) {
      from++;
    }
    int to = Math.min(w.out(), from + 1);
    step = to < w.out() ? w.first()[to] - w.first()[from] : 0;
    while (to < w.out()
        && w.taps()[to] == fullW
        && w.padded()[to] == w.padded()[from]
        && w.first()[to] - w.first()[to - 1] == step) {
      to++;
    }
    equalFrom = from;
    equalTo = to;
    offsets = new long[table ? (int) window : 0];
    long pixelBytes = 4L * channels;
    for (int t = 0; t < offsets.length; t++) {
      long z = (long) (t / fullW / fullH) * d.dilation();
      long y = (long) (t / fullW % fullH) * h.dilation();
      long x = (long) (t % fullW) * w.dilation();
      offsets[t] = ((z * h.in() + y) * w.in() + x) * pixelBytes;
    }
  }

  private static int most(PoolAxis axis) {
    int most = 0;
    for (int taps : axis.taps()) {
      most = Math.max(most, taps);
    }
    return most;
  }

  /** Plans a maximum or an average over windows along the spatial axes, outermost first. */
  public static PoolF32 of(Kind kind, int batch, int channels, PoolAxis... axes) {
    if (kind == Kind.LP) {
      throw new IllegalArgumentException("pool: an Lp norm needs p");
    }
    return new PoolF32(kind, 0, batch, channels, axes);
  }

  /** Plans an Lp norm. */
  public static PoolF32 lp(double p, int batch, int channels, PoolAxis... axes) {
    return new PoolF32(Kind.LP, p, batch, channels, axes);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /** Pools one task's share. */
  public void run(long src, long dst, int task) {
    long units = rows * pieces;
    long end = units * (task + 1) / tasks;
    for (long unit = units * task / tasks; unit < end; unit++) {
      long row = unit / pieces;
      int channel = (int) (unit - row * pieces) * pieceChannels;
      row(src + 4L * channel, dst + 4L * channel, row, Math.min(pieceChannels, channels - channel));
    }
  }

  private void row(long src, long dst, long row, int count) {
    long pixelBytes = 4L * channels;
    long lineBytes = w.in() * pixelBytes;
    long planeBytes = h.in() * lineBytes;
    int oh = (int) (row % h.out());
    long rest = row / h.out();
    int od = (int) (rest % d.out());
    long image = rest / d.out();
    int tapsD = d.taps()[od];
    int tapsH = h.taps()[oh];
    long from = src + (image * d.in() + d.first()[od]) * planeBytes + h.first()[oh] * lineBytes;
    long to = dst + row * w.out() * pixelBytes;
    // Windows cut off above or below are the first part of the table, unless cut in both ways.
    boolean equal = tapsD > 0 && tapsH > 0 && (tapsD == 1 || tapsH == fullH);
    int first = equal ? equalFrom : w.out();
    int last = equal ? equalTo : w.out();
    for (int ow = 0; ow < first; ow++) {
      window(from, to, od, oh, ow, count);
    }
    if (first < last) {
      int taps = tapsD * tapsH * fullW;
      long at = from + w.first()[first] * pixelBytes;
      long pixel = to + first * pixelBytes;
      long srcStep = step * pixelBytes;
      int pixels = last - first;
      if (kind == Kind.MAX) {
        PoolRowsF32.max(at, pixel, count, pixels, srcStep, pixelBytes, offsets, taps);
      } else {
        float divisor = divisor(od, oh, first);
        PoolRowsF32.mean(at, pixel, count, pixels, srcStep, pixelBytes, offsets, taps, divisor);
      }
    }
    for (int ow = last; ow < w.out(); ow++) {
      window(from, to, od, oh, ow, count);
    }
  }

  private float divisor(int od, int oh, int ow) {
    return kind == Kind.AVERAGE
        ? (float) d.taps()[od] * h.taps()[oh] * w.taps()[ow]
        : (float) d.padded()[od] * h.padded()[oh] * w.padded()[ow];
  }

  private void window(long row, long dstRow, int od, int oh, int ow, int count) {
    long pixelBytes = 4L * channels;
    long lineBytes = w.in() * pixelBytes;
    long stepD = d.dilation() * (h.in() * lineBytes);
    long stepH = h.dilation() * lineBytes;
    long stepW = w.dilation() * pixelBytes;
    int tapsD = d.taps()[od];
    int tapsH = h.taps()[oh];
    int tapsW = w.taps()[ow];
    long at = row + w.first()[ow] * pixelBytes;
    long to = dstRow + ow * pixelBytes;
    switch (kind) {
      case MAX -> PoolKernelsF32.max(at, to, count, tapsD, stepD, tapsH, stepH, tapsW, stepW);
      case AVERAGE, AVERAGE_PADDED -> {
        float taps = divisor(od, oh, ow);
        PoolKernelsF32.mean(at, to, count, tapsD, stepD, tapsH, stepH, tapsW, stepW, taps);
      }
      case LP -> PoolLpF32.run(at, to, count, tapsD, stepD, tapsH, stepH, tapsW, stepW, p);
    }
  }
}
