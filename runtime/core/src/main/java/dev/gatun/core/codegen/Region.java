package dev.gatun.core.codegen;

import dev.gatun.core.expr.Expr;
import java.util.List;

/**
 * What a generated kernel computes: one expression for each element of a block.
 *
 * @param expr the expression over inputs 0, 1, ...
 * @param perRow which inputs have one element a row instead of one an element
 */
public record Region(Expr expr, List<Boolean> perRow) {
  public Region {
    perRow = List.copyOf(perRow);
  }
}
