package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Group norm, and instance norm as the case of one channel a group: dst = (x - mean) /
 * sqrt(variance + epsilon) * scale[c] + bias[c] with mean and variance over a group's channels and
 * all pixels.
 *
 * <p>The unit of work is one group of one sample: index sample * groups + group. Channels first, a
 * group is one contiguous run. Channels last, the groups of a range are taken together, vectors
 * along the channels, so narrow groups fill the lanes; means and factors of the channels are kept
 * in scratch. Sums run over at most {@link #RUN} pixels before they join a total. Scale and bias
 * may be 0 (absent) together. dst may be src.
 */
public final class GroupNormF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  private static final int RUN = 256;

  /** Bytes of scratch for {@link #runChannelsLast} on any range. */
  public static long scratchBytes(int channels) {
    return 8L * channels;
  }

  /** Channels first: groups [first, last) of [batch, groups, channelsPerGroup, spatial]. */
  public static void runChannelsFirst(
      long src,
      long scale,
      long bias,
      long dst,
      long first,
      long last,
      int groups,
      int channelsPerGroup,
      int spatial,
      float epsilon) {
    long count = (long) channelsPerGroup * spatial;
    for (long unit = first; unit < last; unit++) {
      long from = src + unit * count * 4;
      long to = dst + unit * count * 4;
      float mean = (float) (Sums.sum(from, count) / count);
      double variance = Sums.centredSquares(from, count, mean) / count;
      float factor = (float) (1 / Math.sqrt(variance + epsilon));
      for (int c = 0; c < channelsPerGroup; c++) {
        long channel = unit % groups * channelsPerGroup + c;
        float g = scale == 0 ? 1f : Memory.ALL.get(Memory.F32, scale + 4 * channel);
        float b = bias == 0 ? 0f : Memory.ALL.get(Memory.F32, bias + 4 * channel);
        long offset = 4L * c * spatial;
        plane(from + offset, to + offset, spatial, mean, factor * g, b);
      }
    }
  }

  /** Channels last: groups [first, last) of [batch, pixels, groups, channelsPerGroup]. */
  public static void runChannelsLast(
      long src,
      long scale,
      long bias,
      long dst,
      long scratch,
      long first,
      long last,
      int groups,
      int channelsPerGroup,
      int pixels,
      float epsilon) {
    int channels = groups * channelsPerGroup;
    for (long unit = first; unit < last; ) {
      long sample = unit / groups;
      int group = (int) (unit % groups);
      int count = (int) Math.min(last - unit, groups - group);
      long channel = (long) group * channelsPerGroup;
      long offset = 4 * (sample * pixels * channels + channel);
      channelsLast(
          src + offset,
          scale == 0 ? 0 : scale + 4 * channel,
          bias == 0 ? 0 : bias + 4 * channel,
          dst + offset,
          scratch,
          4L * channels,
          count,
          channelsPerGroup,
          pixels,
          epsilon);
      unit += count;
    }
  }

  private static void channelsLast(
      long src,
      long scale,
      long bias,
      long dst,
      long scratch,
      long pixelBytes,
      int groups,
      int width,
      int pixels,
      float epsilon) {
    int channels = groups * width;
    long means = scratch;
    long factors = scratch + 4L * channels;
    zero(means, channels);
    for (int done = 0; done < pixels; done += RUN) {
      int rows = Math.min(RUN, pixels - done);
      for (int c = 0; c < channels; c += L) {
        sums(
            src + done * pixelBytes + 4L * c,
            means + 4L * c,
            pixelBytes,
            rows,
            Math.min(L, channels - c));
      }
    }
    average(means, groups, width, (double) width * pixels);
    zero(factors, channels);
    for (int done = 0; done < pixels; done += RUN) {
      int rows = Math.min(RUN, pixels - done);
      for (int c = 0; c < channels; c += L) {
        squares(
            src + done * pixelBytes + 4L * c,
            means + 4L * c,
            factors + 4L * c,
            pixelBytes,
            rows,
            Math.min(L, channels - c));
      }
    }
    average(factors, groups, width, (double) width * pixels);
    for (int c = 0; c < channels; c++) {
      double variance = Memory.ALL.get(Memory.F32, factors + 4L * c);
      double g = scale == 0 ? 1 : Memory.ALL.get(Memory.F32, scale + 4L * c);
      Memory.ALL.set(Memory.F32, factors + 4L * c, (float) (g / Math.sqrt(variance + epsilon)));
    }
    for (int p = 0; p < pixels; p++) {
      long offset = p * pixelBytes;
      if (bias == 0) {
        pixel(src + offset, means, factors, dst + offset, channels);
      } else {
        pixelBiased(src + offset, means, factors, bias, dst + offset, channels);
      }
    }
  }

  /** Replaces the sums of a group's channels by the group's mean. */
  private static void average(long sums, int groups, int width, double count) {
    for (int g = 0; g < groups; g++) {
      double total = 0;
      for (int c = g * width; c < (g + 1) * width; c++) {
        total += Memory.ALL.get(Memory.F32, sums + 4L * c);
      }
      for (int c = g * width; c < (g + 1) * width; c++) {
        Memory.ALL.set(Memory.F32, sums + 4L * c, (float) (total / count));
      }
    }
  }

  private static void zero(long dst, int count) {
    for (int i = 0; i < count; i++) {
      Memory.ALL.set(Memory.F32, dst + 4L * i, 0f);
    }
  }

  private static void sums(long src, long total, long pixelBytes, int rows, int lanes) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector sum = FloatVector.zero(S);
    for (int p = 0; p < rows; p++) {
      sum =
          sum.add(
              FloatVector.fromMemorySegment(S, Memory.ALL, src + p * pixelBytes, Lanes.ORDER, in));
    }
    FloatVector.fromMemorySegment(S, Memory.ALL, total, Lanes.ORDER, in)
        .add(sum)
        .intoMemorySegment(Memory.ALL, total, Lanes.ORDER, in);
  }

  private static void squares(
      long src, long mean, long total, long pixelBytes, int rows, int lanes) {
    VectorMask<Float> in = S.indexInRange(0, lanes);
    FloatVector m = FloatVector.fromMemorySegment(S, Memory.ALL, mean, Lanes.ORDER, in);
    FloatVector sum = FloatVector.zero(S);
    for (int p = 0; p < rows; p++) {
      FloatVector x =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + p * pixelBytes, Lanes.ORDER, in)
              .sub(m);
      sum = x.fma(x, sum);
    }
    FloatVector.fromMemorySegment(S, Memory.ALL, total, Lanes.ORDER, in)
        .add(sum)
        .intoMemorySegment(Memory.ALL, total, Lanes.ORDER, in);
  }

  private static void plane(long src, long dst, int length, float mean, float factor, float bias) {
    FloatVector f = FloatVector.broadcast(S, factor);
    FloatVector b = FloatVector.broadcast(S, bias);
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .sub(mean)
          .fma(f, b)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .sub(mean)
          .fma(f, b)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private static void pixel(long src, long mean, long factor, long dst, int length) {
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector m = FloatVector.fromMemorySegment(S, Memory.ALL, mean + k * BYTES, Lanes.ORDER);
      FloatVector f = FloatVector.fromMemorySegment(S, Memory.ALL, factor + k * BYTES, Lanes.ORDER);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .sub(m)
          .mul(f)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector m =
          FloatVector.fromMemorySegment(S, Memory.ALL, mean + 4L * done, Lanes.ORDER, in);
      FloatVector f =
          FloatVector.fromMemorySegment(S, Memory.ALL, factor + 4L * done, Lanes.ORDER, in);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .sub(m)
          .mul(f)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private static void pixelBiased(
      long src, long mean, long factor, long bias, long dst, int length) {
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector m = FloatVector.fromMemorySegment(S, Memory.ALL, mean + k * BYTES, Lanes.ORDER);
      FloatVector f = FloatVector.fromMemorySegment(S, Memory.ALL, factor + k * BYTES, Lanes.ORDER);
      FloatVector b = FloatVector.fromMemorySegment(S, Memory.ALL, bias + k * BYTES, Lanes.ORDER);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
          .sub(m)
          .fma(f, b)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    int done = vectors * L;
    if (done < length) {
      VectorMask<Float> in = S.indexInRange(done, length);
      FloatVector m =
          FloatVector.fromMemorySegment(S, Memory.ALL, mean + 4L * done, Lanes.ORDER, in);
      FloatVector f =
          FloatVector.fromMemorySegment(S, Memory.ALL, factor + 4L * done, Lanes.ORDER, in);
      FloatVector b =
          FloatVector.fromMemorySegment(S, Memory.ALL, bias + 4L * done, Lanes.ORDER, in);
      FloatVector.fromMemorySegment(S, Memory.ALL, src + 4L * done, Lanes.ORDER, in)
          .sub(m)
          .fma(f, b)
          .intoMemorySegment(Memory.ALL, dst + 4L * done, Lanes.ORDER, in);
    }
  }

  private GroupNormF32() {}
}
