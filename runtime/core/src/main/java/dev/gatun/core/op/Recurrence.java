package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * What lstm, gru and rnn share: everything but the cell.
 *
 * <p>Inputs x [T, B, I], w [D, G H, I], r [D, G H, H], bias [D, 2 G H]? (input biases, then
 * recurrent ones), lengths [B]?, h0 [D, B, H]?; outputs y [T, D, B, H], yh [D, B, H]. With layout 1
 * the batch comes first: x [B, T, I], h0 and yh [B, D, H], y [B, T, D, H]. Directions D is 2 for
 * "bidirectional". A sequence that ends early leaves zeros in y; the reverse direction starts at
 * its own last step.
 *
 * <p>The last outputs are what the gradient needs of each step, always [D, T, B, ...], zero where a
 * sequence has ended: lstm's gates and cells, and gru's gates.
 */
final class Recurrence {
  /** One step of one sequence. */
  interface Cell {
    /**
     * Replaces the state.
     *
     * @param wx [G H] = W x with no bias
     * @param h [H] the hidden state, read and written
     * @param c [H] the cell state, read and written; unused by most
     * @param gates to be kept for the gradient, written
     */
    void step(Recurrence layer, int direction, double[] wx, double[] h, double[] c, double[] gates);
  }

  static OpDef.Builder named(String name) {
    return OpDef.named(name)
        .attr("hidden")
        .attr("direction", "forward")
        .attr("activations")
        .attr("activationAlpha")
        .attr("activationBeta")
        .attr("clip")
        .attr("layout", 0);
  }

  /**
   * Types of y, the last states and what is saved.
   *
   * @param saved gates that are saved
   */
  static List<Type> types(Operands in, int gates, int states, int saved) {
    Shape x = in.shape(0);
    in.require(in.dtype(0).isFloat(), "x must be a floating tensor");
    in.require(!x.isRanked() || x.rank() == 3, "x must be [time, batch, features]");
    long hidden = hidden(in);
    long directions = directions(in.op().name(), in.attrs().text("direction"));
    requireSizes(in, 1, "w", directions, gates * hidden, x.isRanked() ? x.size(2) : -1);
    requireSizes(in, 2, "r", directions, gates * hidden, hidden);
    if (in.has(3)) {
      requireSizes(in, 3, "the bias", directions, 2L * gates * hidden);
    }
    boolean batchFirst = batchFirst(in.attrs());
    long time = x.isRanked() ? x.size(batchFirst ? 1 : 0) : -1;
    long batch = x.isRanked() ? x.size(batchFirst ? 0 : 1) : -1;
    if (in.has(4)) {
      requireSizes(in, 4, "the lengths", batch);
    }
    for (int i = 5; i < 5 + states; i++) {
      if (in.has(i)) {
        requireSizes(
            in,
            i,
            "the initial state",
            batchFirst ? batch : directions,
            batchFirst ? directions : batch,
            hidden);
      }
    }
    List<Type> types = new ArrayList<>();
    types.add(
        batchFirst
            ? Type.tensor(in.dtype(0), batch, time, directions, hidden)
            : Type.tensor(in.dtype(0), time, directions, batch, hidden));
    for (int i = 0; i < states; i++) {
      types.add(
          batchFirst
              ? Type.tensor(in.dtype(0), batch, directions, hidden)
              : Type.tensor(in.dtype(0), directions, batch, hidden));
    }
    if (saved > 0) {
      long width = hidden < 0 ? Shape.UNKNOWN : saved * hidden;
      types.add(Type.tensor(in.dtype(0), directions, time, batch, width));
    }
    if (states == 2) {
      types.add(Type.tensor(in.dtype(0), directions, time, batch, hidden));
    }
    return types;
  }

  private static long hidden(Operands in) {
    if (in.attrs().has("hidden")) {
      return in.attrs().integer("hidden");
    }
    Shape r = in.shape(2);
    return r.isRanked() && r.rank() == 3 ? r.size(2) : -1;
  }

  static void requireSizes(Operands in, int i, String what, long... sizes) {
    Shape shape = in.shape(i);
    if (!shape.isRanked()) {
      return;
    }
    boolean good = shape.rank() == sizes.length;
    for (int a = 0; good && a < sizes.length; a++) {
      good = sizes[a] < 0 || shape.size(a) < 0 || shape.size(a) == sizes[a];
    }
    long[] shown = sizes.clone();
    for (int a = 0; a < shown.length; a++) {
      shown[a] = Math.max(shown[a], -1);
    }
    in.require(good, "%s must be %s, got %s", what, Shape.of(shown), shape);
  }

  static int directions(String op, String direction) {
    return switch (direction) {
      case "forward", "reverse" -> 1;
      case "bidirectional" -> 2;
      default ->
          throw new ShapeException(
              "op '"
                  + op
                  + "': direction must be forward, reverse or bidirectional, got "
                  + direction);
    };
  }

  static boolean batchFirst(dev.gatun.core.graph.Attrs attrs) {
    long layout = attrs.integer("layout");
    if (layout != 0 && layout != 1) {
      throw new ShapeException("layout must be 0 or 1, got " + layout);
    }
    return layout == 1;
  }

  private final String op;
  private final Evaluation in;
  private final int gates;
  private final int directions;
  private final boolean batchFirst;
  private final int time;
  private final int batch;
  private final int features;
  private final int hidden;
  private final double[] w;
  private final double[] r;
  private final double[] bias;
  private final double clip;

