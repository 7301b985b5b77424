package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.Map;

/** Sequences and optionals. */
final class SequenceRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry(
              "ConcatFromSequence",
              n ->
                  n.op(
                      "concatFromSequence",
                      Attrs.of("axis", n.integer("axis"), "newAxis", n.flag("new_axis", false)),
                      n.in(0))),
          entry("Optional", SequenceRules::optional),
          entry("OptionalGetElement", SequenceRules::getElement),
          entry("OptionalHasElement", SequenceRules::hasElement),
          entry("SequenceAt", n -> n.op("sequenceAt", n.in(0), n.in(1))),
          entry(
              "SequenceConstruct",
              n -> n.op("sequenceConstruct", n.inputs().toArray(Value[]::new))),
          entry(
              "SequenceEmpty",
              n -> n.op("sequenceEmpty", Attrs.of("dtype", n.dtype("dtype", DType.F32)))),
          entry("SequenceErase", n -> n.op("sequenceErase", n.in(0), n.optional(1))),
          entry("SequenceInsert", n -> n.op("sequenceInsert", n.in(0), n.in(1), n.optional(2))),
          entry("SequenceLength", n -> n.op("sequenceLength", n.in(0))),
          entry(
              "SplitToSequence",
              n ->
                  n.op(
                      "splitToSequence",
                      Attrs.of("axis", n.integer("axis", 0), "keepDims", n.flag("keepdims", true)),
                      n.in(0),
                      n.optional(1))));

  private static List<Value> optional(OnnxNode n) {
    return n.has(0)
        ? n.op("optional", n.in(0))
        : n.op("optional", Attrs.of("type", n.type("type")));
  }

  // From opset 18 on a plain value may stand where an optional is expected.
  private static List<Value> getElement(OnnxNode n) {
    return n.in(0).type() instanceof Type.OfOptional
        ? n.op("optionalGetElement", n.in(0))
        : List.of(n.in(0));
  }

  private static List<Value> hasElement(OnnxNode n) {
    if (n.has(0) && n.in(0).type() instanceof Type.OfOptional) {
      return n.op("optionalHasElement", n.in(0));
    }
    return List.of(n.constant(dev.gatun.core.tensor.Tensor.of(new boolean[] {n.has(0)})));
  }

  private SequenceRules() {}
}
