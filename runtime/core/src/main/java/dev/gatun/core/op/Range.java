package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * range(start, limit, delta) = start, start + delta, ... while before limit; a vector of numbers.
 */
public final class Range {
  public static final OpDef OP =
      OpDef.named("range")
          .inputs(3)
          .types(
              in -> {
                for (int i = 0; i < 3; i++) {
                  in.require(
                      in.dtype(i).isNumber() && in.dtype(i) == in.dtype(0),
                      "start, limit and delta must be numbers of one type");
                  in.require(
                      !in.shape(i).isFixed() || in.shape(i).elements() == 1,
                      "start, limit and delta must be single numbers");
                }
                return List.of(Type.tensor(in.dtype(0), length(in)));
              })
          .reference(
              in -> {
                TensorBuilder y = in.builder(0);
                Tensor start = in.tensor(0);
                Tensor delta = in.tensor(2);
                for (long i = 0; i < y.shape().elements(); i++) {
                  if (y.dtype().isFloat()) {
                    y.set(i, start.getDouble(0) + i * delta.getDouble(0));
                  } else {
                    y.set(i, start.getLong(0) + i * delta.getLong(0));
                  }
                }
                return List.of(y.build());
              })
          .define();

  private static long length(Operands in) {
    if (in.constant(0).isEmpty() || in.constant(1).isEmpty() || in.constant(2).isEmpty()) {
      return Shape.UNKNOWN;
    }
    Tensor start = in.constant(0).get();
    Tensor limit = in.constant(1).get();
    Tensor delta = in.constant(2).get();
    in.require(delta.getDouble(0) != 0, "delta must not be 0");
    double count = Math.ceil((limit.getDouble(0) - start.getDouble(0)) / delta.getDouble(0));
    in.require(
        count < Integer.MAX_VALUE, // NaN too
        "[%s, %s) has too many steps of %s",
        start.getDouble(0),
        limit.getDouble(0),
        delta.getDouble(0));
    return (long) Math.max(0, count);
  }

  private Range() {}
}
