package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.List;

/**
 * What cumSum and cumProd share: (x, axis){exclusive, reverse}, running totals along an axis.
 *
 * <p>With {@code exclusive} an element does not count itself; with {@code reverse} totals run from
 * the end. Floating totals run in double precision, each rounded once; integers wrap around.
 */
final class Cumulation {
  static OpDef define(String name, boolean product) {
    return OpDef.named(name)
        .inputs(2)
        .attr("exclusive", false)
        .attr("reverse", false)
        .types(
            in -> {
              in.require(in.dtype(0).isNumber(), "is not defined for %s", in.dtype(0));
              Sizes.requireIntegers(in, 1);
              in.require(
                  !in.shape(1).isFixed() || in.shape(1).elements() == 1,
                  "the axis must be a single number");
              if (in.shape(0).isRanked() && in.longs(1).isPresent()) {
                Axes.one(in, in.longs(1).get()[0], in.shape(0).rank());
              }
              return List.of(in.type(0));
            })
        .reference(in -> List.of(run(in, product)))
        .gradient(product ? CumulationGradient::product : CumulationGradient::sum)
        .define();
  }

  private static Tensor run(Evaluation in, boolean product) {
    Tensor x = in.tensor(0);
    TensorBuilder y = in.builder(0);
    boolean exclusive = in.attrs().flag("exclusive");
    boolean reverse = in.attrs().flag("reverse");
    Lines lines = Lines.along(x.shape(), Axes.at(in.longs(1)[0], x.shape().rank()));
    for (long line = 0; line < lines.count(); line++) {
      double real = product ? 1 : 0;
      long whole = product ? 1 : 0;
      for (int k = 0; k < lines.size(); k++) {
        int i = reverse ? lines.size() - 1 - k : k;
        long at = lines.first(line) + i * lines.stride();
        if (exclusive) {
          set(y, at, real, whole);
        }
        if (x.dtype().isFloat()) {
          double value = x.getDouble(at);
          real = product ? real * value : real + value;
        } else {
          long value = x.getLong(at);
          whole = product ? whole * value : whole + value;
        }
        if (!exclusive) {
          set(y, at, real, whole);
        }
      }
    }
    return y.build();
  }

  private static void set(TensorBuilder y, long at, double real, long whole) {
    if (y.dtype().isFloat()) {
      y.set(at, real);
    } else {
      y.set(at, whole);
    }
  }

  private Cumulation() {}
}
