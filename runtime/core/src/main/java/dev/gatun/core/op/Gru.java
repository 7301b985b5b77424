package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * gru(x, w, r, bias?, lengths?, h0?) = (y, yh, saved [D, T, B, 4 H]), gates in ONNX's order z, r,
 * h; {@link Recurrence} has the shapes.
 *
 * <pre>
 * z = f(Wz x + Rz h + bz)      r = f(Wr x + Rr h + br)      h' = (1 - z) * n + z * h
 * n = g(Wh x + wbh + Rh (r * h) + rbh), or with linearBeforeReset (as PyTorch)
 * n = g(Wh x + wbh + r * (Rh h + rbh))
 * </pre>
 *
 * Saved are z, r, n and r * h, or what r multiplies in the second case.
 */
public final class Gru {
  public static final OpDef OP =
      Recurrence.named("gru")
          .inputs(3, 6)
          .attr("linearBeforeReset", false)
          .types(in -> Recurrence.types(in, 3, 1, 4))
          .reference(Gru::run)
          .gradientWhere(RecurrentGradient::covers, RecurrentGradient::rule)
          .differentiateAs(UnrolledRecurrence::gru)
          .define();

  private static List<Tensor> run(Evaluation in) {
    Recurrence layer = new Recurrence("gru", in, 3);
    int hidden = layer.hidden();
    List<Activation> act =
        Activation.read("gru", in.attrs(), layer.directions(), "sigmoid", "tanh");
    boolean linearFirst = in.attrs().flag("linearBeforeReset");
    double[] update = new double[hidden];
    double[] reset = new double[hidden];
    double[] gated = new double[hidden];
    double[] next = new double[hidden];
    return layer.run(
        (l, d, wx, h, c, gates) -> {
          Activation f = act.get(2 * d);
          Activation g = act.get(2 * d + 1);
          for (int i = 0; i < hidden; i++) {
            update[i] = f.at(l.clip(gate(l, d, i, wx, h)));
            reset[i] = f.at(l.clip(gate(l, d, hidden + i, wx, h)));
          }
          for (int i = 0; i < hidden; i++) {
            gated[i] = reset[i] * h[i];
          }
          for (int i = 0; i < hidden; i++) {
            int row = 2 * hidden + i;
            double product = l.recurrent(d, row, linearFirst ? h : gated) + l.recurrentBias(d, row);
            double own = linearFirst ? reset[i] * product : product;
            double candidate = g.at(l.clip(wx[row] + l.inputBias(d, row) + own));
            gates[i] = update[i];
            gates[hidden + i] = reset[i];
            gates[2 * hidden + i] = candidate;
            gates[3 * hidden + i] = linearFirst ? product : gated[i];
            next[i] = (1 - update[i]) * candidate + update[i] * h[i];
          }
          System.arraycopy(next, 0, h, 0, hidden);
        },
        1,
        4);
  }

  private static double gate(Recurrence l, int d, int row, double[] wx, double[] h) {
    return wx[row] + l.inputBias(d, row) + l.recurrent(d, row, h) + l.recurrentBias(d, row);
  }

  private Gru() {}
}
