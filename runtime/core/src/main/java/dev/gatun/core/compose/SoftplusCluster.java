package dev.gatun.core.compose;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Exp;
import dev.gatun.core.op.Log;
import dev.gatun.core.op.Log1p;
import dev.gatun.core.op.Softplus;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** log(1 + exp(x)); the operator does not overflow, which the formula does beyond 88. */
final class SoftplusCluster implements Composite {
  @Override
  public String name() {
    return "recognizeSoftplus";
  }

  @Override
  public Optional<Match> match(Node root) {
    if (root.op() == Log1p.OP) {
      return Expressions.made(root.input(0), Exp.OP).map(exp -> softplus(exp.input(0)));
    }
    if (root.op() != Log.OP) {
      return Optional.empty();
    }
    for (Node exp : Expressions.below(root.input(0), Exp.OP, 1)) {
      Polynomial sum = Polynomial.atom(exp.output()).plus(Polynomial.number(1));
      if (Polynomial.of(root.input(0), Set.of(exp.output()))
          .filter(p -> p.isClose(sum))
          .isPresent()) {
        return Optional.of(softplus(exp.input(0)));
      }
    }
    return Optional.empty();
  }

  private static Match softplus(Value x) {
    return new Match(List.of(x), (b, in) -> b.add(Softplus.OP, in.get(0)));
  }
}
