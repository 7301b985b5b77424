package dev.gatun.core.golden;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** How each golden operator but losses and convolutions is written with ours: a literal map. */
final class GoldenOps {
  /** Builds the outputs of a case. */
  interface Builder {
    List<Value> build(GoldenCase c);
  }

  /** Builds the only output of a case. */
  interface Single {
    Value build(GoldenCase c);
  }

  /** Golden name to the graph of its outputs. */
  static Map<String, Builder> all() {
    Map<String, Builder> map = new HashMap<>();
    pointwise(map);
    reductions(map);
    movement(map);
    matrices(map);
    normalization(map);
    GoldenImages.add(map);
    GoldenLayers.add(map);
    GoldenLosses.add(map);
    return map;
  }

  static void one(Map<String, Builder> map, String name, Single builder) {
    map.put(name, c -> List.of(builder.build(c)));
  }

  private static void unary(Map<String, Builder> map, String name, String op, Object... attrs) {
    one(map, name, c -> c.node(op, Attrs.of(attrs), c.in(0)));
  }

  private static void pointwise(Map<String, Builder> map) {
    for (String same :
        List.of(
            "relu",
            "sigmoid",
            "tanh",
            "exp",
            "neg",
            "abs",
            "square",
            "softsign",
            "silu",
            "mish",
            "selu",
            "erf",
            "sin",
            "cos",
            "atan",
            "sinh",
            "cosh",
            "expm1",
            "log",
            "sqrt",
            "rsqrt",
            "reciprocal",
            "log1p",
            "floor",
            "ceil",
            "sign")) {
      unary(map, same, same);
    }
    unary(map, "hardswish", "hardSwish");
    unary(map, "logsigmoid", "logSigmoid");
    unary(map, "hardsigmoid", "hardSigmoid", "alpha", 1.0 / 6, "beta", 0.5);
    unary(map, "relu6", "clip", "min", 0.0, "max", 6.0);
    unary(map, "gelu_tanh", "gelu", "approximate", "tanh");
    one(
        map,
        "gelu",
        c -> c.node("gelu", Attrs.of("approximate", c.text("approximate", "none")), c.in(0)));
    one(map, "softplus", GoldenOps::softplus);
    one(map, "round", GoldenOps::round);
    one(map, "elu", c -> c.node("elu", Attrs.of("alpha", c.real("alpha", 1)), c.in(0)));
    one(map, "celu", c -> c.node("celu", Attrs.of("alpha", c.real("alpha", 1)), c.in(0)));
    one(
        map,
        "leaky_relu",
        c -> c.node("leakyRelu", Attrs.of("alpha", c.real("alpha", 0.01)), c.in(0)));
    one(map, "swish_beta", c -> c.node("swish", Attrs.of("beta", c.real("beta", 1)), c.in(0)));
    one(map, "tanhshrink", c -> c.node("sub", c.in(0), c.node("tanh", c.in(0))));
    one(
        map,
        "clip",
        c ->
            c.node(
                "clip",
                Attrs.of(
                    "min",
                    c.real("min", Double.NEGATIVE_INFINITY),
                    "max",
                    c.real("max", Double.POSITIVE_INFINITY)),
                c.in(0)));
    one(map, "prelu", GoldenOps::prelu);
    for (String same : List.of("add", "sub", "mul", "div", "pow")) {
      one(map, same, c -> c.node(same, c.in(0), c.in(1)));
    }
    one(map, "maximum", c -> c.node("max", c.in(0), c.in(1)));
    one(map, "minimum", c -> c.node("min", c.in(0), c.in(1)));
    one(
        map,
        "where",
        c ->
            c.node("where", c.node("cast", Attrs.of("to", DType.BOOL), c.in(0)), c.in(1), c.in(2)));
  }

  /** softplus(beta x) / beta, x itself above the threshold. */
  private static Value softplus(GoldenCase c) {
    double beta = c.real("beta", 1);
    Value x = c.in(0);
    Value scaled = c.node("mul", x, c.number(x, beta));
    Value y = c.node("div", c.node("softplus", scaled), c.number(x, beta));
    Value linear = c.node("less", c.number(x, c.real("threshold", 20)), scaled);
    return c.node("where", linear, x, y);
  }

  private static Value round(GoldenCase c) {
    Value scale = c.number(c.in(0), Math.pow(10, c.real("decimals", 0)));
    return c.node("div", c.node("round", c.node("mul", c.in(0), scale)), scale);
  }

  /** A slope a channel, axis 1. */
  private static Value prelu(GoldenCase c) {
    Value x = c.in(0);
    Value slope = c.in(1);
    long count = slope.tensorType().shape().elements();
    long[] sizes = new long[Math.max(c.rank(x) - 1, 1)];
    Arrays.fill(sizes, 1);
    sizes[0] = count;
    return c.node("prelu", x, c.node("reshape", slope, c.vector(sizes)));
  }

