package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Writes the matrix of a convolution's windows, [output positions, taps * channels of a group], in
 * the packed form of {@link PackedWeightsF32}: a few panels of a few positions at a time.
 *
 * <p>Bound by memory: a panel row is a run of channels of one tap and is copied vector by vector;
 * zeros where a tap lies in the padding. Where there are few channels, taps beside each other are
 * one run: they lie beside each other in the image, too, for all positions that are not at its
 * edge.
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
  private final boolean merged; // taps of a row are one run

  WindowPanelsF32(ConvGeometry geometry) {
    g = geometry;
    channels = g.inChannels() / g.groups();
    outWidth = g.width().out();
    outHeight = g.height().out();
    outDepth = g.depth().out();
    pixelBytes = 4L * g.inChannels();
    merged = channels < COLUMNS && g.groups() == 1 && g.width().dilation() == 1;
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
    int length = merged ? channels * g.width().kernel() : channels;
    int done = 0;
    while (done < columns) {
      int column = begin + done;
      int inPanel = done % COLUMNS;
      int run = Math.min(Math.min(length - column % length, COLUMNS - inPanel), columns - done);
      long to = dst + (long) (done / COLUMNS) * count * ROW_BYTES + 4L * inPanel;
      run(groupAt, column, run, first, count, to);
      done += run;
    }
    int rest = Math.floorMod(-columns, COLUMNS);
    if (rest > 0) {
      long panel = dst + (long) (columns / COLUMNS) * count * ROW_BYTES;
      zero(panel + 4L * (COLUMNS - rest), count, rest);
    }
  }

  /** Columns [column, column + run), of taps beside each other, at all positions. */
  private void run(long x, int column, int run, long first, int count, long dst) {
    int tap = column / channels;
    int kw = tap % g.width().kernel();
    int lastKw = kw + (column % channels + run - 1) / channels;
    int kh = tap / g.width().kernel() % g.height().kernel();
    int kd = tap / g.width().kernel() / g.height().kernel();
    int shift = kw * g.width().dilation() - g.width().padBefore();
    int lastShift = lastKw * g.width().dilation() - g.width().padBefore();
    int stride = g.width().stride();
    int in = g.width().in();
    // Positions whose taps all lie within the row: 0 <= ow * stride + shift < in.
    int low = Math.clamp(Math.ceilDiv(-shift, stride), 0, outWidth);
    int high = Math.clamp(Math.ceilDiv(in - lastShift, stride), low, outWidth);
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
      int ih = g.height().read(oh, kh);
      int id = g.depth().read(od, kd);
      if (!g.height().isInside(oh, kh) || !g.depth().isInside(od, kd)) {
        zero(to, span, run);
      } else {
        long row = x + ((batch * g.depth().in() + id) * g.height().in() + ih) * in * pixelBytes;
        int from = Math.clamp(low - ow, 0, span);
        int end = Math.clamp(high - ow, from, span);
        if (end > from) {
          long source = row + ((long) (ow + from) * stride + shift) * pixelBytes;
          copy(
              source + 4L * (column % channels),
              stride * pixelBytes,
              to + from * ROW_BYTES,
              end - from,
              run);
        }
        if (kw == lastKw) {
          zero(to, from, run);
          zero(to + end * ROW_BYTES, span - end, run);
        } else {
          edges(row, ow, 0, from, column, run, to);
          edges(row, ow, end, span, column, run, to);
        }
      }
      at += span;
      left -= span;
      to += span * ROW_BYTES;
    }
  }

  private void edges(long row, int ow, int from, int end, int column, int run, long dst) {
    for (int i = from; i < end; i++) {
      int begin = (ow + i) * g.width().stride() - g.width().padBefore();
      edge(row, begin, column, run, dst + i * ROW_BYTES);
    }
  }

  /** One position at the edge of a row, where some of its taps lie outside. */
  private void edge(long row, int begin, int column, int run, long dst) {
    int iw = begin + column / channels % g.width().kernel();
    int channel = column % channels;
    for (int i = 0; i < run; i++) {
      boolean inside = iw >= 0 && iw < g.width().in();
      long at = row + iw * pixelBytes + 4L * channel;
      Memory.ALL.set(Memory.F32, dst + 4L * i, inside ? Memory.ALL.get(Memory.F32, at) : 0);
      if (++channel == channels) {
        channel = 0;
        iw++;
      }
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
