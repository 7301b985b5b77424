package dev.gatun.core.expr;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Puts other expressions in the place of an expression's inputs. */
public final class Substitution {
  /** The expression made again by {@code e}, with input i replaced by {@code inputs.get(i)}. */
  public static Expr of(ExprBuilder e, Expr root, List<Expr> inputs) {
    IdentityHashMap<Expr, Expr> done = new IdentityHashMap<>();
    List<Expr> stack = new ArrayList<>(List.of(root));
    while (!stack.isEmpty()) {
      Expr top = stack.get(stack.size() - 1);
      int before = stack.size();
      if (top instanceof Expr.Apply apply) {
        for (Expr arg : apply.args()) {
          if (!done.containsKey(arg)) {
            stack.add(arg);
          }
        }
      }
      if (stack.size() == before) {
        stack.remove(before - 1);
        done.put(top, rebuild(e, top, inputs, done));
      }
    }
    return java.util.Objects.requireNonNull(done.get(root));
  }

  private static Expr rebuild(
      ExprBuilder e, Expr expr, List<Expr> inputs, IdentityHashMap<Expr, Expr> done) {
    return switch (expr) {
      case Expr.Input input -> inputs.get(input.index());
      case Expr.Real real -> e.constant(real.type(), real.value());
      case Expr.Whole whole -> e.whole(whole.type(), whole.value());
      case Expr.Apply apply -> {
        Expr[] args = new Expr[apply.args().size()];
        for (int i = 0; i < args.length; i++) {
          args[i] = java.util.Objects.requireNonNull(done.get(apply.args().get(i)));
        }
        yield e.apply(apply.fn(), apply.type(), args);
      }
    };
  }

  /** Indices of the inputs that an expression reads. */
  public static SortedSet<Integer> reads(Expr root) {
    SortedSet<Integer> reads = new TreeSet<>();
    IdentityHashMap<Expr, Boolean> seen = new IdentityHashMap<>();
    List<Expr> stack = new ArrayList<>(List.of(root));
    while (!stack.isEmpty()) {
      Expr top = stack.remove(stack.size() - 1);
      if (seen.putIfAbsent(top, true) == null) {
        if (top instanceof Expr.Input input) {
          reads.add(input.index());
        } else if (top instanceof Expr.Apply apply) {
          stack.addAll(apply.args());
        }
      }
    }
    return reads;
  }

  private Substitution() {}
}
