package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * What lstmGradient, gruGradient and rnnGradient share: a layer's steps back through time as
 * ordinary operators.
 *
 * <p>Inputs are r [D, G H, H], what the layer saved [D, T, B, ...], lengths [B]?, and the gradients
 * dy [T, D, B, H]?, dyh [D, B, H]?, dyc?; results begin with dz [D, T, B, G H], the gradient of the
 * sums that go into the activations, and end with those of the initial states [D, B, H]. Time comes
 * before the batch whatever the layer's layout. dz is zero where a sequence has ended.
 */
final class UnrolledGradient {
  /** The cell of a step. */
  interface Cell {
    /**
     * One step back.
     *
     * @param dh the whole gradient of the state after the step
     */
    Step step(int direction, int t, Value dh, Value dc);
  }

  /**
   * What a step back gives.
   *
   * @param dz gradients of the sums
   * @param dh that of the state before
   * @param dc that of the cell before; that after, if there is none
   */
  record Step(List<Value> dz, Value dh, Value dc) {}

  /** Where the inputs are that all have; -1 for one that an operator does not have. */
  record Places(int lengths, int dy, int dyh, int dyc) {}

  static OpDef.Builder named(String name) {
    return OpDef.named(name).attr("direction", "forward").attr("activations");
  }

  private final Formula f;
  private final Operands in;
  private final Places places;
  private final int gates;
  private final int directions;
  private final long time;
  private final long batch;
  private final long hidden;

  /**
   * The steps of an operator.
   *
   * @param saved an input [D, T, B, ...]
   */
  UnrolledGradient(GraphBuilder b, Operands in, Places places, int gates, Shape saved) {
    f = new Formula(b);
    this.in = in;
    this.places = places;
    this.gates = gates;
    in.require(saved.isFixed() && in.shape(0).isFixed(), "needs shapes that are known");
    directions = (int) saved.size(0);
    time = saved.size(1);
    batch = saved.size(2);
    hidden = in.shape(0).size(2);
    in.require(time > 0, "needs at least one step");
  }

  /** dz once or twice, and the gradients of initial states. */
  static List<Type> types(Operands in, int sums, int states, Shape saved) {
    DType dtype = in.dtype(0);
    in.require(dtype.isFloat(), "r must be a floating tensor");
    Shape r = in.shape(0);
    in.require(!r.isRanked() || r.rank() == 3, "r must be [directions, gates, units], got %s", r);
    in.require(
        !saved.isRanked() || saved.rank() == 4,
        "what the layer saved must be [directions, time, batch, units], got %s",
        saved);
    long d = saved.isRanked() ? saved.size(0) : Shape.UNKNOWN;
    long t = saved.isRanked() ? saved.size(1) : Shape.UNKNOWN;
    long b = saved.isRanked() ? saved.size(2) : Shape.UNKNOWN;
    List<Type> types = new ArrayList<>();
    for (int i = 0; i < sums; i++) {
      types.add(Type.tensor(dtype, d, t, b, r.isRanked() ? r.size(1) : Shape.UNKNOWN));
    }
    for (int i = 0; i < states; i++) {
      types.add(Type.tensor(dtype, d, b, r.isRanked() ? r.size(2) : Shape.UNKNOWN));
    }
    return types;
  }

  Formula f() {
    return f;
  }

  /** Activations of all directions. */
  List<Activation> activations(String... byDefault) {
    return Activation.read(in.op().name(), in.attrs(), directions, byDefault);
  }

  /** Gates [first, first + count) of a direction's r times gradients of sums, as for a state. */
  Value back(int direction, Value dz, int first, int count) {
    Value r = f.slice(in.value(0), 0, direction, direction + 1, 1);
    r = f.slice(r, 1, first * hidden, (first + count) * hidden, 1);
    return f.b().add(Matmul.OP, dz, f.reshape(r, count * hidden, hidden));
  }

  /** Part {@code i} of the units of saved values. */
  Value part(Value saved, int i) {
    return f.slice(saved, -1, i * hidden, (i + 1) * hidden, 1);
  }

  /** Step t of a direction of an input [D, T, B, ...]. */
  Value at(int input, int direction, long t) {
    Value v = f.slice(in.value(input), 0, direction, direction + 1, 1);
    return f.reshape(f.slice(v, 1, t, t + 1, 1), batch, in.shape(input).size(3));
  }

  /** Step t of a direction of an input [T, D, B, H]. */
  Value timeFirst(int input, int direction, long t) {
    Value v = f.slice(in.value(input), 0, t, t + 1, 1);
    return f.reshape(f.slice(v, 1, direction, direction + 1, 1), batch, hidden);
  }

