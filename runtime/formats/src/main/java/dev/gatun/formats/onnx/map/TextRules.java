package dev.gatun.formats.onnx.map;

import java.util.Map;

/** Operators on strings. */
final class TextRules {
  static final Map<String, Rule> TABLE = Map.of();

  private TextRules() {}
}
