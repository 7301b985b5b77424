package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Gru;
import dev.gatun.core.op.Lstm;
import dev.gatun.core.op.Rnn;
import dev.gatun.core.op.Sigmoid;
import dev.gatun.core.op.Tanh;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A recurrent layer over [N, T, F]: all hidden states [N, T, H] or the last one [N, H]; with both
 * directions 2 H, the forward one first. Parameters: {@code input} [D, G H, F], {@code recurrent}
 * [D, G H, H], {@code bias} [D, 2 G H], gates in ONNX's order (i, o, f, c; z, r, h).
 *
 * <p>As a module it takes x and maybe the states to begin with, and gives the result and the states
 * to go on with: {@code call(x)} or {@code call(x, h)}, of an LSTM {@code call(x, h, c)}, each
 * state [N, D H].
 *
 * @param last whether only the last state is wanted
 * @param window how many steps gradients go back in time while training (truncated
 *     backpropagation); 0 for all
 * @param probed whether an LSTM's gates are probes: {@code input_gate}, {@code output_gate}, {@code
 *     forget_gate} and {@code candidate} [N, T, H]
 */
public record Recurrent(
    Cell cell, long hidden, boolean bidirectional, boolean last, long window, boolean probed)
    implements Layer, Module {
  /** Kinds of cells. */
  public enum Cell {
    RNN(1),
    LSTM(4),
    /** As PyTorch: the reset gate applies after the recurrent product. */
    GRU(3);

    private final int gates;

    Cell(int gates) {
      this.gates = gates;
    }
  }

  public Recurrent {
    if (hidden < 1) {
      throw new GatunException("recurrent: there must be at least one hidden unit, got " + hidden);
    }
    if (window < 0 || window > 0 && bidirectional) {
      throw new GatunException(
          "recurrent: gradients can be cut off after 1 step or more, in one direction only, got "
              + window);
    }
    if (probed && (cell != Cell.LSTM || bidirectional)) {
      throw new GatunException("recurrent: only an LSTM of one direction has gates to look at");
    }
  }

  /** In both directions. */
  public Recurrent bothWays() {
    return new Recurrent(cell, hidden, true, last, window, probed);
  }

  /** Only the last state (of each direction). */
  public Recurrent lastOnly() {
    return new Recurrent(cell, hidden, bidirectional, true, window, probed);
  }

  /**
   * With gradients that go back in time to the beginning of windows of this many steps only; states
   * go on across them. Memory and time of the backward pass are those of a window.
   */
  public Recurrent truncated(long steps) {
    return new Recurrent(cell, hidden, bidirectional, last, steps, probed);
  }

  /** With an LSTM's gates as probes. */
  public Recurrent withGates() {
    return new Recurrent(cell, hidden, bidirectional, last, window, true);
  }

  @Override
  public String label() {
    return cell.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Flow apply(Flow x) {
    return apply(List.of(x)).get(0);
  }

  @Override
  public List<Flow> apply(List<Flow> inputs) {
    Flow x = inputs.isEmpty() ? null : inputs.get(0);
    int states = cell == Cell.LSTM ? 2 : 1;
    if (x == null || x.rank() != 3 || inputs.size() != 1 && inputs.size() != 1 + states) {
      throw new GatunException(
          "needs [batch, time, features] and maybe " + states + " states to begin with");
    }
    long directions = bidirectional ? 2 : 1;
    long gates = cell.gates * hidden;
    Flow w = x.parameter("input", Shape.of(directions, gates, x.size(2)), eachWay());
    Flow r = x.parameter("recurrent", Shape.of(directions, gates, hidden), eachWay());
    Flow bias = bias(x, Shape.of(directions, 2 * gates));
    Attrs attrs =
        Attrs.of("hidden", hidden, "direction", bidirectional ? "bidirectional" : "forward");
    OpDef op =
        switch (cell) {
          case RNN -> Rnn.OP;
          case LSTM -> Lstm.OP;
          case GRU -> Gru.OP;
        };
    if (cell == Cell.GRU) {
      attrs = attrs.with("linearBeforeReset", true);
    }
    Flow time = x.transpose(1, 0, 2);
    Written written = new Written(op, attrs, x.trace(), w, r, bias);
    long steps = x.size(1);
    boolean whole = window == 0 || !x.training() || steps <= window;
    List<Flow> parts = new ArrayList<>();
    List<Flow> before =
        inputs.stream()
            .skip(1)
            .map(state -> state.reshape(0, directions, hidden).transpose(1, 0, 2))
            .toList();
    for (long from = 0; whole ? parts.isEmpty() : from < steps; from += window) {
      Flow part = whole ? time : time.slice(0, from, Math.min(from + window, steps));
      // No gradient goes from one window to that before.
      List<Flow> results =
          written.run(part, from == 0 ? before : before.stream().map(Flow::stop).toList());
      parts.add(results.get(0));
      before = results.subList(1, results.size());
    }
    // The last states [D, N, H], and all of them [T, D, N, H].
    Flow y = Flow.concat(0, parts).transpose(2, 0, 1, 3).reshape(0, 0, directions * hidden);
    List<Flow> all = new ArrayList<>();
    before.forEach(state -> all.add(state.transpose(1, 0, 2).reshape(-1, directions * hidden)));
    all.add(0, last ? all.get(0) : y);
    if (probed) {
      probe(x, y, inputs.size() > 1 ? inputs.get(1) : all.get(1).mul(0), w, r, bias);
    }
    return all;
  }

  /** The operator with its weights, for one window after another. */
  private record Written(OpDef op, Attrs attrs, Trace trace, Flow w, Flow r, Flow bias) {
    /** All states and the last ones. */
    List<Flow> run(Flow time, List<Flow> before) {
      List<Value> args = new ArrayList<>();
      args.add(trace.rounded(time.value()));
      args.add(trace.rounded(w.value()));
      args.add(trace.rounded(r.value()));
      args.add(bias.value());
      if (!before.isEmpty()) {
        args.add(Value.ABSENT); // all sequences are of full length
        before.forEach(state -> args.add(state.value()));
      }
      List<Flow> results = new ArrayList<>();
      int count = op == Lstm.OP ? 3 : 2;
      for (Value result : time.graph().add(op, attrs, args, count, "")) {
        results.add(time.with(trace.rounded(result)));
      }
      return results;
    }
  }

  /** A bias is none to decay, though it has an axis for the directions. */
  private Flow bias(Flow x, Shape shape) {
    return x.trace().parameter("bias", DType.F32, shape, Initializers.fanIn(hidden), false, false);
  }

  // The operator keeps its gates to itself; they follow from its inputs and states.
  private void probe(Flow x, Flow y, Flow first, Flow w, Flow r, Flow bias) {
    Flow before = Flow.concat(1, first.unsqueeze(1), y.slice(1, 0, -1));
    List<Flow> biases = bias.squeeze(0).split(0, 2);
    List<Flow> sums =
        x.matmulTransposed(w.squeeze(0))
            .add(biases.get(0))
            .add(before.matmulTransposed(r.squeeze(0)).add(biases.get(1)))
            .split(2, cell.gates);
    sums.get(0).op(Sigmoid.OP).probe("input_gate");
    sums.get(1).op(Sigmoid.OP).probe("output_gate");
    sums.get(2).op(Sigmoid.OP).probe("forget_gate");
    sums.get(3).op(Tanh.OP).probe("candidate");
  }

  /** Evenly within 1 / sqrt(hidden), as PyTorch. */
  private Initializer eachWay() {
    return Initializers.fanIn(hidden);
  }
}
