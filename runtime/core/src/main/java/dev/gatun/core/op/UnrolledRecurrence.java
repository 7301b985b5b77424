package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The steps of lstm, gru and rnn one after another as ordinary operators, through which gradients
 * flow back in time; {@link Recurrence} has shapes and names.
 */
final class UnrolledRecurrence {
  /** One step of all sequences. */
  private interface Cell {
    Step step(int direction, Value wx, List<Value> states);
  }

  /** The states after a step, h first, and the gates that are saved. */
  private record Step(List<Value> states, Value saved) {}

  private final Formula f;
  private final Operands in;
  private final int gates;
  private final int states;
  private final int directions;
  private final boolean batchFirst;
  private final long time;
  private final long batch;
  private final long hidden;

  private UnrolledRecurrence(GraphBuilder b, Operands in, int gates, int states) {
    f = new Formula(b);
    this.in = in;
    this.gates = gates;
    this.states = states;
    directions = Recurrence.directions(in.op().name(), in.attrs().text("direction"));
    batchFirst = Recurrence.batchFirst(in.attrs());
    Shape x = in.shape(0);
    in.require(x.isFixed() && in.shape(2).isFixed(), "has a gradient only if the shapes are known");
    time = x.size(batchFirst ? 1 : 0);
    batch = x.size(batchFirst ? 0 : 1);
    hidden = in.shape(2).size(2);
  }

  static List<Value> rnn(GraphBuilder b, Operands in) {
    UnrolledRecurrence u = new UnrolledRecurrence(b, in, 1, 1);
    List<Activation> act = Activation.read("rnn", in.attrs(), u.directions, "tanh");
    return u.run(
        true,
        (d, wx, s) -> {
          Value z = u.f.add(wx, u.recurrent(d, s.get(0), 0, 1));
          return new Step(List.of(act.get(d).of(u.f, u.clip(z))), Value.ABSENT);
        });
  }

  static List<Value> lstm(GraphBuilder b, Operands in) {
    UnrolledRecurrence u = new UnrolledRecurrence(b, in, 4, 2);
    List<Activation> act =
        Activation.read("lstm", in.attrs(), u.directions, "sigmoid", "tanh", "tanh");
    boolean coupled = in.attrs().flag("inputForget");
    return u.run(
        true,
        (d, wx, s) -> {
          Activation sigma = act.get(3 * d);
          Value c = s.get(1);
          Value z = u.f.add(wx, u.recurrent(d, s.get(0), 0, 4));
          Value input = sigma.of(u.f, u.clip(u.peeped(d, 0, u.gate(z, 0, 1), c)));
          Value forget =
              coupled
                  ? u.f.sub(1, input)
                  : sigma.of(u.f, u.clip(u.peeped(d, 2, u.gate(z, 2, 1), c)));
          Value candidate = act.get(3 * d + 1).of(u.f, u.clip(u.gate(z, 3, 1)));
          Value next = u.f.add(u.f.mul(forget, c), u.f.mul(input, candidate));
          Value output = sigma.of(u.f, u.clip(u.peeped(d, 1, u.gate(z, 1, 1), next)));
          Value h = u.f.mul(output, act.get(3 * d + 2).of(u.f, next));
          return new Step(List.of(h, next), u.f.concat(1, input, output, forget, candidate));
        });
  }

  static List<Value> gru(GraphBuilder b, Operands in) {
    UnrolledRecurrence u = new UnrolledRecurrence(b, in, 3, 1);
    List<Activation> act = Activation.read("gru", in.attrs(), u.directions, "sigmoid", "tanh");
    boolean linearFirst = in.attrs().flag("linearBeforeReset");
    return u.run(
        false,
        (d, wx, s) -> {
          Activation sigma = act.get(2 * d);
          Value h = s.get(0);
          Value bias = u.bias(d, 1);
          Value first = u.plus(u.recurrent(d, h, 0, 2), u.gate(bias, 0, 2));
          Value both = u.f.add(u.gate(wx, 0, 2), first);
          Value update = sigma.of(u.f, u.clip(u.gate(both, 0, 1)));
          Value reset = sigma.of(u.f, u.clip(u.gate(both, 1, 1)));
          Value last = u.gate(bias, 2, 1);
          Value gated = linearFirst ? h : u.f.mul(reset, h);
          Value product = u.plus(u.recurrent(d, gated, 2, 1), last);
          Value own = linearFirst ? u.f.mul(reset, product) : product;
          Value candidate = act.get(2 * d + 1).of(u.f, u.clip(u.f.add(u.gate(wx, 2, 1), own)));
          Value next = u.f.add(u.f.mul(u.f.sub(1, update), candidate), u.f.mul(update, h));
          Value fourth = linearFirst ? product : gated;
          return new Step(List.of(next), u.f.concat(1, update, reset, candidate, fourth));
        });
  }

  /** Gates [first, first + count) of [B, G H] or [G H]; of nothing nothing. */
  private Value gate(Value z, int first, int count) {
    return z.isAbsent() ? z : f.slice(z, -1, first * hidden, (first + count) * hidden, 1);
  }

  private Value plus(Value x, Value bias) {
    return bias.isAbsent() ? x : f.add(x, bias);
  }

  /** h [B, H] times the rows of R of some gates. */
  private Value recurrent(int direction, Value h, int first, int count) {
    Value r = f.slice(in.value(2), 0, direction, direction + 1, 1);
    r = f.slice(r, 1, first * hidden, (first + count) * hidden, 1);
    return product(h, f.reshape(r, count * hidden, hidden));
  }

  private Value product(Value x, Value weight) {
    return f.b().add(Matmul.OP, Attrs.of("transposeB", true), x, weight);
  }

