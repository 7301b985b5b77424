package dev.gatun.kernels;

import static dev.gatun.kernels.FloatBuffers.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.kernels.AttentionF32.MaskStrides;
import dev.gatun.kernels.AttentionF32.Sizes;
import dev.gatun.kernels.AttentionF32.Strides;
import dev.gatun.kernels.FloatBuffers.Buffer;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention against double precision: odd sizes, shared heads, masks, causality, strides. */
class AttentionTests {
  private static final double CLOSE = 2e-5;

  enum MaskKind {
    NONE,
    /** [batch, 1, 1, keys]. */
    KEYS,
    /** [heads, queries, keys]. */
    SCORES,
    /** [batch, 1, queries, 1]. */
    QUERIES
  }

  /** One problem; rowsFirst lays tensors out as [batch, row, head, depth]. */
  record Case(
      Sizes size, MaskKind mask, boolean causal, int offset, float softcap, boolean rowsFirst) {}

  static Stream<Case> cases() {
    int l = Lanes.F32_LENGTH;
    Stream.Builder<Case> all = Stream.builder();
    int[][] sizes = {
      // batch, heads, key heads, queries, keys, depth, value depth
      {1, 1, 1, 1, 1, 1, 1},
      {1, 2, 2, 1, 37, 64, 64},
      {2, 4, 2, 1, 200, 3, 5},
      {1, 3, 1, 7, 131, 33, 17},
      {1, 8, 1, 1, 300, 40, 40},
      {2, 2, 2, 65, 129, 2 * l, 2 * l},
      {1, 2, 1, 67, 257, 32, 2 * l + 3},
      {1, 1, 1, 128, 128, 64, 4 * l},
      {1, 1, 1, 9, 2, 2, 2},
      {1, 2, 2, 13, 17, l - 1, l + 1},
      // several tiles of keys, several blocks of rows, depth beyond that of a tile
      {1, 1, 1, 1, 530, 20, 4 * l + 1},
      {1, 2, 2, 3, 515, 4 * l, 4 * l},
      {1, 2, 1, 29, 530, 5, 2 * l + 1},
      {1, 1, 1, 7, 20, 1057, 1},
    };
    for (int[] s : sizes) {
      Sizes size = new Sizes(s[0], s[1], s[2], s[3], s[4], s[5], s[6]);
      int cached = size.keys() - size.queries();
      all.add(new Case(size, MaskKind.NONE, false, 0, 0, false));
      all.add(new Case(size, MaskKind.KEYS, true, cached, 0, true));
      all.add(new Case(size, MaskKind.SCORES, false, 0, 3f, true));
      all.add(new Case(size, MaskKind.QUERIES, true, 0, 0, false));
    }
    return all.build();
  }

  private static Strides strides(boolean rowsFirst, int heads, int rows, int depth) {
    return rowsFirst
        ? new Strides(4L * heads * rows * depth, 4L * depth, 4L * heads * depth)
        : new Strides(4L * heads * rows * depth, 4L * rows * depth, 4L * depth);
  }

  private static int at(Strides s, int batch, int head, int row) {
    return (int) ((batch * s.batch() + head * s.head() + row * s.row()) / 4);
  }

  private static MaskStrides mask(MaskKind kind, Sizes s) {
    return switch (kind) {
      case NONE -> MaskStrides.NONE;
      case KEYS -> new MaskStrides(4L * s.keys(), 0, 0, 4);
      case SCORES -> new MaskStrides(0, 4L * s.queries() * s.keys(), 4L * s.keys(), 4);
      case QUERIES -> new MaskStrides(4L * s.queries(), 0, 4, 0);
    };
  }

  private static double[] expected(
      Case c, float scale, float[] q, float[] k, float[] v, float[] mask, long[] lengths) {
    Sizes s = c.size();
    Strides qs = strides(c.rowsFirst(), s.heads(), s.queries(), s.depth());
    Strides ks = strides(c.rowsFirst(), s.keyHeads(), s.keys(), s.depth());
    Strides vs = strides(c.rowsFirst(), s.keyHeads(), s.keys(), s.valueDepth());
    Strides os = strides(c.rowsFirst(), s.heads(), s.queries(), s.valueDepth());
    MaskStrides ms = mask(c.mask(), s);
    double[] out = new double[s.batch() * s.heads() * s.queries() * s.valueDepth()];
    double[] p = new double[s.keys()];
    for (int b = 0; b < s.batch(); b++) {
      long seen = lengths.length == 0 ? s.keys() : Math.min(lengths[b], s.keys());
      long offset = lengths.length == 0 ? c.offset() : lengths[b] - s.queries();
      for (int h = 0; h < s.heads(); h++) {
        int kh = h / (s.heads() / s.keyHeads());
        for (int i = 0; i < s.queries(); i++) {
          long limit = c.causal() ? Math.min(seen, i + offset + 1) : seen;
          double max = Double.NEGATIVE_INFINITY;
          for (int j = 0; j < limit; j++) {
            double score = 0;
            for (int d = 0; d < s.depth(); d++) {
              score += (double) q[at(qs, b, h, i) + d] * k[at(ks, b, kh, j) + d];
            }
            score *= scale;
            score = c.softcap() > 0 ? c.softcap() * Math.tanh(score / c.softcap()) : score;
            if (c.mask() != MaskKind.NONE) {
              score +=
                  mask[
                      (int) ((b * ms.batch() + h * ms.head() + i * ms.query() + j * ms.key()) / 4)];
            }
            p[j] = score;
            max = Math.max(max, score);
          }
          double sum = 0;
          for (int j = 0; j < limit; j++) {
            p[j] = max == Double.NEGATIVE_INFINITY ? 0 : Math.exp(p[j] - max);
            sum += p[j];
          }
          for (int j = 0; j < limit; j++) {
            for (int d = 0; sum != 0 && d < s.valueDepth(); d++) {
              out[at(os, b, h, i) + d] += p[j] / sum * v[at(vs, b, kh, j) + d];
            }
          }
        }
      }
    }
    return out;
  }

