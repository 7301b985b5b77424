package dev.gatun.core.expr;

import dev.gatun.core.tensor.DType;
import java.util.List;

/**
 * What a pointwise operator computes for one element: a tree over inputs and constants.
 *
 * <p>It is written once an operator and read three ways: evaluated in double precision (the
 * reference), emitted as vector code and emitted as scalar code. Shared subtrees are the same
 * object when one {@link ExprBuilder} made them.
 */
public sealed interface Expr {
  /** Type of the value. */
  DType type();

  /** The element of input {@code index}. */
  record Input(int index, DType type) implements Expr {}

  /** A floating constant, exact in {@code type} after one rounding. */
  record Real(double value, DType type) implements Expr {}

  /** An integer or boolean (0 or 1) constant. */
  record Whole(long value, DType type) implements Expr {}

  /** A function of other expressions. */
  record Apply(Fn fn, List<Expr> args, DType type) implements Expr {
    public Apply {
      args = List.copyOf(args);
      if (args.size() != fn.arity()) {
        throw new IllegalArgumentException(
            fn + " takes " + fn.arity() + " arguments, got " + args.size());
      }
    }
  }
}
