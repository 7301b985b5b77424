package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.kernels.ConvGeometry.Axis;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class ConvWinogradF32Tests {
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final int L = Lanes.F32_LENGTH;
  private static final long[] NO_BUFFERS = {};

  private static ConvGeometry of(int batch, int in, int out, Axis height, Axis width) {
    return ConvGeometry.of(batch, in, out, 1, List.of(height, width));
  }

  private static Axis axis(int size, int before, int after) {
    return new Axis(size, 3, 1, 1, before, after);
  }

  private static Axis five(int size, int before, int after) {
    return new Axis(size, 5, 1, 1, before, after);
  }

  private static ConvGeometry square(int batch, int in, int out, int size) {
    return of(batch, in, out, axis(size, 1, 1), axis(size, 1, 1));
  }

  static List<ConvGeometry> geometries() {
    List<ConvGeometry> all = new ArrayList<>();
    for (int size = 1; size <= 13; size++) {
      all.add(of(1, 3, 5, axis(size, 1, 1), axis(14 - size, 1, 1)));
    }
    for (int channels : new int[] {1, 3, L - 1, L, L + 1, 48}) {
      all.add(square(1, channels, 2 * L, 6));
      all.add(square(1, 5, channels, 6));
      all.add(square(2, channels, channels, 7));
    }
    all.add(square(1, L + 1, 2 * L + 1, 33));
    all.add(of(1, L, 2 * L, axis(1, 1, 1), axis(33, 1, 1)));
    all.add(of(3, L, 2 * L, axis(33, 1, 1), axis(2, 1, 1)));
    for (int before = 0; before <= 2; before++) {
      for (int after = 0; after <= 2; after++) {
        all.add(of(2, 5, 2 * L + 3, axis(7, before, after), axis(9, after, before)));
      }
    }
    // Pads that no pixel of the image reaches, and dropped positions.
    all.add(of(1, 5, 7, axis(4, 7, 1), axis(5, 1, 8)));
    all.add(of(1, 5, 7, axis(9, -2, -1), axis(10, -1, -3)));
    // Points that share a row of the left block: 6, 3, 2 or 1, and two chunks of channels.
    for (int in : new int[] {170, 176, 300, 500, 700, 1030}) {
      all.add(square(1, in, 2 * L + 1, 5));
    }
    // Filters of five taps.
    for (int size : new int[] {1, 2, 5, 8, 13}) {
      all.add(of(2, 3, 5, five(size, 2, 2), five(14 - size, 2, 2)));
    }
    for (int channels : new int[] {1, L - 1, L + 1, 48}) {
      all.add(of(1, channels, 2 * L, five(6, 2, 2), five(5, 2, 2)));
      all.add(of(2, 5, channels, five(7, 2, 2), five(9, 2, 2)));
    }
    all.add(of(1, L + 1, 2 * L + 1, five(33, 2, 2), five(35, 2, 2)));
    all.add(of(2, 5, 7, five(9, 0, 0), five(10, 4, 1)));
    all.add(of(1, 5, 7, five(9, -1, 3), five(10, 6, -2)));
    // Planes of a volume that are not mixed.
    all.add(ConvGeometry.of(2, 4, 6, 1, List.of(Axis.of(3, 1, 1), axis(6, 1, 1), axis(7, 1, 1))));
    return all;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("geometries")
  void agreesWithDoublePrecision(ConvGeometry g) {
    assertTrue(ConvWinogradF32.accepts(g));
    Random random = new Random(7);
    check(g, new ConvWinogradF32(g, false, 1), false, random, true, -INF, INF);
    check(g, new ConvWinogradF32(g, false, 4), false, random, false, 0, INF);
    check(g, new ConvWinogradF32(g, true, 2), true, random, true, -0.5f, 0.75f);
  }

  @Test
  void everySplitGivesTheSameResult() {
    ConvGeometry g = square(2, 37, 7 * L + 3, 19);
    Random random = new Random(3);
    int tiles = 50;
    int panels = PackedWeightsF32.panels(g.outChannels());
    try (FloatBuffers buffers = new FloatBuffers()) {
      Operands o = new Operands(g, random, buffers);
      float[] expected = o.run(new ConvWinogradF32(g, false, 1), 0, -1, 1).floats();
      for (int rowTiles : new int[] {1, 2, 5}) {
        for (int slices : new int[] {1, 2, panels}) {
          for (int group : new int[] {1, 3}) {
            var split = ConvWinogradSplitF32.of(tiles, rowTiles, panels, slices, group);
            float[] actual = o.run(new ConvWinogradF32(g, false, split), 0, -1, 1).floats();
            FloatBuffers.assertClose(
                FloatBuffers.doubles(expected), actual, 0, 0, split.toString());
          }
        }
      }
    }
  }

  /** A geometry's random operands and what a plan makes of them. */
  private static final class Operands {
    final ConvGeometry g;
    final FloatBuffers buffers;
    final float[] src;
    final float[] weights;
    final long srcAt;
    final long weightsAt;

    Operands(ConvGeometry g, Random random, FloatBuffers buffers) {
      this.g = g;
      this.buffers = buffers;
      float scale = (float) (1 / Math.sqrt(g.taps() * g.inChannels()));
      src = FloatBuffers.uniform(random, (int) g.srcLength(), -1, 1);
      weights = FloatBuffers.uniform(random, (int) g.weightLength(), -scale, scale);
      srcAt = buffers.of(src).at();
      weightsAt = buffers.of(weights).at();
    }

    /** Stores the weights as those of a transposed convolution that does the same. */
    void flip() {
      int taps = g.taps();
      for (int i = 0; i < weights.length; i++) {
        int out = i / taps / g.inChannels();
        int in = i / taps % g.inChannels();
        long to = ((long) in * g.outChannels() + out) * taps + taps - 1 - i % taps;
        Memory.ALL.set(Memory.F32, weightsAt + 4 * to, weights[i]);
      }
    }

    FloatBuffers.Buffer run(ConvF32 plan, long bias, float lo, float hi) {
      long packed = buffers.blank((int) (plan.packedWeightBytes() / 4)).at();
      plan.packWeights(weightsAt, packed);
      FloatBuffers.Buffer dst = buffers.blank((int) g.dstLength());
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.run(srcAt, packed, bias, lo, hi, dst.at(), null, NO_BUFFERS, task);
      }
      return dst;
    }
  }

  private static void check(
      ConvGeometry g,
      ConvF32 plan,
      boolean flipped,
      Random random,
      boolean withBias,
      float lo,
      float hi) {
    float[] bias = withBias ? FloatBuffers.uniform(random, g.outChannels(), -1, 1) : new float[0];
    try (FloatBuffers buffers = new FloatBuffers()) {
      Operands o = new Operands(g, random, buffers);
      if (flipped) {
        o.flip();
      }
      FloatBuffers.Buffer dst = o.run(plan, withBias ? buffers.of(bias).at() : 0, lo, hi);
      double[] expected =
          ConvReference.clamp(ConvReference.conv(g, o.src, o.weights, bias), lo, hi);
      // Results are about 1; the errors of the channels' products add up as a random walk.
      double tolerance = 3e-6 + 2e-7 * Math.sqrt(g.inChannels());
      FloatBuffers.assertClose(expected, dst.floats(), 0, tolerance, plan.name());
    }
  }

  @Test
  void errorsAreSmallForDeepLayers() {
    for (int in : new int[] {64, 512}) {
      ConvGeometry g = square(1, in, 2 * L, 10);
      for (float low : new float[] {-1, 0}) {
        Random random = new Random(11);
        try (FloatBuffers buffers = new FloatBuffers()) {
          Operands o = new Operands(g, random, buffers);
          for (int i = 0; i < o.src.length; i++) {
            o.src[i] = Math.max(low, o.src[i]);
            Memory.ALL.set(Memory.F32, o.srcAt + 4L * i, o.src[i]);
          }
          float[] actual = o.run(new ConvWinogradF32(g, false, 1), 0, -INF, INF).floats();
          double[] expected = ConvReference.conv(g, o.src, o.weights, new float[0]);
          double largest = 0;
          double error = 0;
          for (int i = 0; i < actual.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            error = Math.max(error, Math.abs(expected[i] - actual[i]));
          }
          assertTrue(error <= 4e-6 * largest, in + " channels: " + error + " of " + largest);
        }
      }
    }
  }

  @Test
  void anEpilogueSeesEveryElementOnceWhenItIsFinished() {
    for (ConvGeometry g : List.of(square(2, 3, 4 * L + 3, 18), square(1, 20, 2 * L, 33))) {
      int tiles = g.batch() * Math.ceilDiv(g.width().out(), 4) * Math.ceilDiv(g.height().out(), 4);
      int panels = PackedWeightsF32.panels(g.outChannels());
      ConvF32 plan = new ConvWinogradF32(g, false, ConvWinogradSplitF32.of(tiles, 1, panels, 2, 2));
      int channels = g.outChannels();
      try (FloatBuffers buffers = new FloatBuffers()) {
        Operands o = new Operands(g, new Random(5), buffers);
        long packed = buffers.blank((int) (plan.packedWeightBytes() / 4)).at();
        plan.packWeights(o.weightsAt, packed);
        FloatBuffers.Buffer dst = buffers.blank((int) g.dstLength());
        AtomicInteger seen = new AtomicInteger();
        Epilogue addOne =
            (other, at, rowBytes, row, count, column, columns) -> {
              assertEquals(4L * channels, rowBytes);
              assertEquals(dst.at() + row * rowBytes + 4L * column, at);
              assertEquals(42, other[0]);
              for (int i = 0; i < count; i++) {
                for (int j = 0; j < columns; j++) {
                  long a = at + i * rowBytes + 4L * j;
                  Memory.ALL.set(Memory.F32, a, Memory.ALL.get(Memory.F32, a) + 1);
                  seen.incrementAndGet();
                }
              }
            };
        for (int task = 0; task < plan.tasks(); task++) {
          plan.run(o.srcAt, packed, 0, 0, INF, dst.at(), addOne, new long[] {42}, task);
        }
        double[] expected =
            ConvReference.clamp(ConvReference.conv(g, o.src, o.weights, new float[0]), 0, INF);
        for (int i = 0; i < expected.length; i++) {
          expected[i] += 1;
        }
        assertEquals(expected.length, seen.get());
        FloatBuffers.assertClose(expected, dst.floats(), 0, 5e-6, plan.name());
      }
    }
  }

  @Test
  void notANumberAndInfinityStayInTheTilesThatSeeThem() {
    ConvGeometry g = square(1, L + 1, 2 * L + 1, 16);
    for (float special : new float[] {Float.NaN, INF}) {
      try (FloatBuffers buffers = new FloatBuffers()) {
        Operands o = new Operands(g, new Random(1), buffers);
        int y = 5;
        int x = 6;
        int at = (y * 16 + x) * g.inChannels() + 2;
        double[] clean =
            ConvReference.clamp(ConvReference.conv(g, o.src, o.weights, new float[0]), 0, 6);
        Memory.ALL.set(Memory.F32, o.srcAt + 4L * at, special);
        float[] actual = o.run(new ConvWinogradF32(g, false, 1), 0, 0, 6).floats();
        for (int i = 0; i < actual.length; i++) {
          int pixelX = i / g.outChannels() % 16;
          int pixelY = i / g.outChannels() / 16;
          boolean near = Math.abs(pixelX - x) <= 1 && Math.abs(pixelY - y) <= 1;
          boolean sameTile = pixelX / 4 == 1 && pixelY / 4 == 1;
          if (near && Float.isNaN(special)) {
            assertTrue(Float.isNaN(actual[i]), "pixel " + pixelY + ", " + pixelX);
          } else if (!sameTile) {
            assertEquals(clean[i], actual[i], 5e-6, "pixel " + pixelY + ", " + pixelX);
          }
        }
      }
    }
  }

  @Test
  void isChosenForLargeImagesOfEnoughChannels() {
    assertEquals("winograd", ConvF32.plan(square(1, 64, 64, 56), 1).name());
    assertEquals("winograd", ConvF32.plan(square(1, 64, 64, 56), 4).name());
    assertEquals("winograd", ConvF32.plan(square(1, 256, 256, 56), 4).name());
    if (Lanes.F32_LENGTH == 16) { // what is too few channels or pixels depends on the width
      assertEquals("taps", ConvF32.plan(square(1, 3, 64, 224), 4).name());
      assertEquals("taps", ConvF32.plan(square(1, 512, 512, 7), 4).name());
      // Packing its larger weights for a few tiles costs more than it gains.
      assertEquals("winograd", ConvF32.plan(square(32, 256, 256, 4), 4).name());
      assertEquals("taps by image", ConvF32.ofChanging(square(32, 256, 256, 4), 4).name());
      assertEquals("winograd", ConvF32.ofChanging(square(32, 128, 128, 8), 4).name());
    }
  }

  @Test
  void otherGeometriesAreNotAccepted() {
    Axis same = axis(8, 1, 1);
    assertFalse(ConvWinogradF32.accepts(of(1, 4, 4, same, new Axis(8, 3, 2, 1, 1, 1))));
    assertFalse(ConvWinogradF32.accepts(of(1, 4, 4, same, new Axis(8, 3, 1, 2, 1, 1))));
    assertFalse(ConvWinogradF32.accepts(of(1, 4, 4, same, new Axis(8, 5, 1, 1, 1, 1))));
    assertFalse(ConvWinogradF32.accepts(ConvGeometry.of(1, 4, 4, 2, List.of(same, same))));
    assertFalse(ConvWinogradF32.accepts(ConvGeometry.of(1, 4, 4, 1, List.of(same, same, same))));
    assertFalse(ConvWinogradF32.accepts(ConvGeometry.of(1, 4, 4, 1, List.of(same))));
  }
}
