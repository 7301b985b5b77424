package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * ONNX LinearAttention as a scan over time: a state [B, H, Dk, Dv] decays, takes up the outer
 * product of key and value (or of what the state still gets wrong), and is read by the query.
 */
final class LinearAttention {
  static List<Value> build(OnnxNode n) {
    n.ignore("chunk_size");
    long queryHeads = n.integer("q_num_heads");
    long heads = n.integer("kv_num_heads");
    if (heads < 1 || queryHeads < 1 || queryHeads % heads != 0) {
      throw n.error("%d query heads for %d key heads", queryHeads, heads);
    }
    String rule = n.text("update_rule", "gated_delta");
    boolean gated = rule.equals("gated") || rule.equals("gated_delta");
    boolean delta = rule.equals("delta") || rule.equals("gated_delta");
    if (!gated && !delta && !rule.equals("linear")) {
      throw n.unsupported("update_rule '%s'", rule);
    }
    DType type = n.dtype(0);
    List<Value> args = new ArrayList<>();
    args.add(n.has(3) ? n.cast(n.in(3), DType.F32) : emptyState(n, heads));
    args.add(steps(n, n.in(0), queryHeads));
    args.add(steps(n, n.in(1), heads));
    args.add(steps(n, n.in(2), heads));
    if (gated) {
      args.add(steps(n, n.in(4), heads));
    }
    if (delta) {
      // [B, T, H] or [B, T, 1]: one number a head.
      Value beta = n.add("unsqueeze", n.in(5), n.vector(-1));
      args.add(
          n.add("transpose", Attrs.of("perm", new long[] {1, 0, 2, 3}), n.cast(beta, DType.F32)));
    }
    double given = n.real("scale", 0);
    Value scale =
        given != 0 ? n.constant(Tensor.scalar(DType.F32, given)) : inverseRoot(n, queryHeads);
    args.add(scale);
    List<Value> results =
        n.addMany(
            2, "scan", attrs(args, gated, delta, queryHeads / heads), args.toArray(Value[]::new));
    Value moved = n.add("transpose", Attrs.of("perm", new long[] {1, 0, 2, 3}), results.get(1));
    Value y = n.add("reshape", moved, n.vector(0, 0, -1));
    return List.of(n.cast(y, type), n.cast(results.get(0), n.has(3) ? n.dtype(3) : type));
  }

  /** [B, T, H * D] to [T, B, H, D] in float32. */
  private static Value steps(OnnxNode n, Value x, long heads) {
    Value split = n.add("reshape", n.cast(x, DType.F32), n.vector(0, 0, heads, -1));
    return n.add("transpose", Attrs.of("perm", new long[] {1, 0, 2, 3}), split);
  }

  private static Value headSize(OnnxNode n, int input, long heads) {
    return n.add("div", AttentionRules.sizes(n, n.in(input), 2, 3), n.vector(heads));
  }

  private static Value emptyState(OnnxNode n, long heads) {
    Value shape =
        n.add(
            "concat",
            Attrs.of("axis", 0),
            AttentionRules.sizes(n, n.in(0), 0, 1),
            n.vector(heads),
            headSize(n, 1, heads),
            headSize(n, 2, heads));
    return n.add("constantOfShape", Attrs.of("value", MovementRules.one(DType.F32, 0)), shape);
  }

  private static Value inverseRoot(OnnxNode n, long heads) {
    Value size = n.add("squeeze", headSize(n, 0, heads), n.vector(0));
    return n.add("rsqrt", n.cast(size, DType.F32));
  }

  private static Attrs attrs(List<Value> args, boolean gated, boolean delta, long group) {
    GraphBuilder b = new GraphBuilder("linearAttention");
    Value state = b.input("state", Type.tensor(DType.F32, args.get(0).tensorType().shape()));
    int scans = args.size() - 2;
    List<Value> in = new ArrayList<>();
    for (int i = 1; i <= scans; i++) {
      in.add(b.input("x" + i, Type.tensor(DType.F32, withoutTime(args.get(i)))));
    }
    Value scale = b.input("scale", args.get(args.size() - 1).type());
    Value q = in.get(0);
    Value keyColumn = add(b, "unsqueeze", in.get(1), b.constant(Tensor.vector(-1)));
    Value write = in.get(2);
    Value kept = state;
    if (gated) {
      Value decay = add(b, "exp", in.get(3));
      kept = add(b, "mul", state, add(b, "unsqueeze", decay, b.constant(Tensor.vector(-1))));
    }
    if (delta) {
      Value turned = transposed(b, kept);
      Value read =
          add(b, "squeeze", add(b, "matmul", turned, keyColumn), b.constant(Tensor.vector(-1)));
      write = add(b, "mul", in.get(scans - 1), add(b, "sub", write, read));
    }
    Value row = add(b, "unsqueeze", write, b.constant(Tensor.vector(-2)));
    Value next = add(b, "add", kept, add(b, "matmul", keyColumn, row));
    Value readable = group == 1 ? next : repeated(b, next, group);
    Value query = add(b, "unsqueeze", q, b.constant(Tensor.vector(-2)));
    Value y = add(b, "squeeze", add(b, "matmul", query, readable), b.constant(Tensor.vector(-2)));
    b.output("state", next);
    b.output("y", add(b, "mul", y, scale));
    return Attrs.of(
        "body",
        b.build(),
        "stateCount",
        1,
        "scanCount",
        scans,
        "inputAxes",
        new long[scans],
        "inputDirections",
        new long[scans],
        "outputAxes",
        new long[1],
        "outputDirections",
        new long[1]);
  }

  private static Value repeated(GraphBuilder b, Value state, long group) {
    // [B, H, Dk, Dv] to [B, H * group, Dk, Dv]: each head group times in a row.
    Value wide = add(b, "unsqueeze", state, b.constant(Tensor.vector(2)));
    Value tiled = add(b, "tile", wide, b.constant(Tensor.vector(1, 1, group, 1, 1)));
    Value shape = shapePart(b, state, 0, 1);
    Value tail = shapePart(b, state, 2, 4);
    Value flat =
        b.add(
            Operators.named("concat"),
            Attrs.of("axis", 0),
            shape,
            b.constant(Tensor.vector(-1)),
            tail);
    return add(b, "reshape", tiled, flat);
  }

  private static Value shapePart(GraphBuilder b, Value x, long start, long end) {
    return b.add(Operators.named("shapeOf"), Attrs.of("start", start, "end", end), x);
  }

  private static Value transposed(GraphBuilder b, Value x) {
    return b.add(Operators.named("transpose"), Attrs.of("perm", new long[] {0, 1, 3, 2}), x);
  }

  private static Value add(GraphBuilder b, String op, Value... args) {
    return b.add(Operators.named(op), args);
  }

  private static Shape withoutTime(Value value) {
    Shape shape = value.tensorType().shape();
    if (!shape.isRanked()) {
      return Shape.UNRANKED;
    }
    long[] sizes = shape.sizes();
    return Shape.of(java.util.Arrays.copyOfRange(sizes, 1, sizes.length));
  }

  private LinearAttention() {}
}
