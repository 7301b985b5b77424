package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Operators that move, repeat, cut or make up elements without computing with them. */
final class MovementRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("BitCast", n -> n.op("bitCast", Attrs.of("to", n.dtype("to")), n.in(0))),
          entry("CenterCropPad", MovementRules::centerCropPad),
          entry("Concat", MovementRules::concat),
          entry("Constant", MovementRules::constant),
          entry("ConstantOfShape", MovementRules::constantOfShape),
          entry("DepthToSpace", MovementRules::depthToSpace),
          entry("Expand", n -> n.op("expand", n.in(0), n.in(1))),
          entry("EyeLike", MovementRules::eyeLike),
          entry("Flatten", n -> n.op("flatten", Attrs.of("axis", n.integer("axis", 1)), n.in(0))),
          entry("Pad", MovementRules::pad),
          entry("Range", n -> n.op("range", n.in(0), n.in(1), n.in(2))),
          entry("Reshape", MovementRules::reshape),
          entry("ReverseSequence", MovementRules::reverseSequence),
          entry("Shape", MovementRules::shape),
          entry("Size", n -> n.op("sizeOf", n.in(0))),
          entry("Slice", MovementRules::slice),
          entry(
              "SpaceToDepth",
              n ->
                  n.op(
                      "spaceToDepth",
                      Attrs.of("blockSize", n.integer("blocksize"), "mode", n.text("mode", "DCR")),
                      n.in(0))),
          entry("Split", MovementRules::split),
          entry("Squeeze", n -> n.op("squeeze", n.in(0), axes(n, 13))),
          entry("Tile", MovementRules::tile),
          entry("Transpose", MovementRules::transpose),
          entry(
              "Trilu",
              n -> n.op("trilu", Attrs.of("upper", n.flag("upper", true)), n.in(0), n.optional(1))),
          entry("Unsqueeze", n -> n.op("unsqueeze", n.in(0), axes(n, 13))));

  /** Axes: an attribute before the given version, an optional second input from then on. */
  static Value axes(OnnxNode n, int inputSince) {
    if (n.version() >= inputSince) {
      return n.optional(1);
    }
    return n.optionalIntegers("axes").map(n::vector).orElse(Value.ABSENT);
  }

  private static List<Value> centerCropPad(OnnxNode n) {
    Attrs attrs = n.optionalIntegers("axes").map(axes -> Attrs.of("axes", axes)).orElse(Attrs.NONE);
    return n.op("centerCropPad", attrs, n.in(0), n.in(1));
  }

  private static List<Value> concat(OnnxNode n) {
    long axis = n.version() < 4 ? n.integer("axis", 1) : n.integer("axis");
    return n.op("concat", Attrs.of("axis", axis), n.inputs().toArray(Value[]::new));
  }

  private static List<Value> constant(OnnxNode n) {
    if (n.hasAttr("value")) {
      return List.of(n.constant(n.tensor("value")));
    }
    if (n.hasAttr("sparse_value")) {
      return List.of(n.constant(n.tensor("sparse_value")));
    }
    Tensor tensor;
    if (n.hasAttr("value_float")) {
      tensor = Tensor.of(new float[] {(float) n.real("value_float")});
    } else if (n.hasAttr("value_floats")) {
      double[] values = n.reals("value_floats");
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      tensor = Tensor.of(floats, floats.length);
    } else if (n.hasAttr("value_int")) {
      tensor = Tensor.scalar(n.integer("value_int"));
    } else if (n.hasAttr("value_ints")) {
      tensor = Tensor.vector(n.integers("value_ints"));
    } else if (n.hasAttr("value_string")) {
      tensor = Tensor.of(new String[] {n.text("value_string")});
    } else {
      if (!n.hasAttr("value_strings")) {
        throw n.error("has no value");
      }
      List<String> texts = n.texts("value_strings");
      tensor = Tensor.of(texts.toArray(String[]::new), texts.size());
    }
    return List.of(n.constant(tensor));
  }

  private static List<Value> constantOfShape(OnnxNode n) {
    Tensor value = n.hasAttr("value") ? n.tensor("value") : Tensor.of(new float[] {0}, 1);
    return n.op("constantOfShape", Attrs.of("value", value), n.in(0));
  }

  private static List<Value> depthToSpace(OnnxNode n) {
    return n.op(
        "depthToSpace",
        Attrs.of("blockSize", n.integer("blocksize"), "mode", n.text("mode", "DCR")),
        n.in(0));
  }

  private static List<Value> eyeLike(OnnxNode n) {
    return n.op(
        "eyeLike",
        Attrs.of("dtype", n.dtype("dtype", n.dtype(0)), "k", n.integer("k", 0)),
        n.in(0));
  }

  private static List<Value> pad(OnnxNode n) {
    Attrs attrs = Attrs.of("mode", n.text("mode", "constant"));
    if (n.version() >= 11) {
      return n.op("pad", attrs, n.in(0), n.in(1), n.optional(2), n.optional(3));
    }
    Value pads = n.vector(n.integers(n.version() < 2 ? "paddings" : "pads"));
    return n.op("pad", attrs, n.in(0), pads, n.scalar(n.in(0), n.real("value", 0)));
  }

  private static List<Value> reshape(OnnxNode n) {
    n.ignore("consumed_inputs");
    Value shape = n.version() < 5 ? n.vector(n.integers("shape")) : n.in(1);
    return n.op("reshape", Attrs.of("allowZero", n.flag("allowzero", false)), n.in(0), shape);
  }

  private static List<Value> reverseSequence(OnnxNode n) {
    return n.op(
        "reverseSequence",
        Attrs.of("timeAxis", n.integer("time_axis", 0), "batchAxis", n.integer("batch_axis", 1)),
        n.in(0),
        n.in(1));
  }

  private static List<Value> shape(OnnxNode n) {
    Attrs attrs = Attrs.of("start", n.integer("start", 0));
    return n.op("shapeOf", n.hasAttr("end") ? attrs.with("end", n.integer("end")) : attrs, n.in(0));
  }

  private static List<Value> slice(OnnxNode n) {
    if (n.version() >= 10) {
      return n.op("slice", n.in(0), n.in(1), n.in(2), n.optional(3), n.optional(4));
    }
    return n.op(
        "slice",
        n.in(0),
        n.vector(n.integers("starts")),
        n.vector(n.integers("ends")),
        n.optionalIntegers("axes").map(n::vector).orElse(Value.ABSENT));
  }

  private static List<Value> split(OnnxNode n) {
    long axis = n.integer("axis", 0);
    Attrs attrs = Attrs.of("axis", axis);
    Value sizes =
        n.version() < 13 && n.hasAttr("split")
            ? n.vector(n.integers("split"))
            : n.version() < 2 || n.version() >= 13 ? n.optional(1) : Value.ABSENT;
    long parts = n.integer("num_outputs", n.outputs());
    if (!sizes.isAbsent()) {
      return n.op("split", attrs, n.in(0), sizes);
    }
    Shape shape = n.shape(0);
    Optional<long[]> equal =
        shape.isRanked() && shape.size((int) axis) >= 0
            ? Optional.of(equalParts(shape.size((int) axis), parts))
            : Optional.empty();
    return equal.isPresent()
        ? n.op("split", attrs, n.in(0), n.vector(equal.get()))
        : n.op("split", attrs.with("parts", parts), n.in(0));
  }

  // Equal parts, only the last may be smaller.
  private static long[] equalParts(long size, long parts) {
    long[] sizes = new long[Math.toIntExact(parts)];
    long each = (size + parts - 1) / parts;
    Arrays.fill(sizes, each);
    sizes[sizes.length - 1] = size - each * (parts - 1);
    return sizes;
  }

  private static List<Value> tile(OnnxNode n) {
    if (n.version() >= 6) {
      return n.op("tile", n.in(0), n.in(1));
    }
    // Opset 1: how often, and along which single axis.
    long[] repeats = new long[n.shape(0).rank()];
    Arrays.fill(repeats, 1);
    long axis = n.constantIntegers(2).orElseThrow(() -> n.unsupported("an axis not known"))[0];
    repeats[(int) axis] =
        n.constantIntegers(1).orElseThrow(() -> n.unsupported("a count not known"))[0];
    return n.op("tile", n.in(0), n.vector(repeats));
  }

  private static List<Value> transpose(OnnxNode n) {
    Optional<long[]> given = n.optionalIntegers("perm");
    if (given.isPresent()) {
      return n.op("transpose", Attrs.of("perm", given.get()), n.in(0));
    }
    if (!n.shape(0).isRanked()) {
      return n.op("transpose", n.in(0));
    }
    long[] perm = new long[n.shape(0).rank()];
    for (int i = 0; i < perm.length; i++) {
      perm[i] = perm.length - 1L - i;
    }
    return n.op("transpose", Attrs.of("perm", perm), n.in(0));
  }

  /** A one-element tensor of an element type. */
  static Tensor one(DType type, double value) {
    return Tensor.scalar(type, value).reshape(Shape.of(1));
  }

  private MovementRules() {}
}
