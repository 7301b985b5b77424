package dev.gatun.core.compose;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Mish;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Softplus;
import dev.gatun.core.op.Tanh;
import java.util.List;
import java.util.Optional;

/** x tanh(softplus(x)). */
final class MishCluster implements Composite {
  @Override
  public String name() {
    return "recognizeMish";
  }

  @Override
  public Optional<Match> match(Node root) {
    if (root.op() != Mul.OP) {
      return Optional.empty();
    }
    for (int i = 0; i < 2; i++) {
      Value x = root.input(1 - i);
      Optional<Node> softplus =
          Expressions.made(root.input(i), Tanh.OP)
              .flatMap(tanh -> Expressions.made(tanh.input(0), Softplus.OP))
              .filter(node -> node.input(0) == x);
      if (softplus.isPresent()) {
        return Optional.of(new Match(List.of(x), (b, in) -> b.add(Mish.OP, in.get(0))));
      }
    }
    return Optional.empty();
  }
}
