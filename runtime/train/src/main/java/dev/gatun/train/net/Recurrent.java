package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Gru;
import dev.gatun.core.op.Lstm;
import dev.gatun.core.op.Rnn;
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
 * @param last whether only the last state is wanted
 * @param window how many steps gradients go back in time while training (truncated
 *     backpropagation); 0 for all
 */
public record Recurrent(Cell cell, long hidden, boolean bidirectional, boolean last, long window)
    implements Layer {
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
  }

  /** In both directions. */
  public Recurrent bothWays() {
    return new Recurrent(cell, hidden, true, last, window);
  }

  /** Only the last state (of each direction). */
  public Recurrent lastOnly() {
    return new Recurrent(cell, hidden, bidirectional, true, window);
  }

  /**
   * With gradients that go back in time to the beginning of windows of this many steps only; states
   * go on across them. Memory and time of the backward pass are those of a window.
   */
  public Recurrent truncated(long steps) {
    return new Recurrent(cell, hidden, bidirectional, last, steps);
  }

  @Override
  public String label() {
    return cell.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Flow apply(Flow x) {
    if (x.rank() != 3) {
      throw new GatunException("needs [batch, time, features]");
    }
    long directions = bidirectional ? 2 : 1;
    long gates = cell.gates * hidden;
    Flow w = x.parameter("input", Shape.of(directions, gates, x.size(2)), eachWay());
    Flow r = x.parameter("recurrent", Shape.of(directions, gates, hidden), eachWay());
    Flow bias = x.parameter("bias", Shape.of(directions, 2 * gates), Initializers.fanIn(hidden));
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
    List<Flow> all = new ArrayList<>();
    List<Flow> states = List.of();
    for (long from = 0; whole ? all.isEmpty() : from < steps; from += window) {
      Flow part = whole ? time : time.slice(0, from, Math.min(from + window, steps));
      List<Flow> results = written.run(part, states);
      all.add(results.get(0));
      states = results.subList(1, results.size());
    }
    // The last states [D, N, H], or all of them [T, D, N, H].
    return last
        ? states.get(0).transpose(1, 0, 2).reshape(-1, directions * hidden)
        : Flow.concat(0, all).transpose(2, 0, 1, 3).reshape(0, 0, directions * hidden);
  }

  /** The operator with its weights, for one window after another. */
  private record Written(OpDef op, Attrs attrs, Trace trace, Flow w, Flow r, Flow bias) {
    /** All states and the last ones; no gradient goes to the states before. */
    List<Flow> run(Flow time, List<Flow> before) {
      List<Value> args = new ArrayList<>();
      args.add(trace.rounded(time.value()));
      args.add(trace.rounded(w.value()));
      args.add(trace.rounded(r.value()));
      args.add(bias.value());
      if (!before.isEmpty()) {
        args.add(Value.ABSENT); // all sequences are of full length
        before.forEach(state -> args.add(state.stop().value()));
      }
      List<Flow> results = new ArrayList<>();
      int count = op == Lstm.OP ? 3 : 2;
      for (Value result : time.graph().add(op, attrs, args, count, "")) {
        results.add(time.with(trace.rounded(result)));
      }
      return results;
    }
  }

  /** Evenly within 1 / sqrt(hidden), as PyTorch. */
  private Initializer eachWay() {
    return Initializers.fanIn(hidden);
  }
}
