package dev.gatun.core.op;

import dev.gatun.core.expr.Fn;
import dev.gatun.core.graph.OpDef;
import java.util.List;

/** logSigmoid(x) = log(sigmoid(x)), as min(x, 0) - log1p(exp(-|x|)), which does not overflow. */
public final class LogSigmoid {
  public static final OpDef OP =
      OpDef.named("logSigmoid")
          .pointwise(
              1,
              (e, a, x) ->
                  e.sub(e.min(x.get(0), 0), e.apply(Fn.LOG1P, e.exp(e.neg(e.abs(x.get(0)))))))
          .gradient(
              g -> {
                Formula f = new Formula(g.b());
                return List.of(f.mul(g.dy(), f.sigmoid(f.neg(g.x(0)))));
              })
          .define();

  private LogSigmoid() {}
}
