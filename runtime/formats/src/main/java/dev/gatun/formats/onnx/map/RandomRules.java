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

  private RandomRules() {}
}
