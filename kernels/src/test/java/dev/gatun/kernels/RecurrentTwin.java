package dev.gatun.kernels;

import dev.gatun.kernels.RecurrentLayer.Cell;

/** Recurrent layers unit by unit in double precision; empty arrays are absent operands. */
record RecurrentTwin(
    RecurrentLayer layer,
    float[] x,
    float[] w,
    float[] r,
    float[] bias,
    int[] lengths,
    float[] h0,
    float[] c0,
    float[] peepholes) {

  /** y, yh and yc. */
  double[][] run() {
    int n = layer.hidden();
    int directions = layer.directions();
    int batch = layer.batch();
    double[] y = new double[layer.steps() * directions * batch * n];
    double[] yh = new double[directions * batch * n];
    double[] yc = new double[directions * batch * n];
    for (int d = 0; d < directions; d++) {
      for (int b = 0; b < batch; b++) {
        int last = (layer.batchFirst() ? b * directions + d : d * batch + b) * n;
        double[] h = new double[n];
        double[] c = new double[n];
        for (int i = 0; i < n; i++) {
          h[i] = h0.length > 0 ? h0[last + i] : 0;
          c[i] = c0.length > 0 ? c0[last + i] : 0;
        }
        int length = lengths.length > 0 ? lengths[b] : layer.steps();
        for (int step = 0; step < length; step++) {
          int t = layer.backwards(d) ? length - 1 - step : step;
          step(d, layer.batchFirst() ? b * layer.steps() + t : t * batch + b, h, c);
          int at =
              layer.batchFirst()
                  ? ((b * layer.steps() + t) * directions + d) * n
                  : ((t * directions + d) * batch + b) * n;
          System.arraycopy(h, 0, y, at, n);
        }
        System.arraycopy(h, 0, yh, last, n);
        System.arraycopy(c, 0, yc, last, n);
      }
    }
    return new double[][] {y, yh, yc};
  }

  private double activate(int d, int which, double x) {
    double clip = layer.clip();
    double clipped = clip > 0 ? Math.max(-clip, Math.min(clip, x)) : x;
    return layer.activations().get(d * layer.cell().activations() + which).value(clipped);
  }

  private void step(int d, int row, double[] h, double[] c) {
    int n = layer.hidden();
    double[] next = new double[n];
    double[] reset = new double[n];
    for (int i = 0; i < n && layer.cell() == Cell.GRU; i++) {
      reset[i] = activate(d, 0, input(d, row, 1, i) + state(d, 1, i, h)) * h[i];
    }
    for (int i = 0; i < n; i++) {
      double first = input(d, row, 0, i) + state(d, 0, i, h);
      switch (layer.cell()) {
        case RNN -> next[i] = activate(d, 0, first);
        case GRU, GRU_LINEAR_BEFORE_RESET -> {
          double z = activate(d, 0, first);
          double gate = activate(d, 0, input(d, row, 1, i) + state(d, 1, i, h));
          double product =
              layer.cell() == Cell.GRU ? state(d, 2, i, reset) : gate * state(d, 2, i, h);
          next[i] = (1 - z) * activate(d, 1, input(d, row, 2, i) + product) + z * h[i];
        }
        case LSTM -> {
          double in = activate(d, 0, first + peephole(d, 0, i) * c[i]);
          double forget =
              layer.coupled()
                  ? 1 - in
                  : activate(
                      d, 0, input(d, row, 2, i) + state(d, 2, i, h) + peephole(d, 2, i) * c[i]);
          c[i] = forget * c[i] + in * activate(d, 1, input(d, row, 3, i) + state(d, 3, i, h));
          double out =
              activate(d, 0, input(d, row, 1, i) + state(d, 1, i, h) + peephole(d, 1, i) * c[i]);
          next[i] = out * layer.activations().get(d * layer.cell().activations() + 2).value(c[i]);
        }
      }
    }
    System.arraycopy(next, 0, h, 0, n);
  }

  private double input(int d, int row, int gate, int unit) {
    int gates = layer.cell().gates();
    int column = (d * gates + gate) * layer.hidden() + unit;
    double sum = bias.length > 0 ? bias[(2 * d * gates + gate) * layer.hidden() + unit] : 0;
    for (int i = 0; i < layer.features(); i++) {
      sum += (double) w[column * layer.features() + i] * x[row * layer.features() + i];
    }
    return sum;
  }

  private double state(int d, int gate, int unit, double[] h) {
    int gates = layer.cell().gates();
    int n = layer.hidden();
    int column = (d * gates + gate) * n + unit;
    double sum = bias.length > 0 ? bias[((2 * d + 1) * gates + gate) * n + unit] : 0;
    for (int i = 0; i < n; i++) {
      sum += r[column * n + i] * h[i];
    }
    return sum;
  }

  private double peephole(int d, int gate, int unit) {
    return peepholes.length > 0 ? peepholes[(3 * d + gate) * layer.hidden() + unit] : 0;
  }
}
