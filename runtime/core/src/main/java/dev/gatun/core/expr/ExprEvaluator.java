package dev.gatun.core.expr;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Evaluates an expression for one element at a time: floating values in double precision, rounded
 * once at the end and at casts; integers in their own width. Constants of types narrower than
 * float32 are kept as float32: no implementation computes in fewer bits.
 */
public final class ExprEvaluator {
  private record Step(Expr expr, int[] args) {}

  private final List<Step> steps = new ArrayList<>();
  private final double[] reals;
  private final long[] wholes;
  private final String[] texts;
  private final DType type;

  /** Orders the expression's nodes so that arguments come first. */
  public ExprEvaluator(Expr root) {
    IdentityHashMap<Expr, Integer> index = new IdentityHashMap<>();
    List<Expr> stack = new ArrayList<>(List.of(root));
    while (!stack.isEmpty()) {
      Expr top = stack.get(stack.size() - 1);
      List<Expr> args = top instanceof Expr.Apply apply ? apply.args() : List.of();
      boolean ready = true;
      for (Expr arg : args) {
        if (!index.containsKey(arg)) {
          stack.add(arg);
          ready = false;
        }
      }
      if (ready) {
        stack.remove(stack.size() - 1);
        if (!index.containsKey(top)) {
          int[] at = args.stream().mapToInt(index::get).toArray();
          index.put(top, steps.size());
          steps.add(new Step(top, at));
        }
      }
    }
    reals = new double[steps.size()];
    wholes = new long[steps.size()];
    texts = new String[steps.size()];
    Arrays.fill(texts, "");
    type = root.type();
  }

  /** Writes element {@code to} of the result from the elements at {@code offsets}. */
  public void evaluate(List<Tensor> inputs, long[] offsets, TensorBuilder result, long to) {
    for (int s = 0; s < steps.size(); s++) {
      Step step = steps.get(s);
      int[] at = step.args();
      switch (step.expr()) {
        case Expr.Input input -> {
          Tensor tensor = inputs.get(input.index());
          long from = offsets[input.index()];
          if (input.type().isFloat()) {
            reals[s] = tensor.getDouble(from);
          } else if (input.type() == DType.STRING) {
            texts[s] = tensor.getString(from);
          } else {
            wholes[s] = tensor.getLong(from);
          }
        }
        case Expr.Real real ->
            reals[s] = real.type() == DType.F64 ? real.value() : (float) real.value();
        case Expr.Whole whole -> wholes[s] = whole.value();
        case Expr.Apply apply -> apply(apply, s, at);
      }
    }
    int last = steps.size() - 1;
    if (type.isFloat()) {
      result.set(to, reals[last]);
    } else if (type == DType.STRING) {
      result.set(to, texts[last]);
    } else {
      result.set(to, wholes[last]);
    }
  }

  private void apply(Expr.Apply apply, int s, int[] at) {
    DType from = apply.args().get(0).type();
    switch (apply.fn()) {
      case CAST -> cast(apply.type(), from, s, at[0]);
      case SELECT -> {
        int chosen = wholes[at[0]] != 0 ? at[1] : at[2];
        reals[s] = reals[chosen];
        wholes[s] = wholes[chosen];
        texts[s] = texts[chosen];
      }
      default -> {
        double z = at.length > 2 ? reals[at[2]] : 0;
        int second = at.length > 1 ? at[1] : at[0];
        if (from == DType.STRING) {
          wholes[s] = texts[at[0]].equals(texts[second]) ? 1 : 0; // only EQUAL takes strings
        } else if (!from.isFloat()) {
          wholes[s] =
              WholeFunctions.apply(
                  apply.fn(),
                  from,
                  wholes[at[0]],
                  wholes[second],
                  at.length > 2 ? wholes[at[2]] : 0);
        } else if (apply.type() == DType.BOOL) {
          wholes[s] = RealFunctions.test(apply.fn(), reals[at[0]], reals[second]) ? 1 : 0;
        } else {
          reals[s] = RealFunctions.apply(apply.fn(), reals[at[0]], reals[second], z);
        }
      }
    }
  }

  private void cast(DType to, DType from, int s, int arg) {
    if (from == DType.STRING) {
      castText(to, s, arg);
    } else if (to == DType.STRING) {
      texts[s] =
          from.isFloat() ? TextCasts.format(from, reals[arg]) : TextCasts.format(from, wholes[arg]);
    } else if (from.isFloat() && to.isFloat()) {
      reals[s] = Rounding.round(to, reals[arg]);
    } else if (from.isFloat()) {
      wholes[s] = to == DType.BOOL ? (reals[arg] != 0 ? 1 : 0) : Rounding.toWhole(to, reals[arg]);
    } else if (to.isFloat()) {
      reals[s] =
          Rounding.round(
              to, from == DType.U64 ? Rounding.unsigned(wholes[arg]) : (double) wholes[arg]);
    } else {
      wholes[s] = Rounding.wrap(to, wholes[arg]);
    }
  }

  private void castText(DType to, int s, int arg) {
    if (to == DType.STRING) {
      texts[s] = texts[arg];
    } else if (to.isFloat()) {
      reals[s] = Rounding.round(to, TextCasts.real(to, texts[arg]));
    } else {
      wholes[s] = Rounding.wrap(to, TextCasts.whole(to, texts[arg]));
    }
  }
}
