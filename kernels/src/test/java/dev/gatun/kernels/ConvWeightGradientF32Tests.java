package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.kernels.ConvGeometry.Axis;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvWeightGradientF32Tests {
  static Stream<ConvGeometry> geometries() {
    return Stream.of(
        ConvGeometry.of(1, 1, 1, 1, List.of(Axis.of(1, 1, 1))),
        ConvGeometry.of(2, 17, 31, 1, List.of(Axis.of(9, 1, 1), Axis.of(7, 1, 1))),
        ConvGeometry.of(2, 16, 33, 1, List.of(Axis.of(9, 1, 2), Axis.of(8, 1, 2))),
        // Few columns and many positions: several parts.
        ConvGeometry.of(3, 1, 5, 1, List.of(same(29, 5), same(31, 5))),
        ConvGeometry.of(
            2, 3, 8, 1, List.of(new Axis(33, 7, 2, 1, 3, 3), new Axis(35, 7, 2, 1, 3, 3))),
        ConvGeometry.of(2, 64, 17, 1, List.of(same(7, 3), same(7, 3))),
        ConvGeometry.of(
            1, 65, 40, 1, List.of(new Axis(11, 3, 1, 2, 2, 2), new Axis(5, 3, 2, 1, 0, 1))),
        ConvGeometry.of(2, 12, 18, 6, List.of(same(6, 3), same(9, 3))),
        ConvGeometry.of(2, 19, 19, 19, List.of(same(6, 3), same(6, 3))),
        ConvGeometry.of(1, 5, 7, 1, List.of(Axis.of(40, 9, 3))),
        ConvGeometry.of(1, 4, 6, 2, List.of(same(4, 3), same(5, 2), new Axis(6, 3, 2, 1, 1, 0))),
        ConvGeometry.of(
            1, 3, 4, 1, List.of(new Axis(8, 3, 1, 1, -2, -1), new Axis(9, 2, 1, 1, 4, 3))));
  }

  private static Axis same(int in, int kernel) {
    return new Axis(in, kernel, 1, 1, kernel / 2, kernel / 2);
  }

  @ParameterizedTest
  @MethodSource("geometries")
  void agreesWithDoublePrecision(ConvGeometry g) {
    check(g, 7);
  }

  @Test
  void agreesOnRandomGeometries() {
    Random random = new Random(11);
    for (int i = 0; i < 60; i++) {
      int groups = 1 + random.nextInt(3);
      Axis[] axes = new Axis[1 + random.nextInt(3)];
      for (int a = 0; a < axes.length; a++) {
        int kernel = 1 + random.nextInt(4);
        int dilation = 1 + random.nextInt(2);
        int pad = random.nextInt(3);
        int in = 1 + (kernel - 1) * dilation + random.nextInt(9);
        axes[a] = new Axis(in, kernel, 1 + random.nextInt(3), dilation, pad, random.nextInt(3));
      }
      check(
          ConvGeometry.of(
              1 + random.nextInt(3),
              groups * (1 + random.nextInt(40)),
              groups * (1 + random.nextInt(20)),
              groups,
              List.of(axes)),
          i);
    }
  }

  static Stream<ConvGeometry> winogradGeometries() {
    return ConvWinogradF32Tests.geometries().stream();
  }

  @ParameterizedTest
  @MethodSource("winogradGeometries")
  void winogradAgreesWithDoublePrecision(ConvGeometry g) {
    check(g, new ConvWeightWinogradF32(g), 5);
    check(g, new ConvWeightWinogradF32(g, 1 << 18, 0), 6); // in rounds
  }

  @Test
  void smallImagesAgreeWithDoublePrecision() {
    for (ConvGeometry g : ConvF32Tests.smallImages()) {
      check(g, new ConvWeightImagesF32(g), 9);
    }
    assertTrue(note(32, 512, 512, 2, 3).startsWith("by image"));
  }

  @Test
  void winogradIsTakenWhereItPays() {
    assertTrue(note(32, 64, 64, 16, 3).startsWith("winograd"));
    assertTrue(note(64, 32, 64, 14, 5).startsWith("winograd"));
    assertTrue(note(32, 256, 256, 4, 3).startsWith("winograd"));
    assertFalse(note(64, 1, 32, 28, 5).startsWith("winograd"));
    assertFalse(note(32, 512, 512, 2, 3).startsWith("winograd"));
  }

  private static String note(int batch, int in, int out, int size, int kernel) {
    return ConvWeightGradientF32.plan(
            ConvGeometry.of(batch, in, out, 1, List.of(same(size, kernel), same(size, kernel))))
        .note();
  }

  private static void check(ConvGeometry g, long seed) {
    check(g, ConvWeightGradientF32.plan(g), seed);
  }

  private static void check(ConvGeometry g, ConvWeightGradientF32 plan, long seed) {
    Random random = new Random(seed);
    try (FloatBuffers buffers = new FloatBuffers()) {
      var x = buffers.random(random, (int) g.srcLength(), -1, 1);
      var dy = buffers.random(random, (int) g.dstLength(), -1, 1);
      int count = g.outChannels() * g.inChannels() / g.groups() * g.taps();
      var dw = buffers.blank(count);
      var again = buffers.blank(count);
      var scratch = buffers.blank((int) (plan.scratchBytes() / 4));
      for (boolean backwards : new boolean[] {false, true}) {
        long dst = backwards ? again.at() : dw.at();
        for (int phase = 0; phase < plan.phases(); phase++) {
          int now = phase;
          int tasks = plan.tasks(phase);
          // The order of tasks, thus of threads, changes nothing.
          IntStream.range(0, tasks)
              .map(i -> backwards ? tasks - 1 - i : i)
              .forEach(i -> plan.run(now, x.at(), dy.at(), dst, scratch.at(), i));
        }
      }
      double[] expected = expected(g, x.floats(), dy.floats());
      float[] found = dw.floats();
      double tolerance = 4 * 0x1p-23 * Math.sqrt((double) g.pixels()) + 1e-6;
      double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
      // Taps are differences of larger numbers: those of five come from a wider range of powers.
      double differences =
          plan instanceof ConvWeightWinogradF32 ? (g.taps() == 25 ? 4e-5 : 6e-6) * largest : 0;
      for (int i = 0; i < count; i++) {
        double allowed = differences + tolerance * (1 + Math.abs(expected[i]));
        assertEquals(expected[i], found[i], allowed, g + " at " + i);
      }
      assertArrayEquals(dw.ints(), again.ints());
    }
  }

  private static double[] expected(ConvGeometry g, float[] x, float[] dy) {
    int groupIn = g.inChannels() / g.groups();
    int groupOut = g.outChannels() / g.groups();
    double[] dw = new double[g.outChannels() * groupIn * g.taps()];
    int row = 0;
    for (int n = 0; n < g.batch(); n++) {
      for (int od = 0; od < g.depth().out(); od++) {
        for (int oh = 0; oh < g.height().out(); oh++) {
          for (int ow = 0; ow < g.width().out(); ow++, row++) {
            for (int tap = 0; tap < g.taps(); tap++) {
              int id = position(g.depth(), od, tap / g.width().kernel() / g.height().kernel());
              int ih = position(g.height(), oh, tap / g.width().kernel() % g.height().kernel());
              int iw = position(g.width(), ow, tap % g.width().kernel());
              if (id < 0 || ih < 0 || iw < 0) {
                continue;
              }
              int pixel = ((n * g.depth().in() + id) * g.height().in() + ih) * g.width().in() + iw;
              for (int o = 0; o < g.outChannels(); o++) {
                double d = dy[row * g.outChannels() + o];
                for (int c = 0; c < groupIn; c++) {
                  dw[(o * groupIn + c) * g.taps() + tap] +=
                      d * x[pixel * g.inChannels() + o / groupOut * groupIn + c];
                }
              }
            }
          }
        }
      }
    }
    return dw;
  }

  private static int position(Axis axis, int out, int tap) {
    int in = out * axis.stride() + tap * axis.dilation() - axis.padBefore();
    return in < axis.in() ? in : -1;
  }
}
