package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Gru;
import dev.gatun.core.op.Lstm;
import dev.gatun.core.op.Rnn;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import java.util.List;
import java.util.Locale;

/**
 * A recurrent layer over [N, T, F]: all hidden states [N, T, H] or the last one [N, H]; with both
 * directions 2 H, the forward one first. Parameters: {@code input} [D, G H, F], {@code recurrent}
 * [D, G H, H], {@code bias} [D, 2 G H], gates in ONNX's order (i, o, f, c; z, r, h).
 *
 * @param last whether only the last state is wanted
 */
public record Recurrent(Cell cell, long hidden, boolean bidirectional, boolean last)
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
  }

  /** In both directions. */
  public Recurrent bothWays() {
    return new Recurrent(cell, hidden, true, last);
  }

  /** Only the last state (of each direction). */
  public Recurrent lastOnly() {
    return new Recurrent(cell, hidden, bidirectional, true);
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
    Trace trace = x.trace();
    List<Value> args =
        List.of(
            trace.rounded(x.transpose(1, 0, 2).value()),
            trace.rounded(w.value()),
            trace.rounded(r.value()),
            bias.value());
    List<Value> results =
        x.graph().add(op, attrs, args, 2, "").stream().map(trace::rounded).toList();
    // The last states [D, N, H], or all of them [T, D, N, H].
    return last
        ? x.with(results.get(1)).transpose(1, 0, 2).reshape(-1, directions * hidden)
        : x.with(results.get(0)).transpose(2, 0, 1, 3).reshape(0, 0, directions * hidden);
  }

  /** Evenly within 1 / sqrt(hidden), as PyTorch. */
  private Initializer eachWay() {
    return Initializers.fanIn(hidden);
  }
}