  private static Value reduce(GoldenCase c, String op, Value x) {
    Attrs keep = Attrs.of("keepDims", c.flag("keepdims", false));
    return c.has("axes") ? c.node(op, keep, x, c.vector(c.longs("axes"))) : c.node(op, keep, x);
  }

  private static void reductions(Map<String, Builder> map) {
    Map<String, String> names =
        Map.of(
            "reduce_sum", "reduceSum",
            "reduce_mean", "reduceMean",
            "reduce_amax", "reduceMax",
            "reduce_amin", "reduceMin",
            "reduce_prod", "reduceProd",
            "reduce_logsumexp", "reduceLogSumExp");
    names.forEach((golden, op) -> one(map, golden, c -> reduce(c, op, c.in(0))));
    one(map, "reduce_var", GoldenOps::variance);
    one(map, "reduce_std", c -> c.node("sqrt", variance(c)));
    one(map, "norm_l2", GoldenOps::norm);
    one(map, "argmax", GoldenOps::argMax);
    map.put(
        "topk",
        c ->
            c.nodes(
                2,
                "topK",
                Attrs.of(
                    "axis", c.integer("axis", -1),
                    "largest", c.flag("largest", true),
                    "sorted", c.flag("sorted", true)),
                c.in(0),
                c.vector(c.integer("k", 1))));
    map.put(
        "sort",
        c ->
            c.nodes(
                2,
                "sort",
                Attrs.of("axis", c.integer("axis", -1), "descending", c.flag("descending", false)),
                c.in(0)));
    for (String[] names2 : new String[][] {{"cumsum", "cumSum"}, {"cumprod", "cumProd"}}) {
      one(
          map,
          names2[0],
          c ->
              c.node(
                  names2[1],
                  Attrs.of(
                      "exclusive", c.flag("exclusive", false), "reverse", c.flag("reverse", false)),
                  c.in(0),
                  c.builder().constant(dev.gatun.core.tensor.Tensor.scalar(c.integer("axis", 0)))));
    }
  }

  /** Without an axis: the index among all elements. */
  private static Value argMax(GoldenCase c) {
    Value x = c.has("axis") ? c.in(0) : c.node("reshape", c.in(0), c.vector(-1));
    boolean keep = c.has("axis") && c.flag("keepdims", false);
    return c.node("argMax", Attrs.of("axis", c.integer("axis", 0), "keepDims", keep), x);
  }

  private static long[] axes(GoldenCase c, int rank) {
    return c.has("axes") ? c.longs("axes") : LongStream.range(0, rank).toArray();
  }

  /** sum((x - mean)^2) / (count - correction). */
  private static Value variance(GoldenCase c) {
    Value x = c.in(0);
    long[] axes = axes(c, c.rank(x));
    long count = 1;
    for (long axis : axes) {
      count *= x.tensorType().shape().size((int) axis);
    }
    Value mean = c.node("reduceMean", Attrs.of("keepDims", true), x, c.vector(axes));
    Value sum = reduce(c, "reduceSum", c.node("square", c.node("sub", x, mean)));
    return c.node("div", sum, c.number(sum, count - c.real("correction", 1)));
  }

  private static Value norm(GoldenCase c) {
    Value x = c.in(0);
    double p = c.isText("p") ? Double.POSITIVE_INFINITY : c.real("p", 2);
    if (p == 2) {
      return reduce(c, "reduceL2", x);
    }
    Value magnitude = c.node("abs", x);
    if (Double.isInfinite(p)) {
      return reduce(c, p > 0 ? "reduceMax" : "reduceMin", magnitude);
    }
    Value sum = reduce(c, "reduceSum", c.node("pow", magnitude, c.number(x, p)));
    return c.node("pow", sum, c.number(x, 1 / p));
  }

  private static void movement(Map<String, Builder> map) {
    one(
        map,
        "gather",
        c -> c.node("gatherElements", Attrs.of("axis", c.integer("axis", 0)), c.in(0), c.in(1)));
    one(map, "scatter_add", GoldenOps::scatterAdd);
    one(
        map,
        "index_select",
        c -> c.node("gather", Attrs.of("axis", c.integer("axis", 0)), c.in(0), c.in(1)));
    one(
        map,
        "concat",
        c ->
            c.node(
                "concat",
                Attrs.of("axis", c.integer("axis", 0)),
                c.names("inputs").stream().map(c::in).toArray(Value[]::new)));
    one(map, "slice", GoldenOps::slice);
    one(map, "transpose", c -> c.node("transpose", Attrs.of("perm", c.longs("perm")), c.in(0)));
    one(map, "tril", c -> trilu(c, false));
    one(map, "triu", c -> trilu(c, true));
    one(map, "flip", c -> c.node("flip", Attrs.of("axes", c.longs("axes")), c.in(0)));
    one(map, "roll", GoldenOps::roll);
    one(map, "repeat", GoldenOps::repeat);
    one(map, "embedding", c -> c.node("embedding", c.in(0), c.in(1)));
  }

