package dev.gatun.kernels;

import static dev.gatun.kernels.FloatBuffers.assertClose;

import dev.gatun.kernels.FloatBuffers.Buffer;
import dev.gatun.kernels.RecurrentF32.Cell;
import dev.gatun.kernels.RecurrentF32.Operands;
import dev.gatun.kernels.RecurrentF32.Strides;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** LSTM, GRU and RNN sequences against double precision. */
class RecurrentTests {
  private static final double CLOSE = 2e-5;

  /** One direction of a layer; extras: peepholes, recurrent bias, initial states, lengths. */
  record Case(
      Cell cell,
      int batch,
      int steps,
      int hidden,
      boolean reverse,
      boolean inputForget,
      float clip,
      boolean extras) {}

  static List<Case> cases() {
    List<Case> all = new ArrayList<>();
    int l = Lanes.F32_LENGTH;
    for (Cell cell : Cell.values()) {
      for (int hidden : new int[] {1, l - 1, l + 1, 2 * l, 4 * l + 3}) {
        all.add(new Case(cell, 1, 3, hidden, false, false, 0, false));
        all.add(new Case(cell, 3, 5, hidden, true, hidden == l + 1, 0.8f, true));
      }
      all.add(new Case(cell, 2, 0, 5, false, false, 0, true));
    }
    return all;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double clip(double x, float clip) {
    return clip > 0 ? Math.max(-clip, Math.min(clip, x)) : x;
  }

  /** Everything a layer reads, [..] as in RecurrentF32.Operands; empty arrays are absent. */
  record Inputs(
      float[] x,
      float[] r,
      float[] bias,
      float[] peepholes,
      int[] lengths,
      float[] h0,
      float[] c0) {}

  private static double[][] expected(Case c, Inputs in) {
    int n = c.hidden();
    int g = c.cell().gates();
    double[] y = new double[c.steps() * c.batch() * n];
    double[] yh = new double[c.batch() * n];
    double[] yc = new double[c.batch() * n];
    for (int b = 0; b < c.batch(); b++) {
      double[] h = new double[n];
      double[] cell = new double[n];
      for (int i = 0; i < n && in.h0().length > 0; i++) {
        h[i] = in.h0()[b * n + i];
        cell[i] = in.c0()[b * n + i];
      }
      int length = in.lengths().length > 0 ? in.lengths()[b] : c.steps();
      for (int step = 0; step < length; step++) {
        int t = c.reverse() ? length - 1 - step : step;
        double[] wx = new double[g * n];
        for (int j = 0; j < g * n; j++) {
          wx[j] = in.x()[(t * c.batch() + b) * g * n + j];
        }
        double[] next = new double[n];
        double[] nextCell = new double[n];
        double[] gated = new double[n];
        for (int i = 0; i < n && g == 3; i++) {
          gated[i] = sigmoid(clip(wx[n + i] + dot(in.r(), n + i, h), c.clip())) * h[i];
        }
        for (int i = 0; i < n; i++) {
          double first = wx[i] + dot(in.r(), i, h);
          switch (c.cell()) {
            case TANH -> next[i] = Math.tanh(clip(first, c.clip()));
            case RELU -> next[i] = Math.max(0, clip(first, c.clip()));
            case GRU, GRU_LINEAR_BEFORE_RESET -> {
              double z = sigmoid(clip(first, c.clip()));
              double reset = sigmoid(clip(wx[n + i] + dot(in.r(), n + i, h), c.clip()));
              double bias = in.bias().length > 0 ? in.bias()[i] : 0;
              double product =
                  c.cell() == Cell.GRU
                      ? dot(in.r(), 2 * n + i, gated)
                      : reset * (dot(in.r(), 2 * n + i, h) + bias);
              double candidate = Math.tanh(clip(wx[2 * n + i] + product, c.clip()));
              next[i] = (1 - z) * candidate + z * h[i];
            }
            case LSTM -> {
              double[] p = new double[3];
              for (int k = 0; k < 3 && in.peepholes().length > 0; k++) {
                p[k] = in.peepholes()[k * n + i];
              }
              double input = sigmoid(clip(first + p[0] * cell[i], c.clip()));
              double forget =
                  c.inputForget()
                      ? 1 - input
                      : sigmoid(
                          clip(
                              wx[2 * n + i] + dot(in.r(), 2 * n + i, h) + p[2] * cell[i],
                              c.clip()));
              double candidate =
                  Math.tanh(clip(wx[3 * n + i] + dot(in.r(), 3 * n + i, h), c.clip()));
              nextCell[i] = forget * cell[i] + input * candidate;
              double output =
                  sigmoid(clip(wx[n + i] + dot(in.r(), n + i, h) + p[1] * nextCell[i], c.clip()));
              next[i] = output * Math.tanh(nextCell[i]);
            }
          }
        }
        h = next;
        cell = nextCell;
        for (int i = 0; i < n; i++) {
          y[(t * c.batch() + b) * n + i] = h[i];
        }
      }
      System.arraycopy(h, 0, yh, b * n, n);
      System.arraycopy(cell, 0, yc, b * n, n);
    }
    return new double[][] {y, yh, yc};
  }

  private static double dot(float[] r, int row, double[] h) {
    double sum = 0;
    for (int k = 0; k < h.length; k++) {
      sum += r[row * h.length + k] * h[k];
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithDoublePrecision(Case c) {
    Random random = new Random(11);
    int n = c.hidden();
    int g = c.cell().gates();
    float reach = (float) (1 / Math.sqrt(n));
    int[] lengths = new int[c.extras() ? c.batch() : 0];
    for (int b = 0; b < lengths.length; b++) {
      lengths[b] = Math.max(0, c.steps() - 2 * b);
    }
    boolean lstm = c.cell() == Cell.LSTM;
    int extra = c.extras() ? 1 : 0;
    Inputs in =
        new Inputs(
            FloatBuffers.uniform(random, c.steps() * c.batch() * g * n, -2, 2),
            FloatBuffers.uniform(random, g * n * n, -reach, reach),
            FloatBuffers.uniform(
                random, c.cell() == Cell.GRU_LINEAR_BEFORE_RESET ? extra * n : 0, -1, 1),
            FloatBuffers.uniform(random, lstm ? extra * 3 * n : 0, -1, 1),
            lengths,
            FloatBuffers.uniform(random, extra * c.batch() * n, -1, 1),
            FloatBuffers.uniform(random, extra * c.batch() * n, -1, 1));
    double[][] expected = expected(c, in);
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer weights = m.blank((int) (RecurrentF32.weightBytes(c.cell(), n) / 4));
      Buffer candidate = m.blank((int) (RecurrentF32.candidateWeightBytes(c.cell(), n) / 4));
      RecurrentF32.pack(c.cell(), m.of(in.r()).at(), n, weights.at(), candidate.at());
      Buffer steps = m.blank(lengths.length);
      for (int b = 0; b < lengths.length; b++) {
        Memory.ALL.set(Memory.I32, steps.at() + 4L * b, lengths[b]);
      }
      Buffer y = m.blank(expected[0].length);
      Buffer yh = m.blank(expected[1].length);
      Buffer yc = m.blank(expected[2].length);
      Operands o =
          new Operands(
              m.of(in.x()).at(),
              weights.at(),
              candidate.at(),
              in.bias().length > 0 ? m.of(in.bias()).at() : 0,
              in.peepholes().length > 0 ? m.of(in.peepholes()).at() : 0,
              lengths.length > 0 ? steps.at() : 0,
              extra > 0 ? m.of(in.h0()).at() : 0,
              extra > 0 ? m.of(in.c0()).at() : 0,
              y.at(),
              yh.at(),
              lstm ? yc.at() : 0);
      Strides strides =
          new Strides(4L * c.batch() * g * n, 4L * g * n, 4L * c.batch() * n, 4L * n, 4L * n);
      RecurrentF32 layer =
          new RecurrentF32(c.cell(), c.steps(), n, c.reverse(), c.inputForget(), c.clip(), strides);
      layer.run(o, 1, c.batch());
      layer.run(o, 0, 1);
      assertClose(expected[0], y.floats(), CLOSE, CLOSE, "y of " + c);
      assertClose(expected[1], yh.floats(), CLOSE, CLOSE, "yh of " + c);
      if (lstm) {
        assertClose(expected[2], yc.floats(), CLOSE, CLOSE, "yc of " + c);
      }
    }
  }
}
