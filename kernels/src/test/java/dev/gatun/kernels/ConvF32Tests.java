package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.kernels.ConvGeometry.Axis;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConvF32Tests {
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final int L = Lanes.F32_LENGTH;
  private static final long[] NO_BUFFERS = {};

  private static ConvGeometry square(
      int batch, int in, int out, int groups, int size, int kernel, int stride, int pad) {
    Axis a = new Axis(size, kernel, stride, 1, pad, pad);
    return ConvGeometry.of(batch, in, out, groups, List.of(a, a));
  }

  /** Many images of few pixels, of whose taps many lie in the padding. */
  static List<ConvGeometry> smallImages() {
    List<ConvGeometry> all = new ArrayList<>();
    for (int batch : new int[] {8, 13, 25}) {
      all.add(square(batch, 5, 2 * L, 1, 2, 3, 1, 1));
      all.add(square(batch, 2 * L + 3, 3 * L + 5, 1, 4, 3, 2, 1));
      all.add(square(batch, L, L - 1, 1, 3, 5, 1, 2));
    }
    all.add(square(9, 520, L + 1, 1, 3, 3, 2, 1)); // lines in parts
    all.add(square(8, 3, 2 * L + 1, 1, 1, 3, 1, 1));
    all.add(
        ConvGeometry.of(
            11, 7, 9, 1, List.of(new Axis(3, 3, 1, 2, 2, 2), new Axis(4, 3, 2, 3, 3, 3))));
    return all;
  }

  @Test
  void smallImagesGoPixelByPixel() {
    for (ConvGeometry g : smallImages()) {
      assertEquals("taps by image", ConvF32.plan(g, 3).name(), g.toString());
    }
    assertEquals("taps", ConvF32.plan(square(2, 5, 2 * L, 1, 2, 3, 1, 1), 3).name());
  }

  static List<ConvGeometry> geometries() {
    List<ConvGeometry> all = new ArrayList<>(smallImages());
    // Small cousins of what networks have.
    all.add(square(1, 3, 2 * L, 1, 17, 7, 2, 3));
    all.add(square(2, 3, 5, 1, 9, 3, 2, 1));
    all.add(square(1, L, 2 * L, 1, 7, 3, 1, 1));
    all.add(square(1, 2 * L + 3, 4 * L + 5, 1, 7, 3, 1, 1));
    all.add(square(2, 5, L - 1, 1, 6, 1, 1, 0));
    all.add(square(1, 37, 3 * L + 1, 1, 5, 1, 2, 0));
    all.add(square(1, 4 * L, 2 * L + 1, 1, 1, 1, 1, 0));
    // More pixels than a block of left rows.
    all.add(square(1, 69, 103, 1, 43, 1, 1, 0));
    // As many outputs as inputs, but not the same positions.
    all.add(ConvGeometry.of(1, 10, 9, 1, List.of(new Axis(2, 1, 2, 1, 0, 1))));
    // Long lines, whose tiles stack columns: borders on either side, strides, groups, three axes.
    all.add(square(1, L, 2 * L + 3, 1, 23, 3, 1, 1));
    all.add(square(2, 2 * (L + 1), 2 * (L + 5), 2, 12, 5, 2, 2));
    all.add(ConvGeometry.of(1, L + 3, L, 1, List.of(new Axis(70, 9, 3, 1, 5, 2))));
    Axis three = new Axis(4, 3, 1, 1, 1, 1);
    all.add(ConvGeometry.of(1, L, L, 1, List.of(three, three, new Axis(24, 3, 1, 1, 1, 1))));
    all.add(square(1, 3 * L, 8 * L, 1, 48, 3, 1, 0));
    // Deeper than one block of the left matrix, in taps and within one tap.
    all.add(square(1, 260, 2 * L + 2, 1, 4, 3, 1, 1));
    all.add(square(1, 1100, L + 3, 1, 3, 3, 1, 1));
    all.add(square(1, 2100, 2 * L, 1, 3, 1, 2, 0));
    // Groups.
    all.add(square(1, 6, 9, 3, 6, 3, 1, 1));
    all.add(square(1, 4 * 8, 4 * 8, 8, 6, 3, 1, 1));
    all.add(square(1, 2 * 3, 2 * (2 * L + 3), 2, 5, 3, 2, 1));
    all.add(square(1, 7, 21, 7, 5, 3, 1, 1));
    // Depthwise.
    for (int channels : new int[] {1, L - 1, L, L + 1, 2 * L, 4 * L + 3, 9 * L + 5}) {
      for (int kernel : new int[] {3, 5}) {
        for (int stride = 1; stride <= 2; stride++) {
          all.add(square(1, channels, channels, channels, 9, kernel, stride, kernel / 2));
        }
      }
    }
    all.add(square(2, 2 * L, 2 * L, 2 * L, 14, 3, 1, 1));
    // Several blocks of channels; tiles of one line that differ at both borders; too many taps.
    all.add(square(1, 21 * L + 1, 21 * L + 1, 21 * L + 1, 7, 5, 1, 2));
    all.add(square(1, L, L, L, 31, 5, 2, 2));
    all.add(ConvGeometry.of(1, L, L, L, List.of(new Axis(70, 70, 1, 1, 35, 35))));
    all.add(square(1, L + 2, L + 2, L + 2, 3, 5, 1, 2));
    all.add(square(1, L + 2, L + 2, L + 2, 8, 7, 1, 3));
    all.add(square(1, L, L, L, 8, 2, 2, 0));
    all.add(square(1, L, L, L, 9, 3, 3, 1));
    // Dilation, unequal pads, one and three axes, a negative pad.
    all.add(
        ConvGeometry.of(
            1, 5, 7, 1, List.of(new Axis(9, 3, 1, 2, 2, 1), new Axis(11, 2, 3, 4, 0, 5))));
    all.add(
        ConvGeometry.of(
            1,
            L + 1,
            L + 1,
            L + 1,
            List.of(new Axis(9, 3, 1, 2, 2, 1), new Axis(8, 3, 1, 2, 2, 2))));
    all.add(ConvGeometry.of(2, 9, 2 * L + 1, 1, List.of(new Axis(50, 5, 2, 1, 2, 2))));
    all.add(ConvGeometry.of(1, 3, 4, 1, List.of(new Axis(20, 9, 1, 1, 8, 0))));
    all.add(ConvGeometry.of(1, L + 3, L + 3, L + 3, List.of(new Axis(40, 15, 1, 1, 7, 7))));
    Axis cube = new Axis(5, 3, 1, 1, 1, 1);
    all.add(ConvGeometry.of(1, 3, 2 * L + 1, 1, List.of(cube, cube, cube)));
    all.add(ConvGeometry.of(1, L + 1, L + 1, L + 1, List.of(cube, cube, cube)));
    all.add(ConvGeometry.of(1, 2, 3, 1, List.of(new Axis(9, 3, 1, 1, -2, -1), cube)));
    // The kernel is larger than the input; every pixel sees both borders.
    all.add(square(1, 2, 3, 1, 2, 7, 1, 3));
    all.add(square(1, L, L, L, 2, 7, 1, 3));
    return all;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("geometries")
  void agreesWithDoublePrecision(ConvGeometry g) {
    Random random = new Random(7);
    check(g, 1, random, true, -INF, INF);
    check(g, 4, random, false, 0, INF);
    check(g, 2, random, true, -0.5f, 0.75f);
  }

  @Test
  void agreesOnRandomGeometries() {
    long seed = Long.getLong("gatun.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int i = 0; i < 150; i++) {
      ConvGeometry g = randomGeometry(random);
      try {
        check(g, 1 + random.nextInt(4), random, random.nextBoolean(), -0.8f, INF);
      } catch (AssertionError e) {
        throw new AssertionError("-Dgatun.seed=" + seed + ": " + g, e);
      }
    }
  }

  private static ConvGeometry randomGeometry(Random random) {
    List<Axis> axes = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int a = 0; a < count; a++) {
      int kernel = 1 + random.nextInt(5);
      int dilation = 1 + random.nextInt(2);
      int before = random.nextInt(kernel + 1);
      int after = random.nextInt(kernel + 1);
      int least = Math.max(1, (kernel - 1) * dilation + 1 - before - after);
      int in = least + random.nextInt(count == 3 ? 6 : 14);
      axes.add(new Axis(in, kernel, 1 + random.nextInt(3), dilation, before, after));
    }
    int groups = 1 + random.nextInt(3);
    int in = 1 + random.nextInt(20);
    int out = random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(3 * L);
    if (random.nextInt(4) == 0) {
      groups = 1 + random.nextInt(3 * L);
      in = 1;
      out = 1 + random.nextInt(2);
    }
    return ConvGeometry.of(1 + random.nextInt(2), in * groups, out * groups, groups, axes);
  }

  private static void check(
      ConvGeometry g, int threads, Random random, boolean withBias, float lo, float hi) {
    int terms = g.taps() * g.inChannels() / g.groups();
    float scale = (float) (1 / Math.sqrt(terms));
    float[] src = FloatBuffers.uniform(random, (int) g.srcLength(), -1, 1);
    float[] weights = FloatBuffers.uniform(random, (int) g.weightLength(), -scale, scale);
    float[] bias = withBias ? FloatBuffers.uniform(random, g.outChannels(), -1, 1) : new float[0];
    ConvF32 plan = ConvF32.plan(g, threads);
    try (FloatBuffers buffers = new FloatBuffers()) {
      long s = buffers.of(src).at();
      long packed = buffers.blank((int) (plan.packedWeightBytes() / 4)).at();
      plan.packWeights(buffers.of(weights).at(), packed);
      long b = withBias ? buffers.of(bias).at() : 0;
      FloatBuffers.Buffer dst = buffers.blank((int) g.dstLength());
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.run(s, packed, b, lo, hi, dst.at(), null, NO_BUFFERS, task);
      }
      double[] expected = ConvReference.clamp(ConvReference.conv(g, src, weights, bias), lo, hi);
      // n roundings of a sum of size 1 that walk randomly.
      double tolerance = (8 + 1.5 * Math.sqrt(terms)) * 0x1p-23;
      FloatBuffers.assertClose(expected, dst.floats(), 0, tolerance, plan.name());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void teamsOfAnySizeGiveTheSameResult(int threads) {
    for (ConvGeometry g :
        List.of(
            square(2, 2 * L, 4 * L, 1, 15, 3, 1, 1),
            square(1, 7 * L, 7 * L, 7 * L, 20, 3, 1, 1),
            square(1, 64, 64, 1, 15, 1, 1, 0))) {
      Random random = new Random(3);
      ConvF32 one = ConvF32.plan(g, 1);
      ConvF32 plan = ConvF32.plan(g, threads);
      try (FloatBuffers buffers = new FloatBuffers();
          Team team = Team.ofThreads(threads)) {
        long src = buffers.random(random, (int) g.srcLength(), -1, 1).at();
        long weights = buffers.random(random, (int) g.weightLength(), -1, 1).at();
        long packed = buffers.blank((int) (plan.packedWeightBytes() / 4)).at();
        FloatBuffers.Buffer dst = buffers.blank((int) g.dstLength());
        FloatBuffers.Buffer expected = buffers.blank((int) g.dstLength());
        plan.packWeights(weights, packed);
        team.run(
            plan.tasks(),
            task -> plan.run(src, packed, 0, -INF, INF, dst.at(), null, NO_BUFFERS, task));
        for (int task = 0; task < one.tasks(); task++) {
          one.run(src, packed, 0, -INF, INF, expected.at(), null, NO_BUFFERS, task);
        }
        double[] e = FloatBuffers.doubles(expected.floats());
        FloatBuffers.assertClose(e, dst.floats(), 0, 0, plan.name());
      }
    }
  }

  @Test
  void anEpilogueSeesEveryElementOnceWhenItIsFinished() {
    for (ConvGeometry g :
        List.of(
            square(2, 3, 2 * L + 3, 1, 9, 3, 1, 1),
            square(1, 500, 3 * L, 1, 5, 3, 1, 1),
            square(1, 2 * L, 4 * L + 2, 2, 6, 3, 2, 1),
            square(1, 2 * L + 1, 2 * L + 1, 2 * L + 1, 9, 3, 1, 1),
            square(1, 20, 2 * L + 1, 1, 9, 1, 1, 0))) {
      Random random = new Random(5);
      ConvF32 plan = ConvF32.plan(g, 3);
      int channels = g.outChannels();
      try (FloatBuffers buffers = new FloatBuffers()) {
        float[] src = FloatBuffers.uniform(random, (int) g.srcLength(), -1, 1);
        float[] weights = FloatBuffers.uniform(random, (int) g.weightLength(), -1, 1);
        long s = buffers.of(src).at();
        long packed = buffers.blank((int) (plan.packedWeightBytes() / 4)).at();
        plan.packWeights(buffers.of(weights).at(), packed);
        FloatBuffers.Buffer dst = buffers.blank((int) g.dstLength());
        AtomicInteger seen = new AtomicInteger();
        Epilogue addOne =
            (other, at, rowBytes, row, rows, column, columns) -> {
              assertEquals(4L * channels, rowBytes);
              assertEquals(dst.at() + row * rowBytes + 4L * column, at);
              assertEquals(42, other[0]);
              for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                  long a = at + i * rowBytes + 4L * j;
                  Memory.ALL.set(Memory.F32, a, Memory.ALL.get(Memory.F32, a) + 1);
                  seen.incrementAndGet();
                }
              }
            };
        for (int task = 0; task < plan.tasks(); task++) {
          plan.run(s, packed, 0, 0, INF, dst.at(), addOne, new long[] {42}, task);
        }
        double[] expected =
            ConvReference.clamp(ConvReference.conv(g, src, weights, new float[0]), 0, INF);
        for (int i = 0; i < expected.length; i++) {
          expected[i] += 1;
        }
        assertEquals(expected.length, seen.get());
        FloatBuffers.assertClose(expected, dst.floats(), 1e-5, 1e-4, plan.name());
      }
    }
  }

  @Test
  void notANumberPassesTheClamp() {
    for (ConvGeometry g :
        List.of(square(1, 3, 5, 1, 5, 3, 1, 1), square(1, 40, 40, 2, 5, 3, 1, 1))) {
      ConvF32 plan = ConvF32.plan(g, 1);
      try (FloatBuffers buffers = new FloatBuffers()) {
        float[] src = new float[(int) g.srcLength()];
        src[src.length / 2] = Float.NaN;
        float[] weights = FloatBuffers.uniform(new Random(1), (int) g.weightLength(), -1, 1);
        long packed = buffers.blank((int) (plan.packedWeightBytes() / 4)).at();
        plan.packWeights(buffers.of(weights).at(), packed);
        FloatBuffers.Buffer dst = buffers.blank((int) g.dstLength());
        long s = buffers.of(src).at();
        for (int task = 0; task < plan.tasks(); task++) {
          plan.run(s, packed, 0, 0, 6, dst.at(), null, NO_BUFFERS, task);
        }
        FloatBuffers.assertClose(
            ConvReference.clamp(ConvReference.conv(g, src, weights, new float[0]), 0, 6),
            dst.floats(),
            0,
            1e-6,
            plan.name());
      }
    }
  }

  @Test
  void impossibleGeometriesAreRefused() {
    var e = assertThrows(IllegalArgumentException.class, () -> new Axis(3, 7, 1, 1, 1, 1));
    assertTrue(String.valueOf(e.getMessage()).contains("kernel spans 7 positions"), e.toString());
    assertThrows(IllegalArgumentException.class, () -> new Axis(3, 0, 1, 1, 0, 0));
    e =
        assertThrows(
            IllegalArgumentException.class,
            () -> ConvGeometry.of(1, 5, 4, 2, List.of(Axis.of(3, 1, 1))));
    assertTrue(String.valueOf(e.getMessage()).contains("2 groups"), e.toString());
    assertThrows(IllegalArgumentException.class, () -> ConvGeometry.of(1, 5, 4, 1, List.of()));
  }
}
