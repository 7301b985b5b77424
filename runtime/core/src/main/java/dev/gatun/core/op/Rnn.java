package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * rnn(x, w, r, bias?, lengths?, h0?) = (y, yh) with h' = f(W x + R h + wb + rb); {@link Recurrence}
 * has the shapes.
 */
public final class Rnn {
  public static final OpDef OP =
      Recurrence.named("rnn")
          .inputs(3, 6)
          .types(in -> Recurrence.types(in, 1, 1, 0))
          .reference(Rnn::run)
          .gradientWhere(RecurrentGradient::covers, RecurrentGradient::rule)
          .differentiateAs(UnrolledRecurrence::rnn)
          .define();

  private static List<Tensor> run(Evaluation in) {
    Recurrence layer = new Recurrence("rnn", in, 1);
    int hidden = layer.hidden();
    List<Activation> act = Activation.read("rnn", in.attrs(), layer.directions(), "tanh");
    double[] next = new double[hidden];
    return layer.run(
        (l, d, wx, h, c, gates) -> {
          for (int i = 0; i < hidden; i++) {
            next[i] =
                act.get(d)
                    .at(
                        l.clip(
                            wx[i]
                                + l.inputBias(d, i)
                                + l.recurrent(d, i, h)
                                + l.recurrentBias(d, i)));
          }
          System.arraycopy(next, 0, h, 0, hidden);
        },
        1,
        0);
  }

  private Rnn() {}
}
