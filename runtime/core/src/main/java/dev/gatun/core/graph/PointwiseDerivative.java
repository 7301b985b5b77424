package dev.gatun.core.graph;

import dev.gatun.core.expr.Derivative;
import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.expr.Substitution;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Operators that are derivatives of pointwise ones: {@code gelu.d0_0_1(x, dy)} is dy * d gelu / dx.
 *
 * <p>Of an operator with inputs 0 to n - 1, {@code name.dI_R_R...} is the derivative with respect
 * to input I; the numbers R say which of the inputs, and of the upstream gradient n, it takes:
 * those that the expression does not read are left out, so that nothing is kept alive for it.
 * Attributes are those of the operator. A derivative is pointwise again and has derivatives.
 */
public final class PointwiseDerivative {
  private static final Pattern NAME = Pattern.compile("(.+)\\.d(\\d{1,4})((?:_\\d{1,4})+)");

  static OpDef define(OpDef op, int input, List<Integer> reads) {
    OpDef.Pointwise value = op.pointwise().orElseThrow();
    StringBuilder name = new StringBuilder(op.name()).append(".d").append(input);
    reads.forEach(read -> name.append('_').append(read));
    OpDef.Builder definition = OpDef.named(name.toString());
    op.attrs()
        .forEach(
            (attr, byDefault) ->
                byDefault.ifPresentOrElse(
                    v -> definition.attr(attr, v), () -> definition.attr(attr)));
    int count = op.maxInputs();
    return definition
        .pointwise(reads.size(), (e, a, x) -> value(value, a, count, input, reads, e, x))
        .define();
  }

  private static Expr value(
      OpDef.Pointwise value,
      Attrs attrs,
      int count,
      int input,
      List<Integer> reads,
      ExprBuilder e,
      List<Expr> x) {
    // The upstream gradient is the last one that is read, and what is not read is of its type.
    DType upstream = x.get(x.size() - 1).type();
    List<DType> types = new ArrayList<>();
    List<Expr> args = new ArrayList<>();
    for (int i = 0; i <= count; i++) {
      int at = reads.indexOf(i);
      types.add(at < 0 ? upstream : x.get(at).type());
      args.add(at < 0 ? x.get(x.size() - 1) : x.get(at));
    }
    // Over inputs of its own: in x two operands may be one expression, or parts of each other.
    Expr derivative = of(value, attrs, types, input);
    for (int read : Substitution.reads(derivative)) {
      if (!reads.contains(read)) {
        throw new ShapeException("the derivative reads input " + read + ", too");
      }
    }
    return Substitution.of(e, derivative, args);
  }

  /**
   * The derivative times the upstream gradient, over inputs 0 to n; a constant 0 where there is no
   * dependence.
   *
   * @param types those of the inputs, and last that of the upstream gradient
   */
  public static Expr of(OpDef.Pointwise value, Attrs attrs, List<DType> types, int input) {
    ExprBuilder e = new ExprBuilder();
    List<Expr> x = new ArrayList<>();
    for (DType type : types) {
      x.add(e.input(x.size(), type));
    }
    int count = types.size() - 1;
    Expr y = value.value(e, attrs, x.subList(0, count));
    return Derivative.of(e, y, input, types.get(input), x.get(count));
  }

  /** The operator of such a name, whose first part names one that {@code ops} knows. */
  static Optional<OpDef> find(String name, Function<String, @Nullable OpDef> ops) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      return Optional.empty();
    }
    OpDef op = ops.apply(parts.group(1));
    if (op == null || op.pointwise().isEmpty()) {
      return Optional.empty();
    }
    List<Integer> reads = new ArrayList<>();
    for (String read : parts.group(3).substring(1).split("_", -1)) {
      reads.add(Integer.valueOf(read));
    }
    int input = Integer.parseInt(parts.group(2));
    boolean known = input < op.maxInputs() && reads.get(reads.size() - 1) == op.maxInputs();
    return known ? Optional.of(op.derivative(input, List.copyOf(reads))) : Optional.empty();
  }

  private PointwiseDerivative() {}
}
