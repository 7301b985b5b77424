package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The loops of {@link ResizeF32}: weighted sums of rows, and of pixels within a row. */
final class ResizeKernelsF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = S.length();
  private static final long BYTES = 4L * L;

  /** dst = wa a + wb b. */
  static void sum2(long a, long b, float wa, float wb, long dst, long count) {
    long vectors = count / L;
    for (long k = 0; k < vectors; k++) {
      long o = k * BYTES;
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + o, Lanes.ORDER);
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, b + o, Lanes.ORDER);
      y.fma(FloatVector.broadcast(S, wb), x.mul(wa))
          .intoMemorySegment(Memory.ALL, dst + o, Lanes.ORDER);
    }
    if (vectors * L < count) {
      long o = vectors * BYTES;
      VectorMask<Float> m = S.indexInRange(vectors * L, count);
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + o, Lanes.ORDER, m);
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, b + o, Lanes.ORDER, m);
      y.fma(FloatVector.broadcast(S, wb), x.mul(wa))
          .intoMemorySegment(Memory.ALL, dst + o, Lanes.ORDER, m);
    }
  }

  /** dst = wa a + wb b + wc c + wd d. */
  static void sum4(
      long a,
      long b,
      long c,
      long d,
      float wa,
      float wb,
      float wc,
      float wd,
      long dst,
      long count) {
    FloatVector vb = FloatVector.broadcast(S, wb);
    FloatVector vd = FloatVector.broadcast(S, wd);
    long vectors = count / L;
    for (long k = 0; k < vectors; k++) {
      long o = k * BYTES;
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + o, Lanes.ORDER).mul(wa);
      FloatVector z = FloatVector.fromMemorySegment(S, Memory.ALL, c + o, Lanes.ORDER).mul(wc);
      x = FloatVector.fromMemorySegment(S, Memory.ALL, b + o, Lanes.ORDER).fma(vb, x);
      z = FloatVector.fromMemorySegment(S, Memory.ALL, d + o, Lanes.ORDER).fma(vd, z);
      x.add(z).intoMemorySegment(Memory.ALL, dst + o, Lanes.ORDER);
    }
    if (vectors * L < count) {
      long o = vectors * BYTES;
      VectorMask<Float> m = S.indexInRange(vectors * L, count);
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + o, Lanes.ORDER, m).mul(wa);
      FloatVector z = FloatVector.fromMemorySegment(S, Memory.ALL, c + o, Lanes.ORDER, m).mul(wc);
      x = FloatVector.fromMemorySegment(S, Memory.ALL, b + o, Lanes.ORDER, m).fma(vb, x);
      z = FloatVector.fromMemorySegment(S, Memory.ALL, d + o, Lanes.ORDER, m).fma(vd, z);
      x.add(z).intoMemorySegment(Memory.ALL, dst + o, Lanes.ORDER, m);
    }
  }

  /** dst += wa a. */
  static void add(long a, float wa, long dst, long count) {
    FloatVector va = FloatVector.broadcast(S, wa);
    long vectors = count / L;
    for (long k = 0; k < vectors; k++) {
      long o = k * BYTES;
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + o, Lanes.ORDER);
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, dst + o, Lanes.ORDER);
      x.fma(va, y).intoMemorySegment(Memory.ALL, dst + o, Lanes.ORDER);
    }
    if (vectors * L < count) {
      long o = vectors * BYTES;
      VectorMask<Float> m = S.indexInRange(vectors * L, count);
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + o, Lanes.ORDER, m);
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, dst + o, Lanes.ORDER, m);
      x.fma(va, y).intoMemorySegment(Memory.ALL, dst + o, Lanes.ORDER, m);
    }
  }

  /** Pixels made of two others each, all channels: the linear filter. */
  static void pairs(
      long row, long dst, int channels, int[] indices, float[] weights, int first, int last) {
    long pixelBytes = 4L * channels;
    int vectors = channels / L;
    VectorMask<Float> mask = S.indexInRange(vectors * L, channels);
    boolean tail = vectors * L < channels;
    for (int o = first; o < last; o++) {
      long a = row + indices[2 * o] * pixelBytes;
      long b = row + indices[2 * o + 1] * pixelBytes;
      long to = dst + o * pixelBytes;
      FloatVector wa = FloatVector.broadcast(S, weights[2 * o]);
      FloatVector wb = FloatVector.broadcast(S, weights[2 * o + 1]);
      for (int k = 0; k < vectors; k++) {
        long at = k * BYTES;
        FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + at, Lanes.ORDER);
        FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, b + at, Lanes.ORDER);
        y.fma(wb, x.mul(wa)).intoMemorySegment(Memory.ALL, to + at, Lanes.ORDER);
      }
      if (tail) {
        long at = vectors * BYTES;
        FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + at, Lanes.ORDER, mask);
        FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, b + at, Lanes.ORDER, mask);
        y.fma(wb, x.mul(wa)).intoMemorySegment(Memory.ALL, to + at, Lanes.ORDER, mask);
      }
    }
  }

  /** Pixels made of four others each, all channels: the cubic filter. */
  static void fours(
      long row, long dst, int channels, int[] indices, float[] weights, int first, int last) {
    long pixelBytes = 4L * channels;
    int rounds = (channels + L - 1) / L;
    for (int o = first; o < last; o++) {
      long a = row + indices[4 * o] * pixelBytes;
      long b = row + indices[4 * o + 1] * pixelBytes;
      long c = row + indices[4 * o + 2] * pixelBytes;
      long d = row + indices[4 * o + 3] * pixelBytes;
      long to = dst + o * pixelBytes;
      FloatVector wa = FloatVector.broadcast(S, weights[4 * o]);
      FloatVector wb = FloatVector.broadcast(S, weights[4 * o + 1]);
      FloatVector wc = FloatVector.broadcast(S, weights[4 * o + 2]);
      FloatVector wd = FloatVector.broadcast(S, weights[4 * o + 3]);
      for (int k = 0; k < rounds; k++) {
        long at = k * BYTES;
        VectorMask<Float> m = S.indexInRange(k * L, channels);
        FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + at, Lanes.ORDER, m);
        FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, c + at, Lanes.ORDER, m);
        x = x.mul(wa);
        y = y.mul(wc);
        x = FloatVector.fromMemorySegment(S, Memory.ALL, b + at, Lanes.ORDER, m).fma(wb, x);
        y = FloatVector.fromMemorySegment(S, Memory.ALL, d + at, Lanes.ORDER, m).fma(wd, y);
        x.add(y).intoMemorySegment(Memory.ALL, to + at, Lanes.ORDER, m);
      }
    }
  }

  /**
   * One pixel of all channels: the taps {@code first} to {@code first + taps - 1} of the tables.
   */
  static void pixel(
      long row, long dst, int channels, int[] indices, float[] weights, int first, int taps) {
    long pixelBytes = 4L * channels;
    int vectors = channels / L;
    for (int k = 0; k < vectors; k++) {
      long at = row + k * BYTES;
      FloatVector sum = FloatVector.zero(S);
      for (int t = first; t < first + taps; t++) {
        FloatVector x =
            FloatVector.fromMemorySegment(S, Memory.ALL, at + indices[t] * pixelBytes, Lanes.ORDER);
        sum = x.fma(FloatVector.broadcast(S, weights[t]), sum);
      }
      sum.intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    if (vectors * L < channels) {
      tail(
          row + vectors * BYTES,
          dst + vectors * BYTES,
          channels - vectors * L,
          pixelBytes,
          indices,
          weights,
          first,
          taps);
    }
  }

  private static void tail(
      long row,
      long dst,
      int channels,
      long pixelBytes,
      int[] indices,
      float[] weights,
      int first,
      int taps) {
    VectorMask<Float> m = S.indexInRange(0, channels);
    FloatVector sum = FloatVector.zero(S);
    for (int t = first; t < first + taps; t++) {
      FloatVector x =
          FloatVector.fromMemorySegment(
              S, Memory.ALL, row + indices[t] * pixelBytes, Lanes.ORDER, m);
      sum = x.fma(FloatVector.broadcast(S, weights[t]), sum);
    }
    sum.intoMemorySegment(Memory.ALL, dst, Lanes.ORDER, m);
  }

  /** Pixels of one or two channels: a vector would be nearly empty. */
  static void narrow(
      long row,
      long dst,
      int channels,
      int[] indices,
      float[] weights,
      int taps,
      int first,
      int last) {
    for (int c = 0; c < channels; c++) {
      if (taps == 2) {
        narrowPairs(row + 4L * c, dst + 4L * c, channels, indices, weights, first, last);
      } else {
        narrowAny(row + 4L * c, dst + 4L * c, channels, indices, weights, taps, first, last);
      }
    }
  }

  private static void narrowPairs(
      long row, long dst, int channels, int[] indices, float[] weights, int first, int last) {
    long pixelBytes = 4L * channels;
    for (int o = first; o < last; o++) {
      float a = Memory.ALL.get(Memory.F32, row + indices[2 * o] * pixelBytes);
      float b = Memory.ALL.get(Memory.F32, row + indices[2 * o + 1] * pixelBytes);
      Memory.ALL.set(Memory.F32, dst + o * pixelBytes, weights[2 * o] * a + weights[2 * o + 1] * b);
    }
  }

  private static void narrowAny(
      long row,
      long dst,
      int channels,
      int[] indices,
      float[] weights,
      int taps,
      int first,
      int last) {
    long pixelBytes = 4L * channels;
    for (int o = first; o < last; o++) {
      float sum = 0;
      for (int t = o * taps; t < (o + 1) * taps; t++) {
        sum += weights[t] * Memory.ALL.get(Memory.F32, row + indices[t] * pixelBytes);
      }
      Memory.ALL.set(Memory.F32, dst + o * pixelBytes, sum);
    }
  }

  private ResizeKernelsF32() {}
}
