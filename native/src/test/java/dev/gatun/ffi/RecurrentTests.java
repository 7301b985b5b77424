package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static dev.gatun.ffi.EltwiseTests.logistic;
import static dev.gatun.ffi.Gradient.widen;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Recurrent cells against a loop over steps, all gradients against differences. */
@ExtendWith(SlowElsewhere.class)
class RecurrentTests {
  private static final double TOLERANCE = 2e-5;
  private static final int STEPS = 3;
  private static final int BATCH = 2;
  private static final int INPUTS = 5;
  private static final int HIDDEN = 7;

  /** Everything a layer reads, row-major in the dims of Recurrent, and in doubles. */
  private record Inputs(
      double[] src,
      double[] state,
      double[] cell,
      double[] weights,
      double[] weights1,
      double[] bias) {
    Inputs with(int arg, double[] value) {
      return new Inputs(
          arg == Arg.SRC ? value : src,
          arg == Arg.SRC_1 ? value : state,
          arg == Arg.SRC_2 ? value : cell,
          arg == Arg.WEIGHTS ? value : weights,
          arg == Arg.WEIGHTS_1 ? value : weights1,
          arg == Arg.BIAS ? value : bias);
    }

    double[] get(int arg) {
      return switch (arg) {
        case Arg.SRC -> src;
        case Arg.SRC_1 -> state;
        case Arg.SRC_2 -> cell;
        case Arg.WEIGHTS -> weights;
        case Arg.WEIGHTS_1 -> weights1;
        case Arg.BIAS -> bias;
        default -> throw new IllegalArgumentException(Arg.name(arg));
      };
    }
  }

  private static int gates(Recurrent.Cell cell) {
    return switch (cell) {
      case PLAIN -> 1;
      case LSTM -> 4;
      case GRU, LBR_GRU -> 3;
    };
  }

  /** dst [T, N, D*H], then the last states [D, N, H], then the last cell states. */
  private static double[] layer(Recurrent.Cell cell, Inputs in, boolean[] reversed) {
    int directions = reversed.length;
    int states = directions * BATCH * HIDDEN;
    double[] out = new double[STEPS * BATCH * HIDDEN * directions + 2 * states];
    double[] h = in.state.clone();
    double[] c = in.cell.clone();
    for (int d = 0; d < directions; d++) {
      for (int step = 0; step < STEPS; step++) {
        int t = reversed[d] ? STEPS - 1 - step : step;
        for (int n = 0; n < BATCH; n++) {
          int at = (d * BATCH + n) * HIDDEN;
          double[] old = Arrays.copyOfRange(h, at, at + HIDDEN);
          for (int k = 0; k < HIDDEN; k++) {
            h[at + k] = cellStep(cell, in, d, t, n, k, old, c, at);
          }
          for (int k = 0; k < HIDDEN; k++) {
            out[((t * BATCH + n) * directions + d) * HIDDEN + k] = h[at + k];
          }
        }
      }
    }
    System.arraycopy(h, 0, out, out.length - 2 * states, states);
    System.arraycopy(c, 0, out, out.length - states, states);
    return out;
  }

  private static double cellStep(
      Recurrent.Cell cell,
      Inputs in,
      int d,
      int t,
      int n,
      int k,
      double[] old,
      double[] c,
      int at) {
    return switch (cell) {
      case PLAIN ->
          Math.tanh(fromInput(cell, in, d, t, n, 0, k) + fromState(cell, in, d, 0, k, old));
      case LSTM -> {
        double[] gate = new double[4];
        for (int g = 0; g < 4; g++) {
          gate[g] = fromInput(cell, in, d, t, n, g, k) + fromState(cell, in, d, g, k, old);
        }
        c[at + k] = logistic(gate[1]) * c[at + k] + logistic(gate[0]) * Math.tanh(gate[2]);
        yield logistic(gate[3]) * Math.tanh(c[at + k]);
      }
      case GRU, LBR_GRU -> {
        double update =
            logistic(fromInput(cell, in, d, t, n, 0, k) + fromState(cell, in, d, 0, k, old));
        double[] resetState = new double[HIDDEN];
        for (int j = 0; j < HIDDEN; j++) {
          double reset =
              logistic(fromInput(cell, in, d, t, n, 1, j) + fromState(cell, in, d, 1, j, old));
          resetState[j] = reset * old[j];
        }
        double reset =
            logistic(fromInput(cell, in, d, t, n, 1, k) + fromState(cell, in, d, 1, k, old));
        double fromOld =
            cell == Recurrent.Cell.GRU
                ? fromState(cell, in, d, 2, k, resetState)
                : reset * (fromState(cell, in, d, 2, k, old) + in.bias[(d * 4 + 3) * HIDDEN + k]);
        double candidate = Math.tanh(fromInput(cell, in, d, t, n, 2, k) + fromOld);
        yield update * old[k] + (1 - update) * candidate;
      }
    };
  }

  private static double fromInput(
      Recurrent.Cell cell, Inputs in, int d, int t, int n, int gate, int k) {
    int gates = gates(cell);
    int biases = cell == Recurrent.Cell.LBR_GRU ? 4 : gates;
    double sum = in.bias[(d * biases + gate) * HIDDEN + k];
    for (int i = 0; i < INPUTS; i++) {
      sum +=
          in.src[(t * BATCH + n) * INPUTS + i]
              * in.weights[((d * INPUTS + i) * gates + gate) * HIDDEN + k];
    }
    return sum;
  }

