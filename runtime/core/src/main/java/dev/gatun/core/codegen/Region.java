package dev.gatun.core.codegen;

import dev.gatun.core.expr.Expr;
import java.util.List;

/**
 * What a generated kernel computes for each element of a block: one result or several.
 *
 * @param exprs the results, expressions over inputs 0, 1, ...
 * @param perRow which inputs have one element a row instead of one an element
 */
public record Region(List<Expr> exprs, List<Boolean> perRow) {
  public Region {
    exprs = List.copyOf(exprs);
    perRow = List.copyOf(perRow);
  }

  /** A region with one result. */
  public Region(Expr expr, List<Boolean> perRow) {
    this(List.of(expr), perRow);
  }

  /** The only result. */
  public Expr expr() {
    if (exprs.size() != 1) {
      throw new IllegalStateException("a region with " + exprs.size() + " results");
    }
    return exprs.get(0);
  }
}
