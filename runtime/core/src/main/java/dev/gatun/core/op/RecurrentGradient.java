package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The rule of lstm, gru and rnn: one operator takes the steps back, and the gradients of weights,
 * biases and inputs are products and sums over all steps at once of what it gives.
 *
 * <p>It needs slopes of activations that follow from their values, and no clipping, which hides
 * them; other layers are differentiated step by step ({@link UnrolledRecurrence}), and so are the
 * gradients of what a layer saved for its gradient.
 */
final class RecurrentGradient {
  private final Backward g;
  private final Formula f;
  private final boolean lstm;
  private final boolean gru;
  private final boolean batchFirst;
  private final boolean reverse;
  private final long directions;
  private final long time;
  private final long batch;
  private final long features;
  private final long rows;
  private final long hidden;

  private RecurrentGradient(Backward g) {
    this.g = g;
    f = new Formula(g.b());
    lstm = g.node().op() == Lstm.OP;
    gru = g.node().op() == Gru.OP;
    batchFirst = Recurrence.batchFirst(g.attrs());
    reverse = g.attrs().text("direction").equals("reverse");
    Shape x = g.x(0).tensorType().shape();
    Shape r = g.x(2).tensorType().shape();
    directions = r.size(0);
    time = x.size(batchFirst ? 1 : 0);
    batch = x.size(batchFirst ? 0 : 1);
    features = x.size(2);
    rows = r.size(1);
    hidden = r.size(2);
  }

  /** Whether the rule holds for a node. */
  static boolean covers(Backward g) {
    OpDef op = g.node().op();
    int states = op == Lstm.OP ? 2 : 1;
    for (int i = 1 + states; i < g.node().outputs().size(); i++) {
      if (g.hasDy(i)) {
        return false;
      }
    }
    Shape x = g.x(0).tensorType().shape();
    Shape r = g.x(2).tensorType().shape();
    if (!x.isFixed() || !r.isFixed() || x.size(0) == 0 || x.size(1) == 0 || r.elements() == 0) {
      return false;
    }
    if (g.attrs().has("clip") && g.attrs().real("clip") > 0) {
      return false;
    }
    String[] usual = op == Rnn.OP ? new String[] {"tanh"} : new String[] {"sigmoid", "tanh"};
    if (op == Lstm.OP) {
      usual = new String[] {"sigmoid", "tanh", "tanh"};
    }
    int directions = Recurrence.directions(op.name(), g.attrs().text("direction"));
    return Activation.read(op.name(), g.attrs(), directions, usual).stream()
        .allMatch(UnrolledGradient::hasSlope);
  }

  static List<Value> rule(Backward g) {
    return new RecurrentGradient(g).run();
  }

  private List<Value> run() {
    int outputs = lstm ? 5 : gru ? 3 : 1;
    List<Value> layer = g.b().add(g.node().op(), g.attrs(), g.node().inputs(), outputs, "");
    Value y = batchFirst ? f.transpose(layer.get(0), 1, 2, 0, 3) : layer.get(0);
    List<Value> back = back(layer, y);
    Value dz = back.get(0);
    Value du = gru ? back.get(1) : dz;
    int states = gru ? 2 : 1;
    List<Value> dx = new ArrayList<>();
    dx.add(g.wants(0) ? input(dz) : Value.ABSENT);
    dx.add(g.wants(1) ? weight(dz) : Value.ABSENT);
    dx.add(g.wants(2) ? recurrent(du, y, layer) : Value.ABSENT);
    if (g.count() > 3) {
      dx.add(wants(3) ? f.concat(1, biases(dz), biases(du)) : Value.ABSENT);
      dx.add(Value.ABSENT);
    }
    for (int i = 5; i < Math.min(7, g.count()); i++) {
      Value state = wants(i) ? back.get(states + i - 5) : Value.ABSENT;
      dx.add(state.isAbsent() || !batchFirst ? state : f.transpose(state, 1, 0, 2));
    }
    if (g.count() > 7) {
      dx.add(wants(7) ? peepholes(dz, layer.get(4)) : Value.ABSENT);
    }
    return dx.subList(0, g.count());
  }

