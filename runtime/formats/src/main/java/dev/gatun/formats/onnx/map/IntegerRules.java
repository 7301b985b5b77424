package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Products and convolutions of 8-bit integers: sums are those of integers, exactly.
 *
 * <p>A result of 8 bits is round(sum * (x_scale * w_scale / y_scale)) + y_zero_point, the factor
 * and the product in float32, ties to even: as engines compute it; the standard leaves it open.
 */
final class IntegerRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("ConvInteger", n -> result(n, convolved(n, 0, 1, n.optional(2), n.optional(3)))),
          entry("MatMulInteger", n -> result(n, multiplied(n, 0, 1, n.optional(2), n.optional(3)))),
          entry("QLinearConv", IntegerRules::qlinearConv),
          entry("QLinearMatMul", IntegerRules::qlinearMatmul));

  /** MatMulIntegerToFloat of ONNX Runtime: a, b, their scales, their zero points?, bias?. */
  static List<Value> matmulToFloat(OnnxNode n) {
    Value sums = n.cast(multiplied(n, 0, 1, n.optional(4), n.optional(5)), n.dtype(2));
    Value y = n.add("mul", sums, n.add("mul", n.in(2), n.in(3)));
    return n.has(6) ? n.op("add", y, n.in(6)) : List.of(y);
  }

  private static List<Value> result(OnnxNode n, Value sums) {
    return n.op("identity", sums);
  }

  private static List<Value> qlinearConv(OnnxNode n) {
    Value sums = convolved(n, 0, 3, n.in(2), n.in(5));
    int behind = n.shape(3).rank() - 2;
    if (n.has(8)) {
      sums = n.add("add", sums, perChannel(n, n.in(8), behind));
    }
    Value scale = n.add("mul", n.in(1), perChannel(n, n.in(4), behind));
    return quantized(n, sums, scale);
  }

  private static List<Value> qlinearMatmul(OnnxNode n) {
    Value sums = multiplied(n, 0, 3, n.in(2), n.in(5));
    Value left = n.cast(perRow(n, n.in(1)), DType.F32);
    return quantized(n, sums, n.add("mul", left, n.cast(n.in(4), DType.F32)));
  }

  private static List<Value> quantized(OnnxNode n, Value sums, Value scale) {
    Value factor = n.add("div", scale, n.cast(n.in(6), DType.F32));
    Value y = n.add("mul", n.cast(sums, DType.F32), factor);
    return n.op("quantizeLinear", y, n.scalar(y, 1), n.in(7));
  }

  /** Sums of int32 of a convolution. */
  private static Value convolved(OnnxNode n, int x, int w, Value xZero, Value wZero) {
    Attrs attrs = ConvolutionRules.attrs(n).with("exact", true);
    Optional<long[]> pieces =
        n.shape(w).isRanked()
            ? ExactSums.pieces(n.in(w), wZero, 0, 1, ExactSums.reach(n.in(x), xZero))
            : Optional.empty();
    boolean exact =
        pieces.isPresent() && (pieces.get().length == 1 || attrs.integer("groups") == 1);
    // float64 holds all sums of products of 8-bit numbers.
    DType type = exact ? DType.F32 : DType.F64;
    Value src = centered(n, n.in(x), xZero, type);
    Value weight =
        centered(
            n, n.in(w), perChannel(n, wZero, wZero.isAbsent() ? 0 : n.shape(w).rank() - 1), type);
    if (!exact || pieces.get().length == 1) {
      return n.cast(n.add("conv", attrs, src, weight), DType.I32);
    }
    return summed(n, pieces.get(), "conv", attrs, new Operand(src, 1), new Operand(weight, 1));
  }

  /** Sums of int32 of a matrix product. */
  private static Value multiplied(OnnxNode n, int a, int b, Value aZero, Value bZero) {
    Shape right = n.shape(b);
    Optional<long[]> pieces =
        right.isRanked() && right.rank() == 2
            ? ExactSums.pieces(n.in(b), bZero, 1, 0, ExactSums.reach(n.in(a), aZero))
            : Optional.empty();
    boolean whole = pieces.isPresent() && pieces.get().length == 1;
    boolean cut = pieces.isPresent() && n.shape(a).isRanked() && n.shape(a).rank() > 0;
    DType type = whole || cut ? DType.F32 : DType.I32;
    Value left = centered(n, n.in(a), perRow(n, aZero), type);
    Value weight = centered(n, n.in(b), bZero, type);
    if (whole || !cut) {
      return n.cast(n.add("matmul", left, weight), DType.I32);
    }
    Operand src = new Operand(left, n.shape(a).rank() - 1);
    return summed(n, pieces.get(), "matmul", Attrs.NONE, src, new Operand(weight, 0));
  }

  /** A value and the axis that is summed over. */
  private record Operand(Value value, int axis) {
    Value piece(OnnxNode n, long from, long to) {
      return n.add("slice", value, n.vector(from), n.vector(to), n.vector(axis));
    }
  }

  private static Value summed(
      OnnxNode n, long[] pieces, String op, Attrs attrs, Operand src, Operand weight) {
    Value sum = Value.ABSENT;
    long from = 0;
    for (long to : pieces) {
      Value part = n.add(op, attrs, src.piece(n, from, to), weight.piece(n, from, to));
      Value whole = n.cast(part, DType.I32);
      sum = sum.isAbsent() ? whole : n.add("add", sum, whole);
      from = to;
    }
    return sum;
  }

  private static Value centered(OnnxNode n, Value x, Value zero, DType type) {
    Value wide = n.cast(x, type);
    return zero.isAbsent() ? wide : n.add("sub", wide, n.cast(zero, type));
  }

  /** One number, or one a channel with axes behind it. */
  private static Value perChannel(OnnxNode n, Value parameter, int behind) {
    if (parameter.isAbsent() || !isVector(parameter)) {
      return parameter;
    }
    long[] axes = new long[behind];
    for (int i = 0; i < behind; i++) {
      axes[i] = i + 1L;
    }
    return n.add("unsqueeze", parameter, n.vector(axes));
  }

  // Those of the left matrix are one number, or one a row; those of the right one a column.
  private static Value perRow(OnnxNode n, Value parameter) {
    return !parameter.isAbsent() && isVector(parameter)
        ? n.add("unsqueeze", parameter, n.vector(-1))
        : parameter;
  }

  private static boolean isVector(Value parameter) {
    Shape shape = parameter.tensorType().shape();
    return shape.isRanked() && shape.rank() == 1 && shape.size(0) != 1;
  }

  private IntegerRules() {}
}
