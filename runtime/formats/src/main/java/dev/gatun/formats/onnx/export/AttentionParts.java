package dev.gatun.formats.onnx.export;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Cast;
import dev.gatun.core.op.Concat;
import dev.gatun.core.op.Equal;
import dev.gatun.core.op.Expand;
import dev.gatun.core.op.Gather;
import dev.gatun.core.op.Less;
import dev.gatun.core.op.LessEqual;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Or;
import dev.gatun.core.op.Range;
import dev.gatun.core.op.ReduceMax;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.ShapeOf;
import dev.gatun.core.op.Slice;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.op.Squeeze;
import dev.gatun.core.op.Sub;
import dev.gatun.core.op.Tanh;
import dev.gatun.core.op.Unsqueeze;
import dev.gatun.core.op.Where;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/** Attention and rotary embedding from simple operators, for any batch and length. */
final class AttentionParts {
  private final GraphBuilder b;
  private final Operands in;
  private final DType type;

  private AttentionParts(GraphBuilder b, Operands in) {
    this.b = b;
    this.in = in;
    this.type = in.dtype(0);
  }

  static List<Value> attention(GraphBuilder b, Operands in) {
    return new AttentionParts(b, in).attention();
  }

  static List<Value> rope(GraphBuilder b, Operands in) {
    return new AttentionParts(b, in).rope();
  }

  private Value number(double value) {
    return b.constant(Tensor.scalar(type, value));
  }

  private Value longs(long... values) {
    return b.constant(Tensor.vector(values));
  }

  private Value cast(Value x, DType to) {
    return x.tensorType().dtype() == to ? x : b.add(Cast.OP, Attrs.of("to", to), x);
  }

  /** Which sizes of a value, as a vector. */
  private Value sizes(Value x, long start, long end) {
    return b.add(ShapeOf.OP, Attrs.of("start", start, "end", end), x);
  }

  private Value concat(int axis, Value... parts) {
    return b.add(Concat.OP, Attrs.of("axis", axis), parts);
  }

  /** 0, 1, ... as many as a size of a value says. */
  private Value places(Value x, long axis) {
    Value count = b.add(Squeeze.OP, sizes(x, axis, axis + 1), longs(0));
    return b.add(Range.OP, b.constant(Tensor.scalar(0)), count, b.constant(Tensor.scalar(1)));
  }

  private List<Value> attention() {
    long width = in.shape(0).size(3);
    if (width < 0 && !in.attrs().has("scale")) {
      throw new GatunException("the width of queries must be known, or a scale be given");
    }
    double scale =
        in.attrs().has("scale")
            ? in.attrs().real("scale")
            : 1 / Math.sqrt((double) Math.max(width, 1));
    Value queries = b.add(Mul.OP, in.value(0), number(scale));
    Value keys = repeated(cast(in.value(1), type), in.value(0));
    Value values = repeated(cast(in.value(2), type), in.value(0));
    Value scores = b.add(Matmul.OP, Attrs.of("transposeB", true), queries, keys);
    long stage = in.attrs().integer("stage");
    Value shown = scores;
    double cap = in.attrs().real("softcap");
    if (cap > 0) {
      Value part = b.add(Tanh.OP, b.add(Mul.OP, scores, number(1 / cap)));
      scores = b.add(Mul.OP, part, number(cap));
    }
    shown = stage >= 1 ? scores : shown;
    Value bias = bias();
    scores = bias.isAbsent() ? scores : b.add(Add.OP, scores, bias);
    shown = stage >= 2 ? scores : shown;
    Value weights = b.add(Softmax.OP, Attrs.of("axis", -1), scores);
    if (!bias.isAbsent()) {
      // Who sees nothing gets nothing; its softmax is no number.
      Value best = b.add(ReduceMax.OP, bias, longs(-1));
      Value blind = b.add(Equal.OP, best, number(Double.NEGATIVE_INFINITY));
      weights = b.add(Where.OP, blind, number(0), weights);
    }
    shown = stage == 3 ? weights : shown;
    return List.of(b.add(Matmul.OP, weights, values), shown);
  }

