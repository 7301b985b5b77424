package dev.gatun.core.autodiff;

import dev.gatun.core.expr.Derivative;
import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.Substitution;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.PointwiseDerivative;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Div;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Neg;
import dev.gatun.core.op.SumTo;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The gradient of a pointwise operator from its expression: one pointwise node an input, summed
 * over the axes along which the input was stretched.
 */
final class PointwiseGradient {
  static List<Value> of(Backward g) {
    OpDef op = g.node().op();
    OpDef.Pointwise value = op.pointwise().orElseThrow();
    List<Value> operands = new ArrayList<>(g.node().inputs());
    operands.add(g.dy());
    List<DType> types = new ArrayList<>();
    for (Value operand : operands) {
      types.add(operand.tensorType().dtype());
    }
    List<Value> dx = new ArrayList<>();
    for (int i = 0; i < g.count(); i++) {
      if (!g.wants(i)) {
        dx.add(Value.ABSENT);
        continue;
      }
      Expr derivative = PointwiseDerivative.of(value, g.attrs(), types, i);
      dx.add(
          Derivative.isZero(derivative)
              ? Value.ABSENT
              : SumTo.like(g.b(), node(g, derivative, operands, types, i), g.x(i)));
    }
    return dx;
  }

  private static Value node(
      Backward g, Expr derivative, List<Value> operands, List<DType> types, int input) {
    Optional<Value> simple = simple(g, derivative, operands);
    if (simple.isPresent()) {
      return simple.get();
    }
    int last = operands.size() - 1;
    List<Integer> reads = new ArrayList<>();
    List<Value> args = new ArrayList<>();
    for (int i = 0; i <= last; i++) {
      // An operand of another type stays: the definition takes what is left out to be of dy's type.
      if (i == last
          || Substitution.reads(derivative).contains(i)
          || types.get(i) != types.get(last)) {
        reads.add(i);
        args.add(operands.get(i));
      }
    }
    OpDef op = g.node().op().derivative(input, reads);
    return g.b().add(op, g.attrs(), args.toArray(Value[]::new));
  }

  /** A derivative that is one of the operands, or a sign, product or quotient of two. */
  private static Optional<Value> simple(Backward g, Expr derivative, List<Value> operands) {
    if (derivative instanceof Expr.Input input) {
      return Optional.of(operands.get(input.index()));
    }
    if (!(derivative instanceof Expr.Apply apply)) {
      return Optional.empty();
    }
    List<Value> args = new ArrayList<>();
    for (Expr arg : apply.args()) {
      switch (arg) {
        case Expr.Input input -> args.add(operands.get(input.index()));
        case Expr.Real real -> args.add(g.b().constant(Tensor.scalar(real.type(), real.value())));
        default -> {
          return Optional.empty();
        }
      }
    }
    Optional<OpDef> op =
        switch (apply.fn()) {
          case NEG -> Optional.of(Neg.OP);
          case MUL -> Optional.of(Mul.OP);
          case DIV -> Optional.of(Div.OP);
          default -> Optional.empty();
        };
    return op.map(definition -> g.b().add(definition, args.toArray(Value[]::new)));
  }

  private PointwiseGradient() {}
}
