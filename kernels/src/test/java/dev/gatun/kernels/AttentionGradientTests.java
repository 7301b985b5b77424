package dev.gatun.kernels;

import static dev.gatun.kernels.FloatBuffers.assertClose;

import dev.gatun.kernels.AttentionF32.MaskStrides;
import dev.gatun.kernels.AttentionF32.Sizes;
import dev.gatun.kernels.AttentionF32.Strides;
import dev.gatun.kernels.FloatBuffers.Buffer;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of attention against double precision: odd sizes, shared heads, masks, causality. */
class AttentionGradientTests {
  private static final double CLOSE = 4e-5;

  /** One problem; rowsFirst lays tensors out as [batch, row, head, depth]. */
  record Case(Sizes size, boolean masked, boolean causal, int offset, boolean rowsFirst) {}

  static Stream<Case> cases() {
    int l = Lanes.F32_LENGTH;
    Stream.Builder<Case> all = Stream.builder();
    int[][] sizes = {
      // batch, heads, key heads, queries, keys, depth, value depth
      {1, 1, 1, 1, 1, 1, 1},
      {1, 2, 2, 1, 37, 64, 64},
      {2, 4, 2, 3, 20, 3, 5},
      {1, 3, 1, 7, 131, 33, 17},
      {2, 2, 2, 65, 129, 2 * l, 2 * l},
      {1, 1, 1, 128, 128, 64, 4 * l},
      {2, 2, 2, 13, 17, l - 1, l + 1},
      {1, 1, 1, 9, 2, 2, 2},
      // several blocks of rows, many keys
      {1, 2, 1, 205, 530, 5, 2 * l + 1},
      {1, 1, 1, 101, 5000, 4, 3},
      {1, 1, 1, 7, 20, 1057, 1},
    };
    for (int[] s : sizes) {
      Sizes size = new Sizes(s[0], s[1], s[2], s[3], s[4], s[5], s[6]);
      all.add(new Case(size, false, false, 0, false));
      all.add(new Case(size, true, true, size.keys() - size.queries(), true));
      all.add(new Case(size, true, false, 0, true));
      all.add(new Case(size, false, true, -2, false));
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

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithDoublePrecision(Case c) {
    Sizes s = c.size();
    Random random = new Random(7);
    float scale = (float) (1 / Math.sqrt(s.depth()));
    Strides qs = strides(c.rowsFirst(), s.heads(), s.queries(), s.depth());
    Strides ks = strides(c.rowsFirst(), s.keyHeads(), s.keys(), s.depth());
    Strides vs = strides(c.rowsFirst(), s.keyHeads(), s.keys(), s.valueDepth());
    Strides ys = strides(c.rowsFirst(), s.heads(), s.queries(), s.valueDepth());
    float[] q = FloatBuffers.uniform(random, s.batch() * (int) qs.batch() / 4, -3, 3);
    float[] k = FloatBuffers.uniform(random, s.batch() * (int) ks.batch() / 4, -3, 3);
    float[] v = FloatBuffers.uniform(random, s.batch() * (int) vs.batch() / 4, -1, 1);
    float[] dy = FloatBuffers.uniform(random, s.batch() * (int) ys.batch() / 4, -1, 1);
    float[] mask = FloatBuffers.uniform(random, s.queries() * s.keys(), -2, 2);
    for (int i = 0; i < mask.length; i += 3) {
      mask[i] = Float.NEGATIVE_INFINITY;
    }
    double[] dq = new double[q.length];
    double[] dk = new double[k.length];
    double[] dv = new double[v.length];
    double[] p = new double[s.keys()];
    double[] dp = new double[s.keys()];
    for (int b = 0; b < s.batch(); b++) {
      for (int h = 0; h < s.heads(); h++) {
        int kh = h / (s.heads() / s.keyHeads());
        for (int i = 0; i < s.queries(); i++) {
          int limit = c.causal() ? Math.clamp(i + c.offset() + 1L, 0, s.keys()) : s.keys();
          double max = Double.NEGATIVE_INFINITY;
          for (int j = 0; j < limit; j++) {
            p[j] = 0;
            dp[j] = 0;
            for (int d = 0; d < s.depth(); d++) {
              p[j] += (double) q[at(qs, b, h, i) + d] * k[at(ks, b, kh, j) + d];
            }
            for (int d = 0; d < s.valueDepth(); d++) {
              dp[j] += (double) dy[at(ys, b, h, i) + d] * v[at(vs, b, kh, j) + d];
            }
            p[j] = p[j] * scale + (c.masked() ? mask[i * s.keys() + j] : 0);
            max = Math.max(max, p[j]);
          }
          if (max == Double.NEGATIVE_INFINITY) {
            continue;
          }
          double sum = 0;
          double dot = 0;
          for (int j = 0; j < limit; j++) {
            p[j] = Math.exp(p[j] - max);
            sum += p[j];
            dot += p[j] * dp[j];
          }
          for (int j = 0; j < limit; j++) {
            double ds = p[j] / sum * (dp[j] - dot / sum) * scale;
            for (int d = 0; d < s.depth(); d++) {
              dq[at(qs, b, h, i) + d] += ds * k[at(ks, b, kh, j) + d];
              dk[at(ks, b, kh, j) + d] += ds * q[at(qs, b, h, i) + d];
            }
            for (int d = 0; d < s.valueDepth(); d++) {
              dv[at(vs, b, kh, j) + d] += p[j] / sum * dy[at(ys, b, h, i) + d];
            }
          }
        }
      }
    }
    AttentionGradientF32 plan =
        new AttentionGradientF32(
            s,
            new AttentionGradientF32.Places(qs, ks, vs, ys, qs, ks, vs),
            c.masked() ? new MaskStrides(0, 0, 4L * s.keys(), 4) : MaskStrides.NONE,
            scale,
            c.causal(),
            c.offset());
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer toQ = m.blank(dq.length);
      Buffer toK = m.blank(dk.length);
      Buffer toV = m.blank(dv.length);
      long qAt = m.of(q).at();
      long kAt = m.of(k).at();
      long vAt = m.of(v).at();
      long dyAt = m.of(dy).at();
      long maskAt = c.masked() ? m.of(mask).at() : 0;
      for (int task = plan.tasks() - 1; task >= 0; task--) {
        plan.run(qAt, kAt, vAt, maskAt, dyAt, toQ.at(), toK.at(), toV.at(), task);
      }
      assertClose(dq, toQ.floats(), CLOSE, CLOSE, c + " queries");
      assertClose(dk, toK.floats(), CLOSE, CLOSE, c + " keys");
      assertClose(dv, toV.floats(), CLOSE, CLOSE, c + " values");
    }
  }
}