  private boolean wants(int i) {
    return g.has(i) && g.wants(i);
  }

  /** dz (twice for gru), and the gradients of initial states if anybody wants them. */
  private List<Value> back(List<Value> layer, Value y) {
    Attrs attrs = UnrolledGradient.attrs(g.attrs());
    List<Value> args = new ArrayList<>(List.of(g.x(2)));
    OpDef op = RnnGradient.OP;
    if (lstm) {
      op = LstmGradient.OP;
      attrs = attrs.with("inputForget", g.attrs().flag("inputForget"));
      args.addAll(List.of(layer.get(3), layer.get(4), optional(4), stateFirst(6), optional(7)));
    } else if (gru) {
      op = GruGradient.OP;
      attrs = attrs.with("linearBeforeReset", g.attrs().flag("linearBeforeReset"));
      args.addAll(List.of(layer.get(2), y, optional(4), stateFirst(5)));
    } else {
      args.addAll(List.of(y, optional(4)));
    }
    for (int i = 0; i < (lstm ? 3 : 2); i++) {
      Value dy = g.hasDy(i) ? g.dy(i) : Value.ABSENT;
      boolean turned = batchFirst && g.hasDy(i);
      args.add(!turned ? dy : i == 0 ? f.transpose(dy, 1, 2, 0, 3) : f.transpose(dy, 1, 0, 2));
    }
    int sums = gru ? 2 : 1;
    int results = lstm && wants(6) ? sums + 2 : wants(5) ? sums + 1 : sums;
    return g.b().add(op, attrs, args, results, "");
  }

  private Value optional(int i) {
    return g.has(i) ? g.x(i) : Value.ABSENT;
  }

  private Value stateFirst(int i) {
    return g.has(i) && batchFirst ? f.transpose(g.x(i), 1, 0, 2) : optional(i);
  }

  /** Steps [from, to) of a direction of [D, T, B, n] as a matrix. */
  private Value matrix(Value v, int direction, long from, long to) {
    Value part = directions == 1 ? v : f.slice(v, 0, direction, direction + 1, 1);
    long width = v.tensorType().shape().size(3);
    // A single direction is cut as [T, B, n], outermost, where a part is a view.
    part = f.reshape(part, time, batch, width);
    part = from == 0 && to == time ? part : f.slice(part, 0, from, to, 1);
    return f.reshape(part, (to - from) * batch, width);
  }

  /** The same of y [T, D, B, H]. */
  private Value states(Value y, int direction, long from, long to) {
    Value part = directions == 1 ? y : f.slice(y, 1, direction, direction + 1, 1);
    part = f.slice(f.reshape(part, time, batch, hidden), 0, from, to, 1);
    return f.reshape(part, (to - from) * batch, hidden);
  }

  private Value sequences() {
    Value x = batchFirst ? f.transpose(g.x(0), 1, 0, 2) : g.x(0);
    return f.reshape(x, time * batch, features);
  }

  /** a^T b with the direction as first axis: what follows an update's shape fuses with it. */
  private Value turned(Value a, Value b) {
    return g.b().add(Matmul.OP, Attrs.of("transposeA", true), leading(a), leading(b));
  }

  private Value leading(Value matrix) {
    Shape shape = matrix.tensorType().shape();
    return f.reshape(matrix, 1, shape.size(0), shape.size(1));
  }

