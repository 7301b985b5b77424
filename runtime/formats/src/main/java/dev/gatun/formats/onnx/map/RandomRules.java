package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import java.util.List;
import java.util.Map;

/** Random numbers. */
final class RandomRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry(
              "Bernoulli",
              n ->
                  n.op(
                      "bernoulli",
                      seed(n, Attrs.of("dtype", n.dtype("dtype", n.dtype(0)))),
                      n.in(0))),
          entry(
              "Multinomial",
              n ->
                  n.op(
                      "multinomial",
                      seed(
                          n,
                          Attrs.of(
                              "dtype",
                              n.dtype("dtype", DType.I32),
                              "sampleSize",
                              n.integer("sample_size", 1))),
                      n.in(0))),
          entry("RandomNormal", n -> normal(n, n.vector(n.integers("shape")), DType.F32)),
          entry("RandomNormalLike", n -> normal(n, n.add("shapeOf", n.in(0)), n.dtype(0))),
          entry("RandomUniform", n -> uniform(n, n.vector(n.integers("shape")), DType.F32)),
          entry("RandomUniformLike", n -> uniform(n, n.add("shapeOf", n.in(0)), n.dtype(0))));

  // The float's bits are the seed: every seed of the file gives numbers of its own.
  private static Attrs seed(OnnxNode n, Attrs attrs) {
    return n.hasAttr("seed")
        ? attrs.with("seed", (long) Float.floatToIntBits((float) n.real("seed")))
        : attrs;
  }

  private static List<Value> normal(OnnxNode n, Value shape, DType like) {
    Attrs attrs =
        Attrs.of(
            "dtype",
            n.dtype("dtype", like),
            "mean",
            n.real("mean", 0),
            "scale",
            n.real("scale", 1));
    return n.op("randomNormal", seed(n, attrs), shape);
  }

  private static List<Value> uniform(OnnxNode n, Value shape, DType like) {
    Attrs attrs =
        Attrs.of(
            "dtype", n.dtype("dtype", like), "low", n.real("low", 0), "high", n.real("high", 1));
    return n.op("randomUniform", seed(n, attrs), shape);
  }

  /** Dropout in training mode, or in a mode that only the run knows. */
  static List<Value> dropout(OnnxNode n) {
    Value x = n.in(0);
    Value ratio =
        n.has(1)
            ? n.cast(n.in(1), DType.F32)
            : n.constant(dev.gatun.core.tensor.Tensor.scalar(DType.F32, 0.5));
    Value noise =
        n.add(
            "randomUniform",
            seedOfInteger(n, Attrs.of("dtype", DType.F32, "low", 0.0, "high", 1.0)),
            n.add("shapeOf", x));
    Value idle = n.add("not", n.in(2));
    Value kept = n.add("or", n.add("greaterEqual", noise, ratio), idle);
    Value rest = n.add("sub", n.scalar(ratio, 1), ratio);
    Value scale = n.cast(n.add("where", idle, n.scalar(ratio, 1), rest), n.dtype(0));
    Value y = n.add("where", kept, n.add("div", x, scale), n.scalar(x, 0));
    return List.of(y, kept);
  }

  private static Attrs seedOfInteger(OnnxNode n, Attrs attrs) {
    return n.hasAttr("seed") ? attrs.with("seed", n.integer("seed")) : attrs;
  }

  private RandomRules() {}
}
