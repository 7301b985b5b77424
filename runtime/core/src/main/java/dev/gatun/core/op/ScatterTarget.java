package dev.gatun.core.op;

import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.List;

/**
 * A copy of a tensor into which updates are scattered, replacing elements or combining with them.
 *
 * <p>Floating sums and products accumulate in double precision and are rounded once; U64 compares
 * as unsigned.
 */
final class ScatterTarget {
  private final TensorBuilder result;
  private final Tensor updates;
  private final String reduction;
  private final double[] reals;

  ScatterTarget(Tensor x, Tensor updates, String reduction) {
    this.updates = updates;
    this.reduction = reduction;
    result = new TensorBuilder(x.dtype(), x.shape());
    result.copy(0, x, 0, x.elements());
    boolean accumulates = x.dtype().isFloat() && !reduction.equals("none");
    reals = new double[accumulates ? Sizes.toInt(x.elements()) : 0];
    for (int i = 0; i < reals.length; i++) {
      reals[i] = x.getDouble(i);
    }
  }

  /** Checks the attribute and the type. */
  static void check(Operands in) {
    String reduction = in.attrs().text("reduction");
    in.require(
        List.of("none", "add", "mul", "max", "min").contains(reduction),
        "reduction must be none, add, mul, max or min, got '%s'",
        reduction);
    in.require(in.dtype(2) == in.dtype(0), "updates must have the element type of x");
    in.require(
        reduction.equals("none") || in.dtype(0).isNumber() || in.dtype(0) == DType.BOOL,
        "reduction '%s' is not defined for %s",
        reduction,
        in.dtype(0));
  }

  /** Combines element {@code to} with update {@code from}. */
  void update(long to, long from) {
    if (reduction.equals("none")) {
      result.copy(to, updates, from);
    } else if (updates.dtype().isFloat()) {
      double old = reals[(int) to];
      double value = updates.getDouble(from);
      reals[(int) to] =
          switch (reduction) {
            case "add" -> old + value;
            case "mul" -> old * value;
            case "max" -> Math.max(old, value);
            default -> Math.min(old, value);
          };
    } else {
      long old = result.view().getLong(to);
      long value = updates.getLong(from);
      boolean greater =
          updates.dtype() == DType.U64 ? Long.compareUnsigned(value, old) > 0 : value > old;
      result.set(
          to,
          switch (reduction) {
            case "add" -> old + value;
            case "mul" -> old * value;
            case "max" -> greater ? value : old;
            default -> greater ? old : value;
          });
    }
  }

  Tensor build() {
    for (int i = 0; i < reals.length; i++) {
      result.set(i, reals[i]);
    }
    return result.build();
  }
}