  private Value each(java.util.function.IntFunction<Value> gradient) {
    List<Value> all = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      all.add(gradient.apply(d));
    }
    return f.concat(0, all.toArray(Value[]::new));
  }

  private Value input(Value dz) {
    Value sum = Value.ABSENT;
    for (int d = 0; d < directions; d++) {
      Value w = f.reshape(f.slice(g.x(1), 0, d, d + 1, 1), rows, features);
      Value own = g.b().add(Matmul.OP, matrix(dz, d, 0, time), w);
      sum = sum.isAbsent() ? own : f.add(sum, own);
    }
    Value dx = f.reshape(sum, time, batch, features);
    return batchFirst ? f.transpose(dx, 1, 0, 2) : dx;
  }

  private Value weight(Value dz) {
    Value x = sequences();
    return each(d -> turned(matrix(dz, d, 0, time), x));
  }

  private Value recurrent(Value du, Value y, List<Value> layer) {
    boolean resetFirst = gru && !g.attrs().flag("linearBeforeReset");
    return each(
        d -> {
          Value all = product(du, y, d);
          if (!resetFirst) {
            return all;
          }
          // The candidate's product is with r * h, which the layer saved.
          Value gated = f.slice(layer.get(2), 3, 3 * hidden, 4 * hidden, 1);
          Value last = f.slice(du, 3, 2 * hidden, 3 * hidden, 1);
          Value own = turned(matrix(last, d, 0, time), matrix(gated, d, 0, time));
          return f.concat(1, f.slice(all, 1, 0, 2 * hidden, 1), own);
        });
  }

  /** The sum over all steps of du^T h, h being the state before the step. */
  private Value product(Value du, Value y, int d) {
    boolean backwards = reverse || d == 1;
    Value sum = Value.ABSENT;
    if (time > 1) {
      sum =
          backwards
              ? turned(matrix(du, d, 0, time - 1), states(y, d, 1, time))
              : turned(matrix(du, d, 1, time), states(y, d, 0, time - 1));
    }
    if (g.has(5)) {
      Value initial = f.slice(stateFirst(5), 0, d, d + 1, 1);
      Value own = turned(first(du, d, backwards), f.reshape(initial, batch, hidden));
      sum = sum.isAbsent() ? own : f.add(sum, own);
    }
    return sum.isAbsent() ? Expand.to(g.b(), f.number(du, 0), Shape.of(1, rows, hidden)) : sum;
  }

  /** du of the first step that a direction takes [B, G H]. */
  private Value first(Value du, int d, boolean backwards) {
    if (!backwards) {
      return matrix(du, d, 0, 1);
    }
    if (!g.has(4)) {
      return matrix(du, d, time - 1, time);
    }
    Value steps = f.reshape(matrix(du, d, 0, time), time, batch, rows);
    long[] ends = new long[(int) time];
    for (int t = 0; t < time; t++) {
      ends[t] = t + 1L;
    }
    Value lengths = f.cast(g.x(4), dev.gatun.core.tensor.DType.I64);
    Value isFirst =
        g.b().add(Equal.OP, f.reshape(f.longs(ends), time, 1), f.reshape(lengths, 1, batch));
    return f.sum(f.where(f.reshape(isFirst, time, batch, 1), steps, f.number(du, 0)), 0);
  }

  private Value biases(Value dz) {
    return f.sum(dz, 1, 2);
  }

  /** i and f see the cells before a step, o those after it. */
  private Value peepholes(Value dz, Value cells) {
    List<Value> all = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      boolean backwards = reverse || d == 1;
      Value after = matrix(cells, d, 0, time);
      Value z = matrix(dz, d, 0, time);
      List<Value> gates = new ArrayList<>();
      for (int gate = 0; gate < 3; gate++) {
        Value own = gate(z, gate);
        Value sum;
        if (gate == 1) {
          sum = f.sum(f.mul(own, after), 0);
        } else {
          sum = Expand.to(g.b(), f.number(dz, 0), Shape.of(hidden));
          if (time > 1) {
            Value later =
                gate(backwards ? matrix(dz, d, 0, time - 1) : matrix(dz, d, 1, time), gate);
            Value old = backwards ? matrix(cells, d, 1, time) : matrix(cells, d, 0, time - 1);
            sum = f.sum(f.mul(later, old), 0);
          }
          if (g.has(6)) {
            Value initial = f.reshape(f.slice(stateFirst(6), 0, d, d + 1, 1), batch, hidden);
            sum = f.add(sum, f.sum(f.mul(gate(first(dz, d, backwards), gate), initial), 0));
          }
        }
        gates.add(f.reshape(sum, 1, hidden));
      }
      all.add(f.concat(1, gates.toArray(Value[]::new)));
    }
    return f.concat(0, all.toArray(Value[]::new));
  }

  private Value gate(Value z, int gate) {
    return f.slice(z, 1, gate * hidden, (gate + 1) * hidden, 1);
  }
}