  private static AttentionF32 plan(Case c, float scale, int threads) {
    Sizes s = c.size();
    return new AttentionF32(
        s,
        strides(c.rowsFirst(), s.heads(), s.queries(), s.depth()),
        strides(c.rowsFirst(), s.keyHeads(), s.keys(), s.depth()),
        strides(c.rowsFirst(), s.keyHeads(), s.keys(), s.valueDepth()),
        strides(c.rowsFirst(), s.heads(), s.queries(), s.valueDepth()),
        mask(c.mask(), s),
        scale,
        c.softcap(),
        c.causal(),
        c.offset(),
        threads);
  }

  private static void check(Case c, long... lengths) {
    Sizes s = c.size();
    Random random = new Random(7);
    float scale = (float) (1 / Math.sqrt(s.depth()));
    float[] q =
        FloatBuffers.uniform(random, s.batch() * s.heads() * s.queries() * s.depth(), -3, 3);
    float[] k =
        FloatBuffers.uniform(random, s.batch() * s.keyHeads() * s.keys() * s.depth(), -3, 3);
    float[] v =
        FloatBuffers.uniform(random, s.batch() * s.keyHeads() * s.keys() * s.valueDepth(), -1, 1);
    int maskLength =
        switch (c.mask()) {
          case NONE -> 0;
          case KEYS -> s.batch() * s.keys();
          case SCORES -> s.heads() * s.queries() * s.keys();
          case QUERIES -> s.batch() * s.queries();
        };
    float[] mask = FloatBuffers.uniform(random, maskLength, -2, 2);
    for (int i = 0; i < maskLength; i += 3) {
      mask[i] = Float.NEGATIVE_INFINITY;
    }
    double[] expected = expected(c, scale, q, k, v, mask, lengths);
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer used = m.blank(2 * lengths.length);
      for (int b = 0; b < lengths.length; b++) {
        Memory.ALL.set(Memory.I64, used.at() + 8L * b, lengths[b]);
      }
      long qAt = m.of(q).at();
      long kAt = m.of(k).at();
      long vAt = m.of(v).at();
      long maskAt = c.mask() == MaskKind.NONE ? 0 : m.of(mask).at();
      long lengthsAt = lengths.length == 0 ? 0 : used.at();
      for (int threads : new int[] {1, 3}) {
        Buffer out = m.blank(expected.length);
        AttentionF32 attention = plan(c, scale, threads);
        int tasks = attention.tasks();
        attention.run(qAt, kAt, vAt, maskAt, lengthsAt, out.at(), tasks / 2, tasks);
        attention.run(qAt, kAt, vAt, maskAt, lengthsAt, out.at(), 0, tasks / 2);
        assertClose(expected, out.floats(), CLOSE, CLOSE, c + " on " + threads + " threads");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithDoublePrecision(Case c) {
    check(c);
  }

  @Test
  void keysBeyondTheLengthAreNotRead() {
    Sizes size = new Sizes(3, 2, 2, 11, 140, 16, 16);
    check(new Case(size, MaskKind.NONE, false, 0, 0, false), 140, 131, 0);
    check(new Case(size, MaskKind.NONE, true, 0, 0, true), 140, 12, 5);
    Sizes decode = new Sizes(2, 2, 2, 1, 140, 16, 16);
    check(new Case(decode, MaskKind.KEYS, true, 0, 0, true), 140, 33);
  }

  @Test
  void nothingToSeeGivesZerosAndNaNSpreadsInItsRowOnly() {
    Sizes size = new Sizes(1, 1, 1, 6, 3, 4, 4);
    Case c = new Case(size, MaskKind.NONE, true, -2, 0, false);
    float[] q = new float[24];
    q[5 * 4] = Float.NaN;
    float[] ones = new float[12];
    java.util.Arrays.fill(ones, 1f);
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer out = m.blank(24);
      long keys = m.of(ones).at();
      plan(c, 1f, 1).run(m.of(q).at(), keys, keys, 0, 0, out.at(), 0, 1);
      float[] expected = new float[24];
      java.util.Arrays.fill(expected, 8, 20, 1f);
      java.util.Arrays.fill(expected, 20, 24, Float.NaN);
      assertArrayEquals(expected, out.floats(), 1e-6f);
    }
  }

  @Test
  void refusesWhatItCannotRead() {
    assertThrows(IllegalArgumentException.class, () -> new MaskStrides(0, 0, 0, 8));
    Case c = new Case(new Sizes(1, 3, 2, 1, 1, 1, 1), MaskKind.NONE, false, 0, 0, false);
    assertThrows(IllegalArgumentException.class, () -> plan(c, 1f, 1));
  }
}
