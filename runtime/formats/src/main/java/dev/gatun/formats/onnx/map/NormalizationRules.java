package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Normalizations and softmax. */
final class NormalizationRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("BatchNormalization", NormalizationRules::batchNorm),
          entry("GroupNormalization", NormalizationRules::groupNorm),
          entry("Hardmax", softmax("hardmax")),
          entry(
              "InstanceNormalization",
              n -> n.op("instanceNorm", epsilon(n, "consumed_inputs"), n.in(0), n.in(1), n.in(2))),
          entry("LRN", NormalizationRules::lrn),
          entry(
              "LayerNormalization",
              n ->
                  n.op(
                      "layerNorm",
                      epsilon(n, "stash_type").with("axis", n.integer("axis", -1)),
                      n.in(0),
                      n.optional(1),
                      n.optional(2))),
          entry("LogSoftmax", softmax("logSoftmax")),
          entry(
              "LpNormalization",
              n ->
                  n.op(
                      "lpNorm",
                      Attrs.of("axis", n.integer("axis", -1), "p", n.integer("p", 2)),
                      n.in(0))),
          entry(
              "MeanVarianceNormalization",
              n ->
                  n.op(
                      "meanVarianceNorm",
                      Attrs.of("axes", n.optionalIntegers("axes").orElse(new long[] {0, 2, 3})),
                      n.in(0))),
          entry(
              "RMSNormalization",
              n ->
                  n.op(
                      "rmsNorm",
                      epsilon(n, "stash_type").with("axis", n.integer("axis", -1)),
                      n.in(0),
                      n.in(1))),
          // Written by ONNX Runtime into the default domain.
          entry("SimplifiedLayerNormalization", MicrosoftRules::simplifiedLayerNorm),
          entry("Softmax", softmax("softmax")));

  private static Attrs epsilon(OnnxNode n, String ignored) {
    n.ignore(ignored);
    return Attrs.of("epsilon", n.real("epsilon", 1e-5f));
  }

  private static List<Value> batchNorm(OnnxNode n) {
    n.ignore("consumed_inputs", "is_test");
    double momentum = n.real("momentum", 0.9f);
    double epsilon = n.real("epsilon", 1e-5f);
    if (n.version() < 9 && !n.flag("spatial", true)) {
      throw n.unsupported("statistics for every element (spatial=0)");
    }
    if (n.version() < 14 || !n.flag("training_mode", false)) {
      Value y =
          n.op(
                  "batchNorm",
                  Attrs.of("epsilon", epsilon),
                  n.in(0),
                  n.in(1),
                  n.in(2),
                  n.in(3),
                  n.in(4))
              .get(0);
      return n.outputs() == 1 ? List.of(y) : statistics(n, y);
    }
    return training(n, epsilon, momentum);
  }

  // At inference the other outputs are what came in, twice.
  private static List<Value> statistics(OnnxNode n, Value y) {
    return List.of(y, n.in(3), n.in(4), n.in(3), n.in(4));
  }

  private static List<Value> training(OnnxNode n, double epsilon, double momentum) {
    Shape shape = n.shape(0);
    List<Long> axes = new ArrayList<>();
    for (long axis = 0; axis < shape.rank(); axis++) {
      if (axis != 1) {
        axes.add(axis);
      }
    }
    Value all = n.vector(axes.stream().mapToLong(Long::longValue).toArray());
    Attrs flat = Attrs.of("keepDims", false);
    Value mean = n.add("reduceMean", flat, n.in(0), all);
    Value centered =
        n.add("sub", n.in(0), n.add("reduceMean", Attrs.of("keepDims", true), n.in(0), all));
    Value variance = n.add("reduceMean", flat, n.add("mul", centered, centered), all);
    Value y =
        n.add(
            "batchNorm",
            Attrs.of("epsilon", epsilon),
            n.in(0),
            n.in(1),
            n.in(2),
            n.cast(mean, n.dtype(1)),
            n.cast(variance, n.dtype(1)));
    return List.of(y, running(n, n.in(3), mean, momentum), running(n, n.in(4), variance, momentum));
  }

  private static Value running(OnnxNode n, Value old, Value batch, double momentum) {
    Value kept = n.add("mul", old, n.scalar(old, momentum));
    Value now = n.cast(batch, old.tensorType().dtype());
    return n.add("add", kept, n.add("mul", now, n.scalar(old, 1 - momentum)));
  }

  private static List<Value> groupNorm(OnnxNode n) {
    long groups = n.integer("num_groups");
    Value scale = n.in(1);
    Value bias = n.in(2);
    if (n.version() < 21) {
      // One scale and bias a group: repeat them for each channel of the group.
      scale = perChannel(n, scale, groups);
      bias = perChannel(n, bias, groups);
    }
    return n.op("groupNorm", epsilon(n, "stash_type").with("groups", groups), n.in(0), scale, bias);
  }

  private static Value perChannel(OnnxNode n, Value parameter, long groups) {
    long channels = n.shape(0).isRanked() ? n.shape(0).size(1) : -1;
    if (channels < 0) {
      throw n.unsupported("the number of channels must be known");
    }
    Value column = n.add("reshape", parameter, n.vector(groups, 1));
    Value wide = n.add("expand", column, n.vector(groups, channels / groups));
    return n.add("reshape", wide, n.vector(channels));
  }

  private static List<Value> lrn(OnnxNode n) {
    return n.op(
        "lrn",
        Attrs.of(
            "size",
            n.integer("size"),
            "alpha",
            n.real("alpha", 1e-4f),
            "beta",
            n.real("beta", 0.75),
            "bias",
            n.real("bias", 1)),
        n.in(0));
  }

  // Before opset 13 all axes from the given one on count as one.
  private static Rule softmax(String op) {
    return n -> {
      if (n.version() >= 13) {
        return n.op(op, Attrs.of("axis", n.integer("axis", -1)), n.in(0));
      }
      long axis = n.integer("axis", 1);
      Shape shape = n.shape(0);
      if (shape.isRanked() && (axis == -1 || axis == shape.rank() - 1)) {
        return n.op(op, Attrs.of("axis", -1), n.in(0));
      }
      Value flat = n.add("flatten", Attrs.of("axis", axis), n.in(0));
      Value y = n.add(op, Attrs.of("axis", -1), flat);
      return n.op("reshape", Attrs.of("allowZero", true), y, n.add("shapeOf", n.in(0)));
    };
  }

  private NormalizationRules() {}
}