  /** A direction of an input [D, B, H], zeros if it is not there. */
  Value state(int input, int direction) {
    if (input < 0 || !in.has(input)) {
      return Expand.to(f.b(), f.number(in.value(0), 0), Shape.of(batch, hidden));
    }
    return f.reshape(f.slice(in.value(input), 0, direction, direction + 1, 1), batch, hidden);
  }

  /** The vector of a direction's peepholes of a gate. */
  Value vector(int input, int direction, int gate) {
    Value all = f.reshape(f.slice(in.value(input), 0, direction, direction + 1, 1), -1);
    return f.slice(all, 0, gate * hidden, (gate + 1) * hidden, 1);
  }

  private boolean reverse(int direction) {
    return direction == 1 || in.attrs().text("direction").equals("reverse");
  }

  /** The states before step t: those of the step before, or the initial ones. */
  Value before(int input, boolean timeFirst, int initial, int direction, int t) {
    boolean reverse = reverse(direction);
    long previous = reverse ? t + 1 : t - 1;
    Value first = state(initial, direction);
    if (previous < 0 || previous == time) {
      return first;
    }
    Value v = timeFirst ? timeFirst(input, direction, previous) : at(input, direction, previous);
    return reverse && in.has(places.lengths()) ? f.where(running(previous), v, first) : v;
  }

  /** The derivative of an activation from its value. */
  Value slope(Activation activation, Value y) {
    return switch (activation.name()) {
      case "sigmoid" -> f.mul(y, f.sub(1, y));
      case "tanh" -> f.sub(1, f.square(y));
      case "relu" ->
          f.where(f.b().add(Greater.OP, y, f.number(y, 0)), f.number(y, 1), f.number(y, 0));
      default ->
          throw new IllegalStateException("the value of " + activation.name() + " hides its slope");
    };
  }

  /** Whether {@link #slope} knows an activation. */
  static boolean hasSlope(Activation activation) {
    return List.of("sigmoid", "tanh", "relu").contains(activation.name());
  }

  private Value running(long t) {
    Value lengths = in.value(places.lengths());
    return f.unsqueeze(f.b().add(Greater.OP, lengths, f.number(lengths, (double) t)), 1);
  }

  /** All steps; the results as the operators give them. */
  List<Value> run(int sums, int states, Cell cell) {
    List<List<Value>> dz = new ArrayList<>();
    for (int i = 0; i < sums; i++) {
      dz.add(new ArrayList<>());
    }
    List<Value> initial = new ArrayList<>();
    List<Value> cells = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      Value dh = state(places.dyh(), d);
      Value dc = state(places.dyc(), d);
      List<List<Value>> steps = new ArrayList<>();
      for (int k = 0; k < time; k++) {
        int t = (int) (reverse(d) ? k : time - 1 - k);
        Value whole = in.has(places.dy()) ? f.add(dh, timeFirst(places.dy(), d, t)) : dh;
        Step step = cell.step(d, t, whole, dc);
        List<Value> shown = new ArrayList<>();
        Value running = in.has(places.lengths()) ? running(t) : Value.ABSENT;
        for (Value z : step.dz()) {
          Value live = running.isAbsent() ? z : f.where(running, z, f.number(z, 0));
          shown.add(f.reshape(live, 1, 1, batch, gates * hidden));
        }
        steps.add(reverse(d) ? k : 0, shown);
        dh = running.isAbsent() ? step.dh() : f.where(running, step.dh(), dh);
        dc = running.isAbsent() ? step.dc() : f.where(running, step.dc(), dc);
      }
      for (int i = 0; i < sums; i++) {
        int which = i;
        dz.get(i).add(f.concat(1, steps.stream().map(s -> s.get(which)).toArray(Value[]::new)));
      }
      initial.add(f.reshape(dh, 1, batch, hidden));
      cells.add(f.reshape(dc, 1, batch, hidden));
    }
    List<Value> results = new ArrayList<>();
    dz.forEach(each -> results.add(f.concat(0, each.toArray(Value[]::new))));
    results.add(f.concat(0, initial.toArray(Value[]::new)));
    if (states == 2) {
      results.add(f.concat(0, cells.toArray(Value[]::new)));
    }
    return results;
  }

  /** The attributes of a layer that its gradient has, too. */
  static Attrs attrs(Attrs of) {
    Attrs attrs = Attrs.of("direction", of.text("direction"));
    return of.has("activations") ? attrs.with("activations", of.texts("activations")) : attrs;
  }
}
