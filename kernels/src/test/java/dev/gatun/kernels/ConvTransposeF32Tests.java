package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.kernels.ConvTransposeGeometry.Axis;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvTransposeF32Tests {
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final int L = Lanes.F32_LENGTH;

  private static ConvTransposeGeometry square(
      int batch, int in, int out, int groups, int size, int kernel, int stride, int pad) {
    Axis a = new Axis(size, kernel, stride, 1, pad, pad, 0);
    return ConvTransposeGeometry.of(batch, in, out, groups, List.of(a, a));
  }

  /** Many images, whose phases have short lines. */
  private static List<ConvTransposeGeometry> smallImages() {
    List<ConvTransposeGeometry> all = new ArrayList<>();
    for (int batch : new int[] {8, 13, 25}) {
      Axis back = new Axis(2, 3, 2, 1, 1, 1, 1);
      all.add(ConvTransposeGeometry.of(batch, 5, 2 * L, 1, List.of(back, back)));
      all.add(square(batch, 2 * L + 3, 3 * L + 5, 1, 4, 3, 2, 1));
      all.add(square(batch, 7, L - 1, 1, 2, 1, 3, 0)); // pixels without taps
    }
    all.add(square(9, 520, L + 1, 1, 3, 3, 2, 1)); // lines in parts
    Axis odd = new Axis(3, 3, 2, 3, 4, 1, 1);
    all.add(ConvTransposeGeometry.of(11, 3, 7, 1, List.of(odd, new Axis(2, 2, 3, 1, 0, 1, 0))));
    return all;
  }

  @Test
  void smallImagesGoPixelByPixel() {
    for (ConvTransposeGeometry g : smallImages()) {
      assertEquals("taps by image", PackedConvolution.transposed(g, false, 3).name(), g.toString());
    }
  }

  static List<ConvTransposeGeometry> geometries() {
    List<ConvTransposeGeometry> all = new ArrayList<>();
    all.add(square(1, 5, 2 * L, 1, 7, 2, 2, 0));
    all.add(square(2, L, 2 * L + 3, 1, 6, 4, 2, 1));
    all.add(square(1, 9, 3, 1, 5, 3, 1, 1));
    all.add(square(1, 3, 4 * L, 1, 1, 4, 1, 0));
    all.add(square(1, 1100, 5, 1, 3, 3, 2, 1));
    // Phases without taps hold nothing but the bias.
    all.add(square(1, 3, 5, 1, 4, 2, 3, 0));
    all.add(square(1, 3, 5, 1, 4, 1, 4, 0));
    all.addAll(smallImages());
    // Groups, one channel each and several.
    all.add(square(1, 6, 9, 3, 5, 3, 2, 1));
    all.add(square(1, L + 3, L + 3, L + 3, 5, 4, 2, 1));
    all.add(square(1, 4, 2 * (2 * L + 1), 2, 5, 4, 2, 1));
    // One axis, long enough to be cut; three axes; dilation; output padding; unequal pads.
    all.add(ConvTransposeGeometry.of(1, 6, 5, 1, List.of(new Axis(130, 16, 8, 1, 4, 4, 0))));
    all.add(ConvTransposeGeometry.of(2, 3, L, 1, List.of(new Axis(20, 5, 3, 2, 1, 0, 2))));
    Axis cube = new Axis(3, 3, 2, 1, 1, 0, 1);
    all.add(ConvTransposeGeometry.of(1, 3, L + 2, 1, List.of(cube, cube, cube)));
    Axis odd = new Axis(5, 3, 2, 3, 4, 1, 1);
    all.add(ConvTransposeGeometry.of(1, 3, 7, 1, List.of(odd, new Axis(4, 2, 5, 1, 0, 3, 0))));
    all.add(ConvTransposeGeometry.of(1, 3, 7, 1, List.of(new Axis(4, 3, 2, 1, -2, 1, 0))));
    // Fewer outputs than the stride.
    all.add(ConvTransposeGeometry.of(1, 3, 7, 1, List.of(new Axis(1, 5, 7, 1, 1, 2, 0))));
    return all;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("geometries")
  void agreesWithDoublePrecision(ConvTransposeGeometry g) {
    Random random = new Random(11);
    check(g, 1, random, true, -INF, INF);
    check(g, 4, random, false, 0, INF);
    check(g, 3, random, true, -0.25f, 0.5f);
  }

  @Test
  void agreesOnRandomGeometries() {
    long seed = Long.getLong("gatun.seed", System.nanoTime());
    Random random = new Random(seed);
    int done = 0;
    while (done < 100) {
      List<Axis> axes = new ArrayList<>();
      int count = 1 + random.nextInt(3);
      try {
        for (int a = 0; a < count; a++) {
          axes.add(
              new Axis(
                  1 + random.nextInt(count == 3 ? 4 : 9),
                  1 + random.nextInt(5),
                  1 + random.nextInt(4),
                  1 + random.nextInt(3),
                  random.nextInt(5) - 1,
                  random.nextInt(4),
                  random.nextInt(3)));
        }
      } catch (IllegalArgumentException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("the output would have"), e.toString());
        continue;
      }
      int groups = 1 + random.nextInt(3);
      int in = groups * (1 + random.nextInt(12));
      int out = groups * (1 + random.nextInt(2 * L));
      var g = ConvTransposeGeometry.of(1 + random.nextInt(2), in, out, groups, axes);
      try {
        check(g, 1 + random.nextInt(4), random, random.nextBoolean(), -0.8f, INF);
      } catch (AssertionError e) {
        throw new AssertionError("-Dgatun.seed=" + seed + ": " + g, e);
      }
      done++;
    }
  }

  private static void check(
      ConvTransposeGeometry g, int threads, Random random, boolean withBias, float lo, float hi) {
    int terms = g.taps() * g.inChannels() / g.groups();
    float scale = (float) (1 / Math.sqrt(terms));
    float[] src = FloatBuffers.uniform(random, (int) g.srcLength(), -1, 1);
    float[] weights = FloatBuffers.uniform(random, (int) g.weightLength(), -scale, scale);
    float[] bias = withBias ? FloatBuffers.uniform(random, g.outChannels(), -1, 1) : new float[0];
    PackedConvolution plan = PackedConvolution.transposed(g, false, threads);
    AtomicInteger seen = new AtomicInteger();
    try (FloatBuffers buffers = new FloatBuffers()) {
      long s = buffers.of(src).at();
      long packed = buffers.blank((int) (plan.packedWeightBytes() / 4)).at();
      plan.packWeights(buffers.of(weights).at(), packed);
      long b = withBias ? buffers.of(bias).at() : 0;
      FloatBuffers.Buffer dst = buffers.blank((int) g.dstLength());
      Epilogue addOne =
          (other, at, rowBytes, row, rows, column, columns) -> {
            assertEquals(4L * g.outChannels(), rowBytes);
            assertEquals(dst.at() + row * rowBytes + 4L * column, at);
            for (int i = 0; i < rows; i++) {
              for (int j = 0; j < columns; j++) {
                long a = at + i * rowBytes + 4L * j;
                Memory.ALL.set(Memory.F32, a, Memory.ALL.get(Memory.F32, a) + 1);
                seen.incrementAndGet();
              }
            }
          };
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.run(s, packed, b, lo, hi, dst.at(), addOne, new long[0], task);
      }
      double[] expected =
          ConvReference.clamp(ConvReference.transpose(g, src, weights, bias), lo, hi);
      for (int i = 0; i < expected.length; i++) {
        expected[i] += 1;
      }
      assertEquals(expected.length, seen.get());
      // n roundings of a sum of size 1 that walk randomly.
      double tolerance = (8 + 1.5 * Math.sqrt(terms)) * 0x1p-23;
      FloatBuffers.assertClose(expected, dst.floats(), 0, tolerance, "transposed");
    }
  }

  @Test
  void impossibleGeometriesAreRefused() {
    var e = assertThrows(IllegalArgumentException.class, () -> new Axis(1, 2, 2, 1, 1, 1, 0));
    assertTrue(String.valueOf(e.getMessage()).contains("would have 0 positions"), e.toString());
    assertThrows(IllegalArgumentException.class, () -> new Axis(1, 2, 0, 1, 1, 1, 0));
    e =
        assertThrows(
            IllegalArgumentException.class,
            () -> ConvTransposeGeometry.of(1, 4, 5, 2, List.of(Axis.TRIVIAL)));
    assertTrue(String.valueOf(e.getMessage()).contains("2 groups"), e.toString());
  }
}
