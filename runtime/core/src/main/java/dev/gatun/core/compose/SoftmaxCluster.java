package dev.gatun.core.compose;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Exp;
import dev.gatun.core.op.ReduceMax;
import dev.gatun.core.op.ReduceSum;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** exp(x - max(x)) / sum(exp(x - max(x))) along one axis. */
final class SoftmaxCluster implements Composite {
  @Override
  public String name() {
    return "recognizeSoftmax";
  }

  @Override
  public Optional<Match> match(Node root) {
    if (!Expressions.isArithmetic(root)) {
      return Optional.empty();
    }
    for (Node exp : Expressions.below(root.output(), Exp.OP, 1)) {
      for (Node sum : Expressions.below(root.output(), ReduceSum.OP, 2)) {
        for (Node max : Expressions.below(exp.input(0), ReduceMax.OP, 2)) {
          Optional<Match> match = match(root, exp, sum, max);
          if (match.isPresent()) {
            return match;
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Match> match(Node root, Node exp, Node sum, Node max) {
    Value x = max.input(0);
    OptionalInt axis = axis(sum);
    Polynomial shifted = Polynomial.atom(x).plus(Polynomial.atom(max.output()).times(-1));
    Polynomial quotient =
        Polynomial.atom(exp.output()).times(Polynomial.atom(sum.output()).inverse().orElseThrow());
    return axis.isPresent()
            && axis.equals(axis(max))
            && sum.input(0) == exp.output()
            && Polynomial.of(exp.input(0), Set.of(x, max.output()))
                .filter(p -> p.isClose(shifted))
                .isPresent()
            && Polynomial.of(root.output(), Set.of(exp.output(), sum.output()))
                .filter(p -> p.isClose(quotient))
                .isPresent()
        ? Optional.of(
            new Match(
                List.of(x),
                (b, in) -> b.add(Softmax.OP, Attrs.of("axis", axis.getAsInt()), in.get(0))))
        : Optional.empty();
  }

  /** The axis if the node reduces a single one and keeps it. */
  private static OptionalInt axis(Node reduce) {
    Optional<Tensor> axes = reduce.has(1) ? reduce.input(1).constant() : Optional.empty();
    if (!reduce.attrs().flag("keepDims") || axes.isEmpty() || axes.get().elements() != 1) {
      return OptionalInt.empty();
    }
    long axis = axes.get().getLong(0);
    int rank = reduce.input(0).tensorType().shape().rank();
    return OptionalInt.of((int) (axis < 0 ? axis + rank : axis));
  }
}