  /** PyTorch reads only as many updates as there are indices. */
  private static Value scatterAdd(GoldenCase c) {
    Value ids = c.in(1);
    long[] sizes = ids.tensorType().shape().sizes();
    Value updates =
        c.node(
            "slice",
            c.in(2),
            c.vector(new long[sizes.length]),
            c.vector(sizes),
            c.vector(LongStream.range(0, sizes.length).toArray()));
    return c.node(
        "scatterElements",
        Attrs.of("axis", c.integer("axis", 0), "reduction", "add"),
        c.in(0),
        ids,
        updates);
  }

  private static Value slice(GoldenCase c) {
    long[] starts = c.longs("starts");
    for (int i = 0; i < starts.length; i++) {
      starts[i] = starts[i] == Long.MAX_VALUE ? 0 : starts[i]; // null: from the begin
    }
    long[] axes = c.has("axes") ? c.longs("axes") : LongStream.range(0, starts.length).toArray();
    return c.node(
        "slice",
        c.in(0),
        c.vector(starts),
        c.vector(c.longs("ends")),
        c.vector(axes),
        c.vector(c.longs("steps", starts.length, 1)));
  }

  private static Value trilu(GoldenCase c, boolean upper) {
    return c.node(
        "trilu",
        Attrs.of("upper", upper),
        c.in(0),
        c.builder().constant(dev.gatun.core.tensor.Tensor.scalar(c.integer("diagonal", 0))));
  }

  private static Value roll(GoldenCase c) {
    Value x = c.in(0);
    if (c.has("axes")) {
      return c.node("roll", Attrs.of("shifts", c.longs("shifts"), "axes", c.longs("axes")), x);
    }
    Shape shape = x.tensorType().shape();
    Value flat = c.node("reshape", x, c.vector(-1));
    Value rolled =
        c.node("roll", Attrs.of("shifts", c.longs("shifts"), "axes", new long[] {0}), flat);
    return c.node("reshape", rolled, c.vector(shape.sizes()));
  }

  private static Value repeat(GoldenCase c) {
    Value x = c.in(0);
    long[] repeats = c.longs("repeats");
    if (repeats.length > c.rank(x)) {
      long[] sizes = new long[repeats.length];
      Arrays.fill(sizes, 1);
      long[] old = x.tensorType().shape().sizes();
      System.arraycopy(old, 0, sizes, sizes.length - old.length, old.length);
      x = c.node("reshape", x, c.vector(sizes));
    }
    return c.node("tile", x, c.vector(repeats));
  }

  private static void matrices(Map<String, Builder> map) {
    one(map, "matmul", c -> c.node("matmul", c.in(0), c.in(1)));
    one(
        map,
        "linear",
        c -> biased(c, c.node("matmul", Attrs.of("transposeB", true), c.in("x"), c.in("w"))));
    one(
        map,
        "bilinear",
        c ->
            biased(
                c,
                c.node(
                    "einsum",
                    Attrs.of("equation", "...i,oij,...j->...o"),
                    c.in("x"),
                    c.in("w"),
                    c.in("z"))));
    one(
        map,
        "einsum",
        c ->
            c.node(
                "einsum",
                Attrs.of("equation", c.text("equation", "")),
                c.names("inputs").stream().map(c::in).toArray(Value[]::new)));
  }

  private static Value biased(GoldenCase c, Value y) {
    return c.hasInput("b") ? c.node("add", y, c.in("b")) : y;
  }

  private static void normalization(Map<String, Builder> map) {
    one(map, "softmax", c -> c.node("softmax", Attrs.of("axis", c.integer("axis", -1)), c.in(0)));
    one(
        map,
        "log_softmax",
        c -> c.node("logSoftmax", Attrs.of("axis", c.integer("axis", -1)), c.in(0)));
    one(map, "glu", c -> c.node("glu", Attrs.of("axis", c.integer("axis", -1)), c.in(0)));
    one(
        map,
        "layer_norm",
        c ->
            c.node(
                "layerNorm",
                Attrs.of("axis", c.integer("axis", -1), "epsilon", c.real("eps", 1e-5)),
                c.in("x"),
                c.optional("w"),
                c.optional("b")));
    one(
        map,
        "rms_norm",
        c ->
            c.node(
                "rmsNorm",
                Attrs.of("axis", c.integer("axis", -1), "epsilon", c.real("eps", 1e-6)),
                c.in("x"),
                c.optional("w")));
    one(map, "l2_normalize", GoldenOps::normalize);
  }

  /** x / max(norm, eps) along an axis. */
  private static Value normalize(GoldenCase c) {
    Value x = c.in(0);
    Value axes = c.vector(c.integer("axis", 1));
    double p = c.real("p", 2);
    Value powers = c.node("pow", c.node("abs", x), c.number(x, p));
    Value sum = c.node("reduceSum", Attrs.of("keepDims", true), powers, axes);
    Value norm = c.node("pow", sum, c.number(x, 1 / p));
    return c.node("div", x, c.node("max", norm, c.number(x, c.real("eps", 1e-12))));
  }

  private GoldenOps() {}
}
