package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * lstm(x, w, r, bias?, lengths?, h0?, c0?, peepholes [D, 3 H]?) = (y, yh, yc, gates [D, T, B, 4 H],
 * cells [D, T, B, H]), gates in ONNX's order i, o, f, c; {@link Recurrence} has the shapes.
 *
 * <pre>
 * i = f(Wi x + Ri h + Pi * c + bi)      c' = forget * c + i * g(Wc x + Rc h + bc)
 * forget = f(Wf x + Rf h + Pf * c + bf), or 1 - i with inputForget
 * o = f(Wo x + Ro h + Po * c' + bo)     h' = o * h(c')
 * </pre>
 */
public final class Lstm {
  public static final OpDef OP =
      Recurrence.named("lstm")
          .inputs(3, 8)
          .attr("inputForget", false)
          .types(Lstm::types)
          .reference(Lstm::run)
          .gradientWhere(RecurrentGradient::covers, RecurrentGradient::rule)
          .differentiateAs(UnrolledRecurrence::lstm)
          .define();

  private static List<Type> types(Operands in) {
    if (in.has(7)) {
      Recurrence.requireSizes(
          in,
          7,
          "the peepholes",
          -1,
          in.attrs().has("hidden") ? 3 * in.attrs().integer("hidden") : -1);
    }
    return Recurrence.types(in, 4, 2, 4);
  }

  private static List<Tensor> run(Evaluation in) {
    Recurrence layer = new Recurrence("lstm", in, 4);
    int hidden = layer.hidden();
    List<Activation> act =
        Activation.read("lstm", in.attrs(), layer.directions(), "sigmoid", "tanh", "tanh");
    boolean coupled = in.attrs().flag("inputForget");
    double[] p = in.has(7) ? in.tensor(7).toDoubles() : new double[layer.directions() * 3 * hidden];
    double[] next = new double[hidden];
    return layer.run(
        (l, d, wx, h, c, gates) -> {
          Activation f = act.get(3 * d);
          Activation g = act.get(3 * d + 1);
          Activation out = act.get(3 * d + 2);
          int peep = d * 3 * hidden;
          for (int i = 0; i < hidden; i++) {
            double input = f.at(l.clip(gate(l, d, i, wx, h) + p[peep + i] * c[i]));
            double forget =
                coupled
                    ? 1 - input
                    : f.at(
                        l.clip(
                            gate(l, d, 2 * hidden + i, wx, h) + p[peep + 2 * hidden + i] * c[i]));
            double candidate = g.at(l.clip(gate(l, d, 3 * hidden + i, wx, h)));
            c[i] = forget * c[i] + input * candidate;
            double output =
                f.at(l.clip(gate(l, d, hidden + i, wx, h) + p[peep + hidden + i] * c[i]));
            next[i] = output * out.at(c[i]);
            gates[i] = input;
            gates[hidden + i] = output;
            gates[2 * hidden + i] = forget;
            gates[3 * hidden + i] = candidate;
          }
          System.arraycopy(next, 0, h, 0, hidden);
        },
        2,
        4);
  }

  private static double gate(Recurrence l, int d, int row, double[] wx, double[] h) {
    return wx[row] + l.inputBias(d, row) + l.recurrent(d, row, h) + l.recurrentBias(d, row);
  }

  private Lstm() {}
}