  Recurrence(String op, Evaluation in, int gates) {
    this.op = op;
    this.in = in;
    this.gates = gates;
    directions = directions(op, in.attrs().text("direction"));
    batchFirst = batchFirst(in.attrs());
    Shape x = in.tensor(0).shape();
    time = Math.toIntExact(x.size(batchFirst ? 1 : 0));
    batch = Math.toIntExact(x.size(batchFirst ? 0 : 1));
    features = Math.toIntExact(x.size(2));
    hidden = Math.toIntExact(in.tensor(2).shape().size(2));
    w = in.tensor(1).toDoubles();
    r = in.tensor(2).toDoubles();
    bias = in.has(3) ? in.tensor(3).toDoubles() : new double[directions * 2 * gates * hidden];
    clip = in.attrs().has("clip") ? in.attrs().real("clip") : 0;
  }

  int hidden() {
    return hidden;
  }

  int directions() {
    return directions;
  }

  /** The input bias of row {@code row} of W. */
  double inputBias(int direction, int row) {
    return bias[direction * 2 * gates * hidden + row];
  }

  /** The recurrent bias of row {@code row} of R. */
  double recurrentBias(int direction, int row) {
    return bias[(direction * 2 + 1) * gates * hidden + row];
  }

  /** Row {@code row} of R times a state. */
  double recurrent(int direction, int row, double[] state) {
    int from = (direction * gates * hidden + row) * hidden;
    double sum = 0;
    for (int i = 0; i < hidden; i++) {
      sum += r[from + i] * state[i];
    }
    return sum;
  }

  /** Limits what goes into an activation. */
  double clip(double x) {
    return clip > 0 ? Math.min(Math.max(x, -clip), clip) : x;
  }

  /** Runs the cell over all sequences; results are y, the last states and what is saved. */
  List<Tensor> run(Cell cell, int states, int saved) {
    double[] x = in.tensor(0).toDoubles();
    double[] y = new double[Math.multiplyExact(time * directions, batch * hidden)];
    double[][] last = new double[2][directions * batch * hidden];
    for (int s = 0; s < states; s++) {
      if (in.has(5 + s)) {
        last[s] = in.tensor(5 + s).toDoubles();
      }
    }
    boolean onlyReverse = in.attrs().text("direction").equals("reverse");
    double[] wx = new double[gates * hidden];
    double[] h = new double[hidden];
    double[] c = new double[hidden];
    double[] gate = new double[saved * hidden];
    double[] gatesOfAll = new double[Math.multiplyExact(time * directions, batch * gate.length)];
    double[] cells = new double[states == 2 ? y.length : 0];
    for (int d = 0; d < directions; d++) {
      boolean reverse = onlyReverse || d == 1;
      for (int b = 0; b < batch; b++) {
        int length = length(b);
        int state = (batchFirst ? b * directions + d : d * batch + b) * hidden;
        System.arraycopy(last[0], state, h, 0, hidden);
        System.arraycopy(last[1], state, c, 0, hidden);
        for (int step = 0; step < length; step++) {
          int t = reverse ? length - 1 - step : step;
          project(x, batchFirst ? b * time + t : t * batch + b, d, wx);
          cell.step(this, d, wx, h, c, gate);
          int at = batchFirst ? (b * time + t) * directions + d : (t * directions + d) * batch + b;
          System.arraycopy(h, 0, y, at * hidden, hidden);
          int kept = (d * time + t) * batch + b;
          System.arraycopy(gate, 0, gatesOfAll, kept * gate.length, gate.length);
          if (states == 2) {
            System.arraycopy(c, 0, cells, kept * hidden, hidden);
          }
        }
        System.arraycopy(h, 0, last[0], state, hidden);
        System.arraycopy(c, 0, last[1], state, hidden);
      }
    }
    List<Tensor> results = new ArrayList<>();
    results.add(
        Tensor.rounded(
            in.tensor(0).dtype(),
            batchFirst
                ? Shape.of(batch, time, directions, hidden)
                : Shape.of(time, directions, batch, hidden),
            y));
    for (int s = 0; s < states; s++) {
      results.add(
          Tensor.rounded(
              in.tensor(0).dtype(),
              batchFirst
                  ? Shape.of(batch, directions, hidden)
                  : Shape.of(directions, batch, hidden),
              last[s]));
    }
    if (saved > 0) {
      Shape shape = Shape.of(directions, time, batch, gate.length);
      results.add(Tensor.rounded(in.tensor(0).dtype(), shape, gatesOfAll));
    }
    if (states == 2) {
      Shape shape = Shape.of(directions, time, batch, hidden);
      results.add(Tensor.rounded(in.tensor(0).dtype(), shape, cells));
    }
    return results;
  }

  private int length(int b) {
    if (!in.has(4)) {
      return time;
    }
    long length = in.tensor(4).getLong(b);
    if (length < 0 || length > time) {
      throw new ShapeException(
          "op '" + op + "': sequence " + b + " has length " + length + ", x has " + time);
    }
    return (int) length;
  }

  private void project(double[] x, int row, int direction, double[] wx) {
    for (int g = 0; g < wx.length; g++) {
      int from = (direction * wx.length + g) * features;
      double sum = 0;
      for (int i = 0; i < features; i++) {
        sum += w[from + i] * x[row * features + i];
      }
      wx[g] = sum;
    }
  }
}
