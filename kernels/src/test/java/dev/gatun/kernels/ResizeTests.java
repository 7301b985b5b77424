package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ResizeTests {
  private static final int L = Lanes.F32_LENGTH;

  /** A random filter: any indices, any weights, sometimes outside. */
  private static ResizeTaps random(int in, int out, int taps, boolean outside, Random random) {
    int[] indices = new int[out * taps];
    float[] weights = new float[out * taps];
    boolean[] marks = new boolean[out];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = random.nextInt(in);
      weights[i] = random.nextFloat(-1, 1);
    }
    for (int o = 0; o < out; o++) {
      marks[o] = outside && random.nextInt(4) == 0;
    }
    return new ResizeTaps(in, out, taps, indices, weights, marks);
  }

  /** The slow twin: all taps of all axes at once. */
  private static double at(
      float[] src, int n, int c, int channels, ResizeTaps[] a, int[] o, double extrapolation) {
    if (a[0].outside()[o[0]] || a[1].outside()[o[1]] || a[2].outside()[o[2]]) {
      return extrapolation;
    }
    double sum = 0;
    for (int i = 0; i < a[0].taps(); i++) {
      for (int j = 0; j < a[1].taps(); j++) {
        for (int k = 0; k < a[2].taps(); k++) {
          int ti = o[0] * a[0].taps() + i;
          int tj = o[1] * a[1].taps() + j;
          int tk = o[2] * a[2].taps() + k;
          int pixel =
              ((n * a[0].in() + a[0].indices()[ti]) * a[1].in() + a[1].indices()[tj]) * a[2].in()
                  + a[2].indices()[tk];
          sum +=
              (double) a[0].weights()[ti]
                  * a[1].weights()[tj]
                  * a[2].weights()[tk]
                  * src[pixel * channels + c];
        }
      }
    }
    return sum;
  }

  private static ResizeF32 check(int batch, int channels, ResizeTaps[] a, int axes, Random random) {
    float[] src = new float[batch * a[0].in() * a[1].in() * a[2].in() * channels];
    for (int i = 0; i < src.length; i++) {
      src[i] = random.nextFloat(-1, 1);
    }
    float[] expected = new float[batch * a[0].out() * a[1].out() * a[2].out() * channels];
    int to = 0;
    for (int n = 0; n < batch; n++) {
      for (int z = 0; z < a[0].out(); z++) {
        for (int y = 0; y < a[1].out(); y++) {
          for (int x = 0; x < a[2].out(); x++) {
            for (int c = 0; c < channels; c++) {
              expected[to++] = (float) at(src, n, c, channels, a, new int[] {z, y, x}, 7.5);
            }
          }
        }
      }
    }
    ResizeTaps[] given = new ResizeTaps[axes];
    System.arraycopy(a, 3 - axes, given, 0, axes);
    ResizeF32 plan = ResizeF32.of(7.5f, batch, channels, given);
    try (Guarded from = Guarded.of(src, 4);
        Guarded scratch = Guarded.ofBytes(plan.scratchBytes(), 0);
        Guarded dst = Guarded.ofBytes(4L * expected.length, 4)) {
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.run(from.address(), dst.address(), scratch.address(), task);
      }
      // At most 5 * 5 * 5 products below 1.
      assertArrayEquals(expected, dst.toFloats(), 125 * 4 * 0x1p-24f);
    }
    return plan;
  }

  @Test
  void agreesWithTheSlowTwin() {
    Random random = new Random(12);
    int[] channels = {1, 2, 3, 4, L - 1, L, L + 1, 4 * L + 3};
    for (int round = 0; round < 200; round++) {
      int axes = 1 + round % 3;
      ResizeTaps[] a = new ResizeTaps[3];
      for (int i = 0; i < 3; i++) {
        int in = 1 + random.nextInt(i == 2 ? 8 : 4);
        int out = random.nextInt(i == 2 ? 9 : 5);
        a[i] =
            i < 3 - axes
                ? ResizeTaps.identity(1)
                : random.nextInt(3) == 0
                    ? ResizeTaps.identity(in)
                    : random(in, out, 1 + random.nextInt(5), round % 4 == 0, random);
      }
      check(1 + random.nextInt(2), channels[random.nextInt(channels.length)], a, axes, random);
    }
  }

  @Test
  void sharesOutRowsAndColumns() {
    Random random = new Random(13);
    ResizeTaps one = ResizeTaps.identity(1);
    ResizeTaps row = random(30, 60, 2, false, random);
    assertTrue(check(1, 32, new ResizeTaps[] {one, row, row}, 2, random).tasks() > 1);
    ResizeTaps line = random(300, 3001, 4, true, random);
    assertTrue(check(1, 5, new ResizeTaps[] {one, one, line}, 1, random).tasks() > 1);
    assertTrue(check(1, 1, new ResizeTaps[] {one, one, line}, 1, random).tasks() == 1);
  }

  @Test
  void identityCopiesBitForBit() {
    Random random = new Random(14);
    ResizeTaps[] same = {ResizeTaps.identity(2), ResizeTaps.identity(3), ResizeTaps.identity(5)};
    ResizeF32 plan = check(2, 3, same, 3, random);
    assertEquals(0, plan.scratchBytes());
    assertTrue(
        new ResizeTaps(
                2, 2, 2, new int[] {0, 0, 0, 1}, new float[] {0.5f, 0.5f, 0, 1}, new boolean[2])
            .isIdentity());
  }

  @Test
  void nearestIsAnIndexedCopy() {
    try (Guarded src = Guarded.of(new int[] {1, 2, 3, 4, 5, 6}, 4);
        Guarded dst = Guarded.ofBytes(4 * 20, 4)) {
      int[][] tables = {{0, 0, 1, -1}, {0, 0, 1, 2, 2}};
      IndexedCopy plan = IndexedCopy.of(4, new long[] {2, 3}, tables);
      for (int task = 0; task < plan.tasks(); task++) {
        plan.run(src.address(), dst.address(), 9, task);
      }
      assertArrayEquals(
          new int[] {1, 1, 2, 3, 3, 1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 9, 9, 9, 9, 9}, dst.toInts());
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> IndexedCopy.of(4, new long[] {2}, new int[][] {{0, 2}}));
    assertThrows(
        IllegalArgumentException.class, () -> IndexedCopy.of(4, new long[] {2}, new int[][] {}));
    assertThrows(
        IllegalArgumentException.class, () -> IndexedCopy.of(3, new long[] {2}, new int[][] {{0}}));
  }

  @Test
  void spaceAndDepth() {
    Random random = new Random(15);
    for (int block : new int[] {1, 2, 3}) {
      for (boolean last : new boolean[] {false, true}) {
        for (boolean crd : new boolean[] {false, true}) {
          checkSpaceDepth(block, last, crd, random);
        }
      }
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> SpaceDepth.depthToSpace(4, 1, 6, 2, 2, 2, false, false));
    assertThrows(
        IllegalArgumentException.class, () -> SpaceDepth.spaceToDepth(4, 1, 6, 2, 3, 2, false));
  }

  private static void checkSpaceDepth(int b, boolean last, boolean crd, Random random) {
    int n = 2;
    int c = 5;
    int h = 3;
    int w = 4;
    int deep = c * b * b;
    float[] src = new float[n * deep * h * w];
    for (int i = 0; i < src.length; i++) {
      src[i] = random.nextFloat();
    }
    float[] expected = new float[src.length];
    for (int in = 0; in < n; in++) {
      for (int k = 0; k < deep; k++) {
        for (int y = 0; y < h; y++) {
          for (int x = 0; x < w; x++) {
            int ch = crd ? k / (b * b) : k % c;
            int at = crd ? k % (b * b) : k / c;
            int oy = y * b + at / b;
            int ox = x * b + at % b;
            int from = last ? ((in * h + y) * w + x) * deep + k : ((in * deep + k) * h + y) * w + x;
            int to =
                last
                    ? ((in * h * b + oy) * w * b + ox) * c + ch
                    : ((in * c + ch) * h * b + oy) * w * b + ox;
            expected[to] = src[from];
          }
        }
      }
    }
    try (Guarded from = Guarded.of(src, 0);
        Guarded to = Guarded.ofBytes(4L * src.length, 0)) {
      SpaceDepth.depthToSpace(4, n, deep, h, w, b, last, crd).run(from.address(), to.address(), 0);
      assertArrayEquals(expected, to.toFloats());
      if (!crd) { // and back
        SpaceDepth.spaceToDepth(4, n, c, (long) h * b, (long) w * b, b, last)
            .run(to.address(), from.address(), 0);
        assertArrayEquals(src, from.toFloats());
      }
    }
  }

  @Test
  void errors() {
    ResizeTaps axis = ResizeTaps.identity(2);
    assertThrows(IllegalArgumentException.class, () -> ResizeF32.of(0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> ResizeF32.of(0, -1, 1, axis));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ResizeTaps(2, 1, 1, new int[] {2}, new float[1], new boolean[1]));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ResizeTaps(2, 2, 1, new int[] {1}, new float[1], new boolean[2]));
  }
}
