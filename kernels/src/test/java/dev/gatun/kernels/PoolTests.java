package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PoolTests {
  private static final int L = Lanes.F32_LENGTH;

  /** A sliding window along one axis, spelled out. */
  private record Slide(
      int in, int kernel, int stride, int dilation, int padBegin, int padEnd, boolean ceil) {
    int out() {
      int span = (kernel - 1) * dilation + 1;
      int room = in + padBegin + padEnd - span;
      int out = (ceil ? Math.ceilDiv(room, stride) : Math.floorDiv(room, stride)) + 1;
      // A last window that would start in the padding at the end is dropped.
      return ceil && (out - 1) * stride >= in + padBegin ? out - 1 : out;
    }

    PoolAxis axis() {
      return PoolAxis.window(in, out(), kernel, stride, dilation, padBegin, padEnd);
    }

    static Slide random(Random random, int most) {
      int kernel = 1 + random.nextInt(3);
      int dilation = 1 + random.nextInt(2);
      int padBegin = random.nextInt(kernel);
      int padEnd = random.nextInt(kernel);
      int least = Math.max(1, (kernel - 1) * dilation + 1 - padBegin - padEnd);
      return new Slide(
          least + random.nextInt(most),
          kernel,
          1 + random.nextInt(3),
          dilation,
          padBegin,
          padEnd,
          random.nextBoolean());
    }
  }

  private static final Slide POINT = new Slide(1, 1, 1, 1, 0, 0, false);

  /** The slow twin: visits every tap of every window and asks whether it is inside. */
  private static double fold(
      PoolF32.Kind kind,
      double p,
      float[] src,
      Slide[] s,
      int[] o,
      int image,
      int c,
      int channels) {
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    int inside = 0;
    int padded = 0;
    for (int i = 0; i < s[0].kernel; i++) {
      for (int j = 0; j < s[1].kernel; j++) {
        for (int k = 0; k < s[2].kernel; k++) {
          int z = o[0] * s[0].stride + i * s[0].dilation - s[0].padBegin;
          int y = o[1] * s[1].stride + j * s[1].dilation - s[1].padBegin;
          int x = o[2] * s[2].stride + k * s[2].dilation - s[2].padBegin;
          if (z < s[0].in + s[0].padEnd && y < s[1].in + s[1].padEnd && x < s[2].in + s[2].padEnd) {
            padded++;
          }
          if (z >= 0 && y >= 0 && x >= 0 && z < s[0].in && y < s[1].in && x < s[2].in) {
            double v = src[(((image * s[0].in + z) * s[1].in + y) * s[2].in + x) * channels + c];
            inside++;
            max = Math.max(max, v);
            sum += kind == PoolF32.Kind.LP ? Math.pow(Math.abs(v), p) : v;
          }
        }
      }
    }
    return switch (kind) {
      case MAX -> max;
      case AVERAGE -> sum / inside;
      case AVERAGE_PADDED -> sum / padded;
      case LP -> Math.pow(sum, 1 / p);
    };
  }

  private static float[] random(int count, Random random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat(-2, 2);
    }
    return values;
  }

  private static int check(
      PoolF32.Kind kind, double p, int batch, int channels, Slide[] s, int axes, float[] src) {
    int[] out = {s[0].out(), s[1].out(), s[2].out()};
    float[] expected = new float[batch * out[0] * out[1] * out[2] * channels];
    int at = 0;
    for (int n = 0; n < batch; n++) {
      for (int z = 0; z < out[0]; z++) {
        for (int y = 0; y < out[1]; y++) {
          for (int x = 0; x < out[2]; x++) {
            for (int c = 0; c < channels; c++) {
              expected[at++] = (float) fold(kind, p, src, s, new int[] {z, y, x}, n, c, channels);
            }
          }
        }
      }
    }
    PoolAxis[] windows = new PoolAxis[axes];
    for (int i = 0; i < axes; i++) {
      windows[i] = s[3 - axes + i].axis();
    }
    PoolF32 pool =
        kind == PoolF32.Kind.LP
            ? PoolF32.lp(p, batch, channels, windows)
            : PoolF32.of(kind, batch, channels, windows);
    try (Guarded from = Guarded.of(src, 4);
        Guarded to = Guarded.ofBytes(4L * expected.length, 4)) {
      for (int task = pool.tasks() - 1; task >= 0; task--) {
        pool.run(from.address(), to.address(), task);
      }
      // 27 taps below 2: each sum is off by at most 27 roundings of its size.
      assertArrayEquals(expected, to.toFloats(), kind == PoolF32.Kind.MAX ? 0 : 27 * 54 * 0x1p-24f);
    }
    return pool.tasks();
  }

  @Test
  void agreesWithTheSlowTwin() {
    Random random = new Random(8);
    int[] channels = {1, 2, 3, L - 1, L, L + 1, 4 * L, 4 * L + 3, 5 * L + 1};
    PoolF32.Kind[] kinds = PoolF32.Kind.values();
    double[] powers = {1, 2, 3};
    for (int round = 0; round < 144; round++) {
      int axes = 1 + round % 3;
      Slide[] s = {
        axes == 3 ? Slide.random(random, 3) : POINT,
        axes >= 2 ? Slide.random(random, 6) : POINT,
        Slide.random(random, 9)
      };
      int c = channels[random.nextInt(channels.length)];
      int batch = 1 + random.nextInt(2);
      float[] src = random(batch * s[0].in * s[1].in * s[2].in * c, random);
      check(kinds[round % 4], powers[round / 4 % 3], batch, c, s, axes, src);
    }
  }

  @Test
  void sharesOutRowsAndChannels() {
    Random random = new Random(9);
    Slide row = new Slide(60, 3, 2, 1, 1, 1, false);
    Slide[] image = {POINT, row, row};
    float[] src = random(2 * 60 * 60 * 40, random);
    assertTrue(check(PoolF32.Kind.MAX, 0, 2, 40, image, 2, src) > 1);
    // A global pool of one image has a single row.
    Slide all = new Slide(9, 9, 1, 1, 0, 0, false);
    int c = 16 * L + 5;
    float[] small = new float[81 * c];
    for (int i = 0; i < small.length; i++) {
      small[i] = random.nextInt(17) / 8f; // sums are exact
    }
    PoolF32 pool =
        PoolF32.of(PoolF32.Kind.AVERAGE, 1, 4096, PoolAxis.global(7), PoolAxis.global(7));
    assertTrue(pool.tasks() > 1);
    check(PoolF32.Kind.AVERAGE, 0, 1, c, new Slide[] {POINT, all, all}, 2, small);
    check(PoolF32.Kind.MAX, 0, 1, c, new Slide[] {POINT, all, all}, 2, small);
  }

  @Test
  void propagatesNotANumber() {
    for (int c : new int[] {L + 1, 8 * L + 1}) { // with and without blocks of four vectors
      float[] src = new float[4 * c];
      src[c + 2] = Float.NaN;
      src[2 * c] = Float.NEGATIVE_INFINITY;
      src[3 * c] = Float.POSITIVE_INFINITY;
      Slide two = new Slide(4, 2, 1, 1, 0, 0, false);
      check(PoolF32.Kind.MAX, 0, 1, c, new Slide[] {POINT, POINT, two}, 1, src);
      check(PoolF32.Kind.AVERAGE, 0, 1, c, new Slide[] {POINT, POINT, two}, 1, src);
    }
  }

  @Test
  void adaptiveWindowsDivideTheAxis() {
    for (int in : new int[] {1, 2, 5, 7, 16}) {
      for (int out : new int[] {1, 2, 3, 7}) {
        PoolAxis axis = PoolAxis.adaptive(in, out);
        for (int o = 0; o < out; o++) {
          int begin = (int) Math.floor((double) o * in / out);
          int end = (int) Math.ceil((o + 1.0) * in / out);
          assertEquals(begin, axis.first()[o]);
          assertEquals(end - begin, axis.taps()[o]);
        }
      }
    }
    try (Guarded src = Guarded.of(new float[] {1, 2, 3, 4, 5}, 0);
        Guarded dst = Guarded.ofBytes(12, 0)) {
      PoolF32.of(PoolF32.Kind.AVERAGE, 1, 1, PoolAxis.adaptive(5, 3))
          .run(src.address(), dst.address(), 0);
      assertArrayEquals(new float[] {1.5f, 3, 4.5f}, dst.toFloats());
    }
  }

  @Test
  void emptyTensors() {
    PoolAxis axis = PoolAxis.window(5, 3, 3, 1, 1, 0, 0);
    PoolF32.of(PoolF32.Kind.MAX, 0, 4, axis).run(0, 0, 0);
    PoolF32.of(PoolF32.Kind.MAX, 2, 0, axis).run(0, 0, 0);
    PoolF32.of(PoolF32.Kind.MAX, 2, 3, PoolAxis.window(0, 0, 1, 1, 1, 0, 0)).run(0, 0, 0);
  }

  @Test
  void indicesAreThoseOfTheFlattenedInput() {
    Random random = new Random(10);
    for (int round = 0; round < 60; round++) {
      int axes = 1 + round % 3;
      Slide[] s = {
        axes == 3 ? Slide.random(random, 3) : POINT,
        axes >= 2 ? Slide.random(random, 5) : POINT,
        Slide.random(random, 5)
      };
      checkIndices(s, axes, 1 + random.nextInt(2), 1 + random.nextInt(3), round % 2 == 1, random);
    }
    Slide row = new Slide(40, 2, 2, 1, 0, 0, false);
    checkIndices(new Slide[] {POINT, row, row}, 2, 2, 20, false, random);
    assertTrue(MaxPoolIndicesF32.of(false, 2, 20, row.axis(), row.axis()).tasks() > 1);
  }

  private static void checkIndices(
      Slide[] s, int axes, int batch, int channels, boolean columnMajor, Random random) {
    float[] src = new float[batch * s[0].in * s[1].in * s[2].in * channels];
    for (int i = 0; i < src.length; i++) {
      src[i] = random.nextInt(5); // many ties
    }
    PoolAxis[] windows = new PoolAxis[axes];
    for (int i = 0; i < axes; i++) {
      windows[i] = s[3 - axes + i].axis();
    }
    MaxPoolIndicesF32 pool = MaxPoolIndicesF32.of(columnMajor, batch, channels, windows);
    int[] out = {s[0].out(), s[1].out(), s[2].out()};
    int count = batch * out[0] * out[1] * out[2] * channels;
    try (Guarded from = Guarded.of(src, 4);
        Guarded to = Guarded.ofBytes(4L * count, 4);
        Guarded at = Guarded.ofBytes(8L * count, 8)) {
      for (int task = pool.tasks() - 1; task >= 0; task--) {
        pool.run(from.address(), to.address(), at.address(), task);
      }
      float[] values = to.toFloats();
      long[] indices = at.toLongs();
      int k = 0;
      for (int n = 0; n < batch; n++) {
        for (int z = 0; z < out[0]; z++) {
          for (int y = 0; y < out[1]; y++) {
            for (int x = 0; x < out[2]; x++) {
              for (int c = 0; c < channels; c++, k++) {
                int[] o = {z, y, x};
                assertEquals(fold(PoolF32.Kind.MAX, 0, src, s, o, n, c, channels), values[k]);
                assertEquals(firstMaximum(src, s, o, n, c, channels, columnMajor), indices[k]);
              }
            }
          }
        }
      }
    }
  }

  private static long firstMaximum(
      float[] src, Slide[] s, int[] o, int n, int c, int channels, boolean columnMajor) {
    float most = Float.NEGATIVE_INFINITY;
    long best = -1;
    for (int z = 0; z < s[0].in; z++) {
      for (int y = 0; y < s[1].in; y++) {
        for (int x = 0; x < s[2].in; x++) {
          float v = src[(((n * s[0].in + z) * s[1].in + y) * s[2].in + x) * channels + c];
          if (hits(s[0], o[0], z) && hits(s[1], o[1], y) && hits(s[2], o[2], x) && v > most) {
            most = v;
            long plane = (long) (n * channels + c) * s[0].in * s[1].in * s[2].in;
            best =
                plane
                    + (columnMajor
                        ? (x * s[1].in + y) * s[0].in + z
                        : (z * s[1].in + y) * s[2].in + x);
          }
        }
      }
    }
    return best;
  }

  private static boolean hits(Slide s, int o, int at) {
    int offset = at + s.padBegin - o * s.stride;
    return offset >= 0 && offset % s.dilation == 0 && offset / s.dilation < s.kernel;
  }

  @Test
  void errors() {
    PoolAxis axis = PoolAxis.identity(3);
    assertThrows(IllegalArgumentException.class, () -> PoolF32.of(PoolF32.Kind.MAX, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> PoolF32.of(PoolF32.Kind.LP, 1, 1, axis));
    assertThrows(IllegalArgumentException.class, () -> PoolF32.lp(0, 1, 1, axis));
    assertThrows(IllegalArgumentException.class, () -> PoolF32.of(PoolF32.Kind.MAX, -1, 1, axis));
    assertThrows(IllegalArgumentException.class, () -> PoolAxis.window(3, 1, 3, 0, 1, 0, 0));
  }
}