  /** The input biases (0) or recurrent ones (1) of a direction [G H]. */
  private Value bias(int direction, int which) {
    if (!in.has(3)) {
      return Value.ABSENT;
    }
    Value both = f.reshape(f.slice(in.value(3), 0, direction, direction + 1, 1), -1);
    long length = gates * hidden;
    return f.slice(both, 0, which * length, (which + 1) * length, 1);
  }

  /** A gate that also sees the cell state. */
  private Value peeped(int direction, int which, Value z, Value c) {
    if (!in.has(7)) {
      return z;
    }
    Value all = f.reshape(f.slice(in.value(7), 0, direction, direction + 1, 1), -1);
    return f.add(z, f.mul(f.slice(all, 0, which * hidden, (which + 1) * hidden, 1), c));
  }

  private Value clip(Value z) {
    double limit = in.attrs().has("clip") ? in.attrs().real("clip") : 0;
    return limit > 0 ? f.b().add(Clip.OP, Attrs.of("min", -limit, "max", limit), z) : z;
  }

  /**
   * All steps.
   *
   * @param bothBiases whether the recurrent bias may be added to the input's at once
   */
  private List<Value> run(boolean bothBiases, Cell cell) {
    Value x = batchFirst ? f.transpose(in.value(0), 1, 0, 2) : in.value(0);
    List<Value> sequences = new ArrayList<>();
    List<List<Value>> finals = new ArrayList<>();
    List<Value> gatesOfAll = new ArrayList<>();
    List<Value> cellsOfAll = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      Value w = f.slice(in.value(1), 0, d, d + 1, 1);
      Value wx = product(x, f.reshape(w, gates * hidden, in.shape(0).size(2)));
      wx = plus(wx, bias(d, 0));
      wx = bothBiases ? plus(wx, bias(d, 1)) : wx;
      boolean reverse = d == 1 || in.attrs().text("direction").equals("reverse");
      List<Value> now = initial(d);
      List<Value> y = new ArrayList<>();
      List<Value> saved = new ArrayList<>();
      List<Value> cells = new ArrayList<>();
      List<Value> steps = parts(wx);
      for (int step = 0; step < time; step++) {
        int t = (int) (reverse ? time - 1 - step : step);
        Step after = cell.step(d, f.reshape(steps.get(t), batch, gates * hidden), now);
        List<Value> next = after.states();
        Value running = in.has(4) ? running(t) : Value.ABSENT;
        y.add(shown(running, next.get(0)));
        if (!after.saved().isAbsent()) {
          saved.add(shown(running, after.saved()));
        }
        if (states == 2) {
          cells.add(shown(running, next.get(1)));
        }
        now = running.isAbsent() ? next : held(running, next, now);
      }
      if (reverse) {
        Collections.reverse(y);
        Collections.reverse(saved);
        Collections.reverse(cells);
      }
      if (!saved.isEmpty()) {
        gatesOfAll.add(f.concat(1, saved.toArray(Value[]::new)));
      }
      if (!cells.isEmpty()) {
        cellsOfAll.add(f.concat(1, cells.toArray(Value[]::new)));
      }
      sequences.add(
          time == 0
              ? Expand.to(f.b(), f.number(x, 0), Shape.of(0, 1, batch, hidden))
              : f.concat(0, y.toArray(Value[]::new)));
      finals.add(now);
    }
    List<Value> results = new ArrayList<>();
    Value y = f.concat(1, sequences.toArray(Value[]::new));
    results.add(batchFirst ? f.transpose(y, 2, 0, 1, 3) : y);
    for (int s = 0; s < states; s++) {
      List<Value> each = new ArrayList<>();
      for (List<Value> last : finals) {
        each.add(f.reshape(last.get(s), 1, batch, hidden));
      }
      Value all = f.concat(0, each.toArray(Value[]::new));
      results.add(batchFirst ? f.transpose(all, 1, 0, 2) : all);
    }
    if (!gatesOfAll.isEmpty()) {
      results.add(f.concat(0, gatesOfAll.toArray(Value[]::new)));
    }
    if (!cellsOfAll.isEmpty()) {
      results.add(f.concat(0, cellsOfAll.toArray(Value[]::new)));
    }
    return results;
  }

  /** What is seen of a step, [1, 1, B, ...]: zeros of sequences that have ended. */
  private Value shown(Value running, Value v) {
    Value live = running.isAbsent() ? v : f.where(running, v, f.number(v, 0));
    return f.reshape(live, 1, 1, batch, v.tensorType().shape().size(1));
  }

  private List<Value> parts(Value wx) {
    return time == 0
        ? List.of()
        : f.b().add(Split.OP, Attrs.of("axis", 0), List.of(wx), (int) time, "");
  }

  private List<Value> initial(int direction) {
    List<Value> initial = new ArrayList<>();
    for (int s = 0; s < states; s++) {
      if (in.has(5 + s)) {
        Value given = f.slice(in.value(5 + s), batchFirst ? 1 : 0, direction, direction + 1, 1);
        initial.add(f.reshape(given, batch, hidden));
      } else {
        initial.add(Expand.to(f.b(), f.number(in.value(0), 0), Shape.of(batch, hidden)));
      }
    }
    return initial;
  }

  /** Which sequences [B, 1] are longer than t; those that have ended keep their states. */
  private Value running(int t) {
    return f.unsqueeze(f.b().add(Greater.OP, in.value(4), f.number(in.value(4), t)), 1);
  }

  private List<Value> held(Value running, List<Value> next, List<Value> now) {
    List<Value> held = new ArrayList<>();
    for (int s = 0; s < states; s++) {
      held.add(f.where(running, next.get(s), now.get(s)));
    }
    return held;
  }
}
