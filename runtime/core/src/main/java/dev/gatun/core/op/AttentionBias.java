package dev.gatun.core.op;

import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;

/** What {@link Attention} adds to its scores: mask, causality and key lengths as one value. */
final class AttentionBias {
  /** The sum, broadcasting to [B, H, Sq, Sk]; absent if every key is seen. */
  static Value of(Formula f, Operands in) {
    DType dtype = in.dtype(0);
    Value bias = Value.ABSENT;
    if (in.has(3)) {
      bias =
          in.dtype(3) == DType.BOOL
              ? masked(f, dtype, f.b().add(Not.OP, in.value(3)))
              : f.cast(in.value(3), dtype);
    }
    long rows = in.shape(0).size(2);
    long keys = in.shape(1).size(2);
    boolean causal = in.attrs().flag("causal");
    if (in.has(4)) {
      Value length = f.reshape(f.cast(in.value(4), DType.I64), in.shape(4).size(0), 1, 1, 1);
      Value key = f.b().constant(count(keys, keys));
      Value hidden = f.b().add(LessEqual.OP, length, key);
      if (causal) {
        Value place = f.add(length, f.b().constant(count(rows, 1)));
        hidden = f.b().add(Or.OP, hidden, f.b().add(Less.OP, f.add(place, (double) -rows), key));
      }
      return plus(f, bias, masked(f, dtype, hidden));
    }
    if (causal) {
      Tensor constant = later(rows, keys, in.attrs().integer("causalOffset"), dtype);
      return plus(f, bias, f.b().constant(constant));
    }
    return bias;
  }

  private static Value plus(Formula f, Value bias, Value more) {
    return bias.isAbsent() ? more : f.add(bias, more);
  }

  private static Value masked(Formula f, DType dtype, Value hidden) {
    Value zero = f.b().constant(Tensor.scalar(dtype, 0));
    return f.where(hidden, f.number(zero, Double.NEGATIVE_INFINITY), zero);
  }

  /** 0, 1, ... as a row (last size {@code columns}) or, with columns 1, as a column. */
  private static Tensor count(long count, long columns) {
    long[] values = new long[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return columns == 1 ? Tensor.of(values, count, 1) : Tensor.of(values, 1, count);
  }

  /** Minus infinity where key j comes after the place i + offset of query i. */
  private static Tensor later(long rows, long keys, long offset, DType dtype) {
    double[] values = new double[Math.toIntExact(Math.multiplyExact(rows, keys))];
    for (int at = 0; at < values.length; at++) {
      values[at] = at % keys > at / keys + offset ? Double.NEGATIVE_INFINITY : 0;
    }
    return Tensor.rounded(dtype, Shape.of(rows, keys), values);
  }

  private AttentionBias() {}
}