  private static double fromState(
      Recurrent.Cell cell, Inputs in, int d, int gate, int k, double[] state) {
    double sum = 0;
    for (int j = 0; j < HIDDEN; j++) {
      sum += state[j] * in.weights1[((d * HIDDEN + j) * gates(cell) + gate) * HIDDEN + k];
    }
    return sum;
  }

  private static Recurrent builder(OneDnn dnnl, Recurrent.Cell cell) {
    Recurrent builder =
        cell == Recurrent.Cell.PLAIN
            ? Recurrent.plain(dnnl, Activation.TANH)
            : Recurrent.of(dnnl, cell);
    return builder.sizes(STEPS, BATCH, INPUTS, HIDDEN);
  }

  private static Map<Integer, float[]> inputs(Buffers buffers, OneDnnPrimitive primitive) {
    Map<Integer, float[]> values = new HashMap<>();
    for (int arg :
        new int[] {Arg.SRC, Arg.SRC_1, Arg.SRC_2, Arg.WEIGHTS, Arg.WEIGHTS_1, Arg.BIAS}) {
      if (primitive.args().contains(arg)) {
        values.put(arg, buffers.random(-1, 1, primitive.desc(arg).dims()));
      }
    }
    return values;
  }

  private static Inputs widened(Map<Integer, float[]> values, int states) {
    return new Inputs(
        widen(get(values, Arg.SRC)),
        widen(get(values, Arg.SRC_1)),
        values.containsKey(Arg.SRC_2) ? widen(get(values, Arg.SRC_2)) : new double[states],
        widen(get(values, Arg.WEIGHTS)),
        widen(get(values, Arg.WEIGHTS_1)),
        widen(get(values, Arg.BIAS)));
  }

  private static float[] get(Map<Integer, float[]> values, int arg) {
    return java.util.Objects.requireNonNull(values.get(arg));
  }

  private static double[] part(double[] out, int from, int length) {
    return Arrays.copyOfRange(out, from, from + length);
  }

  @ParameterizedTest
  @CsvSource({
    "PLAIN, FORWARD", "LSTM, FORWARD", "GRU, FORWARD", "LBR_GRU, FORWARD",
    "LSTM, REVERSE", "GRU, BOTH_CONCATENATED", "LSTM, BOTH_CONCATENATED", "LBR_GRU, REVERSE"
  })
  void runsSequences(Recurrent.Cell cell, Recurrent.Direction direction) {
    OneDnn dnnl = Libraries.oneDnn();
    boolean[] reversed =
        switch (direction) {
          case FORWARD -> new boolean[] {false};
          case REVERSE -> new boolean[] {true};
          case BOTH_CONCATENATED, BOTH_ADDED -> new boolean[] {false, true};
        };
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive =
            builder(dnnl, cell).direction(direction).inference().orElseThrow()) {
      Map<Integer, float[]> values = inputs(buffers, primitive);
      Buffers.Results out = buffers.run(primitive, values);
      int states = reversed.length * BATCH * HIDDEN;
      double[] expected = layer(cell, widened(values, states), reversed);
      int sequence = STEPS * states;
      assertClose(part(expected, 0, sequence), out.get(Arg.DST), TOLERANCE);
      assertClose(part(expected, sequence, states), out.get(Arg.DST_1), TOLERANCE);
      if (cell == Recurrent.Cell.LSTM) {
        assertClose(part(expected, sequence + states, states), out.get(Arg.DST_2), TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Recurrent.Cell.class)
  void gradients(Recurrent.Cell cell) {
    OneDnn dnnl = Libraries.oneDnn();
    boolean lstm = cell == Recurrent.Cell.LSTM;
    int states = BATCH * HIDDEN;
    int sequence = STEPS * states;
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive forward = builder(dnnl, cell).forward().orElseThrow();
        OneDnnPrimitive backward = builder(dnnl, cell).backward().orElseThrow()) {
      Map<Integer, float[]> values = inputs(buffers, forward);
      float[] upstream = buffers.random(-1, 1, sequence + 2 * states);
      Map<Integer, float[]> gradients =
          Map.of(
              Arg.DIFF_DST, Arrays.copyOfRange(upstream, 0, sequence),
              Arg.DIFF_DST_1, Arrays.copyOfRange(upstream, sequence, sequence + states),
              Arg.DIFF_DST_2,
                  Arrays.copyOfRange(upstream, sequence + states, sequence + 2 * states));
      if (!lstm) {
        Arrays.fill(upstream, sequence + states, upstream.length, 0);
      }
      Buffers.Results out = buffers.runBoth(forward, backward, values, gradients);
      Inputs in = widened(values, states);
      int[] inputs = {Arg.SRC, Arg.SRC_1, Arg.SRC_2, Arg.WEIGHTS, Arg.WEIGHTS_1, Arg.BIAS};
      int[] diffs = {
        Arg.DIFF_SRC,
        Arg.DIFF_SRC_1,
        Arg.DIFF_SRC_2,
        Arg.DIFF_WEIGHTS,
        Arg.DIFF_WEIGHTS_1,
        Arg.DIFF_BIAS
      };
      for (int i = 0; i < inputs.length; i++) {
        if (inputs[i] != Arg.SRC_2 || lstm) {
          int arg = inputs[i];
          assertClose(
              Gradient.of(
                  x -> layer(cell, in.with(arg, x), new boolean[] {false}), in.get(arg), upstream),
              out.get(diffs[i]),
              5 * TOLERANCE);
        }
      }
    }
  }
}