  /** Keys or values [B, Hkv, Sk, D] once for each query head. */
  private Value repeated(Value x, Value queries) {
    long own = x.tensorType().shape().size(1);
    long wanted = queries.tensorType().shape().size(1);
    if (own < 0 || wanted < 0) {
      throw new GatunException("the numbers of heads must be known");
    }
    if (own == wanted) {
      return x;
    }
    Value wide = b.add(Unsqueeze.OP, x, longs(2));
    Value many =
        b.add(Expand.OP, wide, concat(0, sizes(x, 0, 2), longs(wanted / own), sizes(x, 2, 4)));
    return b.add(Reshape.OP, many, concat(0, sizes(x, 0, 1), longs(wanted), sizes(x, 2, 4)));
  }

  private Value hidden(Value where) {
    return b.add(Where.OP, where, number(Double.NEGATIVE_INFINITY), number(0));
  }

  private Value plus(Value bias, Value more) {
    return bias.isAbsent() ? more : b.add(Add.OP, bias, more);
  }

  /** What is added to scores: mask, lengths of keys and causality. */
  private Value bias() {
    Value bias = Value.ABSENT;
    if (in.has(3)) {
      bias =
          in.dtype(3) == DType.BOOL
              ? b.add(Where.OP, in.value(3), number(0), number(Double.NEGATIVE_INFINITY))
              : cast(in.value(3), type);
    }
    boolean causal = in.attrs().flag("causal");
    if (!causal && !in.has(4)) {
      return bias;
    }
    Value key = b.add(Unsqueeze.OP, places(in.value(1), 2), longs(0));
    Value row = b.add(Unsqueeze.OP, places(in.value(0), 2), longs(1));
    if (!in.has(4)) {
      Value offset = b.constant(Tensor.scalar(in.attrs().integer("causalOffset")));
      return plus(bias, hidden(b.add(Less.OP, b.add(Add.OP, row, offset), key)));
    }
    Value length = b.add(Unsqueeze.OP, cast(in.value(4), DType.I64), longs(1, 2, 3));
    Value unseen = b.add(LessEqual.OP, length, key);
    if (causal) {
      Value first = b.add(Sub.OP, length, sizes(in.value(0), 2, 3));
      unseen = b.add(Or.OP, unseen, b.add(Less.OP, b.add(Add.OP, row, first), key));
    }
    return plus(bias, hidden(unseen));
  }

  private Value slice(Value x, long axis, long from, long to, long step) {
    return b.add(Slice.OP, x, longs(from), longs(to), longs(axis), longs(step));
  }

  private List<Value> rope() {
    Value x = in.value(0);
    long width = in.shape(0).size(3);
    if (width < 0) {
      throw new GatunException("the width of a head must be known");
    }
    long rotary = in.attrs().integer("rotaryDim") == 0 ? width : in.attrs().integer("rotaryDim");
    boolean interleaved = in.attrs().flag("interleaved");
    long half = rotary / 2;
    Value cos = angles(1);
    Value sin = angles(2);
    Value first = slice(x, 3, 0, interleaved ? rotary : half, interleaved ? 2 : 1);
    Value second = slice(x, 3, interleaved ? 1 : half, rotary, interleaved ? 2 : 1);
    Value real = b.add(Sub.OP, b.add(Mul.OP, first, cos), b.add(Mul.OP, second, sin));
    Value imaginary = b.add(Add.OP, b.add(Mul.OP, first, sin), b.add(Mul.OP, second, cos));
    Value turned;
    if (interleaved) {
      Value pairs =
          concat(4, b.add(Unsqueeze.OP, real, longs(4)), b.add(Unsqueeze.OP, imaginary, longs(4)));
      turned = b.add(Reshape.OP, pairs, concat(0, sizes(x, 0, 3), longs(rotary)));
    } else {
      turned = concat(3, real, imaginary);
    }
    return List.of(rotary == width ? turned : concat(3, turned, slice(x, 3, rotary, width, 1)));
  }

  /** Rows of cos or sin for each position, to be combined with [B, H, T, rotaryDim / 2]. */
  private Value angles(int i) {
    Value table = cast(in.value(i), type);
    if (in.has(3)) {
      Value rows = b.add(Gather.OP, Attrs.of("axis", 0), table, in.value(3));
      return b.add(Unsqueeze.OP, rows, longs(1));
    }
    return in.shape(i).rank() == 2
        ? b.add(Slice.OP, table, longs(0), sizes(in.value(0), 2, 3), longs(0))
        : b.add(Unsqueeze.OP, table, longs(1));
  }
}
