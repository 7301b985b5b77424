package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Writes the matrix of a convolution's windows, [output positions, taps * channels of a group], in
 * the packed form of {@link PackedWeightsF32}: a few panels of a few positions at a time.
 *
 * <p>Bound by memory: a panel row is a run of channels of one tap, or of several taps where there
 * are few channels, and is copied vector by vector; zeros where a tap lies in the padding.
 */
final class WindowPanelsF32 {
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final long ROW_BYTES = 4L * COLUMNS;
  private static final int L = Lanes.F32_LENGTH;

  private final ConvGeometry g;
  private final int channels;
  private final int outWidth;
  private final int outHeight;
  private final int outDepth;
  private final long pixelBytes;

  WindowPanelsF32(ConvGeometry geometry) {
    g = geometry;
    channels = g.inChannels() / g.groups();
    outWidth = g.width().out();
    outHeight = g.height().out();
    outDepth = g.depth().out();
    pixelBytes = 4L * g.inChannels();
  }

  /**
   * Packs some columns of some positions.
   *
   * @param columns how many, from the first of panel {@code firstPanel} on
   * @param first number of the first output position
   * @param count number of positions: the rows of each panel
   */
  void pack(long x, int group, int firstPanel, int columns, long first, int count, long dst) {
    long groupAt = x + 4L * group * channels;
    int begin = firstPanel * COLUMNS;
    int done = 0;
    while (done < columns) {
      int tap = (begin + done) / channels;
      int channel = (begin + done) % channels;
      int inPanel = done % COLUMNS;
      int run = Math.min(Math.min(channels - channel, COLUMNS - inPanel), columns - done);
      long to = dst + (long) (done / COLUMNS) * count * ROW_BYTES + 4L * inPanel;
      tap(groupAt + 4L * channel, tap, run, first, count, to);
      done += run;
    }
    int rest = Math.floorMod(-columns, COLUMNS);
    if (rest > 0) {
      long panel = dst + (long) (columns / COLUMNS) * count * ROW_BYTES;
      zero(panel + 4L * (COLUMNS - rest), count, rest);
    }
  }

  /** A run of channels of one tap at all positions. */
  private void tap(long x, int tap, int run, long first, int count, long dst) {
    int kw = tap % g.width().kernel();
    int kh = tap / g.width().kernel() % g.height().kernel();
    int kd = tap / g.width().kernel() / g.height().kernel();
    int shift = kw * g.width().dilation() - g.width().padBefore();
    int stride = g.width().stride();
    int in = g.width().in();
    // Positions whose tap lies within the row: 0 <= ow * stride + shift < in.
    int low = Math.clamp(Math.ceilDiv(-shift, stride), 0, outWidth);
    int high = Math.clamp(Math.ceilDiv(in - shift, stride), low, outWidth);
    long at = first;
    int left = count;
    long to = dst;
    while (left > 0) {
      int ow = (int) (at % outWidth);
      long line = at / outWidth;
      int span = Math.min(left, outWidth - ow);
      int oh = (int) (line % outHeight);
      int od = (int) (line / outHeight % outDepth);
      long batch = line / outHeight / outDepth;
      int ih = oh * g.height().stride() + kh * g.height().dilation() - g.height().padBefore();
      int id = od * g.depth().stride() + kd * g.depth().dilation() - g.depth().padBefore();
      boolean inside = ih >= 0 && ih < g.height().in() && id >= 0 && id < g.depth().in();
      int from = inside ? Math.clamp(low - ow, 0, span) : span;
      int end = inside ? Math.clamp(high - ow, from, span) : span;
      if (from > 0) {
        zero(to, from, run);
      }
      if (end > from) {
        long row = (batch * g.depth().in() + id) * g.height().in() + ih;
        long source = x + (row * in + (long) (ow + from) * stride + shift) * pixelBytes;
        copy(source, stride * pixelBytes, to + from * ROW_BYTES, end - from, run);
      }
      if (span > end) {
        zero(to + end * ROW_BYTES, span - end, run);
      }
      at += span;
      left -= span;
      to += span * ROW_BYTES;
    }
  }

  private static void copy(long src, long srcStep, long dst, int rows, int run) {
    if (run == 1) {
      for (int i = 0; i < rows; i++) {
        Memory.ALL.set(
            Memory.F32, dst + i * ROW_BYTES, Memory.ALL.get(Memory.F32, src + i * srcStep));
      }
      return;
    }
    int whole = run - run % L;
    for (int c = 0; c < whole; c += L) {
      columns(src + 4L * c, srcStep, dst + 4L * c, rows);
    }
    if (whole < run) {
      lastColumns(src + 4L * whole, srcStep, dst + 4L * whole, rows, run - whole);
    }
  }

  private static void columns(long src, long srcStep, long dst, int rows) {
    for (int i = 0; i < rows; i++) {
      FloatVector.fromMemorySegment(Lanes.F32, Memory.ALL, src + i * srcStep, Lanes.ORDER)
          .intoMemorySegment(Memory.ALL, dst + i * ROW_BYTES, Lanes.ORDER);
    }
  }

  private static void lastColumns(long src, long srcStep, long dst, int rows, int count) {
    VectorMask<Float> mask = Lanes.F32.indexInRange(0, count);
    for (int i = 0; i < rows; i++) {
      FloatVector.fromMemorySegment(Lanes.F32, Memory.ALL, src + i * srcStep, Lanes.ORDER, mask)
          .intoMemorySegment(Memory.ALL, dst + i * ROW_BYTES, Lanes.ORDER, mask);
    }
  }

  private static void zero(long dst, int rows, int run) {
    FloatVector zero = FloatVector.zero(Lanes.F32);
    int whole = run - run % L;
    for (int c = 0; c < whole; c += L) {
      for (int i = 0; i < rows; i++) {
        zero.intoMemorySegment(Memory.ALL, dst + i * ROW_BYTES + 4L * c, Lanes.ORDER);
      }
    }
    if (whole < run) {
      VectorMask<Float> mask = Lanes.F32.indexInRange(0, run - whole);
      for (int i = 0; i < rows; i++) {
        zero.intoMemorySegment(Memory.ALL, dst + i * ROW_BYTES + 4L * whole, Lanes.ORDER, mask);
      }
    }
  }
}
