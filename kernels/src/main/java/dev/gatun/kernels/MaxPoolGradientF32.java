package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient of a maximum pool, channels last: dy of each window is added to the first of its
 * largest elements; a NaN is the largest.
 *
 * <p>Bound by the tests of a window's elements. The sum of them tells whether there was a NaN; only
 * then the exact loop runs. Windows may overlap, so a task has some channels of a whole image to
 * itself.
 */
public final class MaxPoolGradientF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;

  /** Channels of a task: whole cache lines, so that two tasks never write one line. */
  private static final int CHANNELS = 64;

  /** Whole numbers that a float counts. */
  private static final long MOST_COUNTED = 1L << 24;

  private final int batch;
  private final int channels;
  private final PoolAxis depth;
  private final PoolAxis height;
  private final PoolAxis width;
  private final int blocks;

  private MaxPoolGradientF32(int batch, int channels, PoolAxis[] axes) {
    this.batch = batch;
    this.channels = channels;
    depth = axes.length > 2 ? axes[0] : PoolAxis.identity(1);
    height = axes.length > 1 ? axes[axes.length - 2] : PoolAxis.identity(1);
    width = axes[axes.length - 1];
    blocks = Math.ceilDiv(channels, CHANNELS);
  }

  /** The gradient for one to three axes, outermost first. */
  public static MaxPoolGradientF32 of(int batch, int channels, PoolAxis... axes) {
    return new MaxPoolGradientF32(batch, channels, axes);
  }

  /** Number of tasks. */
  public int tasks() {
    return batch * blocks;
  }

  /** Runs one task. */
  public void run(long x, long dy, long dx, int task) {
    int first = task % blocks * CHANNELS;
    int count = Math.min(CHANNELS, channels - first);
    long pixelBytes = 4L * channels;
    long inPixels = (long) depth.in() * height.in() * width.in();
    long outPixels = (long) depth.out() * height.out() * width.out();
    long image = task / blocks;
    long from = x + image * inPixels * pixelBytes + 4L * first;
    long to = dx + image * inPixels * pixelBytes + 4L * first;
    long flow = dy + image * outPixels * pixelBytes + 4L * first;
    for (int c = 0; c < count; c += L) {
      int lanes = Math.min(L, count - c);
      clear(to + 4L * c, pixelBytes, inPixels, lanes);
      scatter(from + 4L * c, flow + 4L * c, to + 4L * c, lanes);
    }
  }

  private static void clear(long at, long pixelBytes, long pixels, int lanes) {
    FloatVector zero = FloatVector.zero(S);
    if (lanes == L) {
      for (long i = 0; i < pixels; i++) {
        zero.intoMemorySegment(Memory.ALL, at + i * pixelBytes, Lanes.ORDER);
      }
      return;
    }
    VectorMask<Float> in = S.indexInRange(0, lanes);
    for (long i = 0; i < pixels; i++) {
      zero.intoMemorySegment(Memory.ALL, at + i * pixelBytes, Lanes.ORDER, in);
    }
  }

  private void scatter(long x, long dy, long dx, int lanes) {
    long pixelBytes = 4L * channels;
    long rowBytes = pixelBytes * width.in();
    long planeBytes = rowBytes * height.in();
    long at = dy;
    for (int d = 0; d < depth.out(); d++) {
      long plane = depth.first()[d] * planeBytes;
      for (int h = 0; h < height.out(); h++) {
        long row = plane + height.first()[h] * rowBytes;
        for (int w = 0; w < width.out(); w++) {
          long window = row + width.first()[w] * pixelBytes;
          int taps = width.taps()[w];
          if (lanes == L) {
            window(x + window, at, dx + window, depth.taps()[d], height.taps()[h], taps);
          } else {
            narrowWindow(
                x + window, at, dx + window, depth.taps()[d], height.taps()[h], taps, lanes);
          }
          at += pixelBytes;
        }
      }
    }
  }

  private void window(long x, long dy, long dx, int deep, int high, int wide) {
    if ((long) deep * high * wide > MOST_COUNTED) {
      exactWindow(x, dy, dx, deep, high, wide);
      return;
    }
    long pixelBytes = 4L * channels * width.dilation();
    long rowBytes = 4L * channels * width.in() * height.dilation();
    long planeBytes = 4L * channels * width.in() * height.in() * depth.dilation();
    FloatVector max = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector sum = FloatVector.zero(S);
    // Numbers of taps, as floats so that one mask serves both.
    FloatVector one = FloatVector.broadcast(S, 1f);
    FloatVector tap = FloatVector.zero(S);
    FloatVector best = tap;
    for (int i = 0; i < deep; i++) {
      for (int j = 0; j < high; j++) {
        long row = x + i * planeBytes + j * rowBytes;
        for (int k = 0; k < wide; k++) {
          FloatVector v =
              FloatVector.fromMemorySegment(S, Memory.ALL, row + k * pixelBytes, Lanes.ORDER);
          VectorMask<Float> larger = v.compare(VectorOperators.GT, max);
          max = max.blend(v, larger);
          best = best.blend(tap, larger);
          tap = tap.add(one);
          sum = sum.add(v);
        }
      }
    }
    if (sum.compare(VectorOperators.NE, sum).anyTrue()) {
      exactWindow(x, dy, dx, deep, high, wide); // a NaN, or infinities of both signs
      return;
    }
    FloatVector flow = FloatVector.fromMemorySegment(S, Memory.ALL, dy, Lanes.ORDER);
    tap = FloatVector.zero(S);
    for (int i = 0; i < deep; i++) {
      for (int j = 0; j < high; j++) {
        long row = dx + i * planeBytes + j * rowBytes;
        for (int k = 0; k < wide; k++) {
          long at = row + k * pixelBytes;
          FloatVector.fromMemorySegment(S, Memory.ALL, at, Lanes.ORDER)
              .add(flow, best.compare(VectorOperators.EQ, tap))
              .intoMemorySegment(Memory.ALL, at, Lanes.ORDER);
          tap = tap.add(one);
        }
      }
    }
  }

  /** The same where a NaN may be the largest. */
  private void exactWindow(long x, long dy, long dx, int deep, int high, int wide) {
    long pixelBytes = 4L * channels * width.dilation();
    long rowBytes = 4L * channels * width.in() * height.dilation();
    long planeBytes = 4L * channels * width.in() * height.in() * depth.dilation();
    FloatVector max = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < deep; i++) {
      for (int j = 0; j < high; j++) {
        long row = x + i * planeBytes + j * rowBytes;
        for (int k = 0; k < wide; k++) {
          max =
              max.max(
                  FloatVector.fromMemorySegment(S, Memory.ALL, row + k * pixelBytes, Lanes.ORDER));
        }
      }
    }
    FloatVector flow = FloatVector.fromMemorySegment(S, Memory.ALL, dy, Lanes.ORDER);
    VectorMask<Float> open = S.maskAll(true);
    VectorMask<Float> nan = max.test(VectorOperators.IS_NAN);
    for (int i = 0; i < deep; i++) {
      for (int j = 0; j < high; j++) {
        long row = i * planeBytes + j * rowBytes;
        for (int k = 0; k < wide; k++) {
          long tap = row + k * pixelBytes;
          FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, x + tap, Lanes.ORDER);
          VectorMask<Float> hit =
              v.compare(VectorOperators.EQ, max)
                  .or(v.test(VectorOperators.IS_NAN).and(nan))
                  .and(open);
          open = open.andNot(hit);
          FloatVector.fromMemorySegment(S, Memory.ALL, dx + tap, Lanes.ORDER)
              .add(flow, hit)
              .intoMemorySegment(Memory.ALL, dx + tap, Lanes.ORDER);
        }
      }
    }
  }

  /** The last channels, fewer than a vector, one by one. */
  private void narrowWindow(long x, long dy, long dx, int deep, int high, int wide, int lanes) {
    long pixelBytes = 4L * channels * width.dilation();
    long rowBytes = 4L * channels * width.in() * height.dilation();
    long planeBytes = 4L * channels * width.in() * height.in() * depth.dilation();
    for (int c = 0; c < lanes; c++) {
      long best = -1;
      float max = 0;
      for (int i = 0; i < deep; i++) {
        for (int j = 0; j < high; j++) {
          for (int k = 0; k < wide; k++) {
            long tap = i * planeBytes + j * rowBytes + k * pixelBytes + 4L * c;
            float v = Memory.ALL.get(Memory.F32, x + tap);
            if (best < 0 || v > max || Float.isNaN(v) && !Float.isNaN(max)) {
              best = tap;
              max = v;
            }
          }
        }
      }
      if (best >= 0) {
        float sum = Memory.ALL.get(Memory.F32, dx + best) + Memory.ALL.get(Memory.F32, dy + 4L * c);
        Memory.ALL.set(Memory.F32, dx + best, sum);
      }
    }
  }
}
