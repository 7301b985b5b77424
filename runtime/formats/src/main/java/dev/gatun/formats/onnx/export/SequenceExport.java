package dev.gatun.formats.onnx.export;

import static dev.gatun.formats.onnx.export.Given.same;
import static java.util.Map.entry;

import java.util.Map;

/** Sequences and optional values. */
final class SequenceExport {
  static final Map<String, ExportRule> TABLE =
      Map.ofEntries(
          entry(
              "concatFromSequence",
              same("ConcatFromSequence", "axis", "axis", "new_axis", "newAxis")),
          entry("optional", same("Optional", "type", "type")),
          entry("optionalGetElement", same("OptionalGetElement")),
          entry("optionalHasElement", same("OptionalHasElement")),
          entry("sequenceAt", same("SequenceAt")),
          entry("sequenceConstruct", same("SequenceConstruct")),
          entry("sequenceEmpty", same("SequenceEmpty", "dtype", "dtype")),
          entry("sequenceErase", same("SequenceErase")),
          entry("sequenceInsert", same("SequenceInsert")),
          entry("sequenceLength", same("SequenceLength")),
          entry(
              "splitToSequence", same("SplitToSequence", "axis", "axis", "keepdims", "keepDims")));

  private SequenceExport() {}
}
