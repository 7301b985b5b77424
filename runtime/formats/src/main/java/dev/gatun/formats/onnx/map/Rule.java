package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.Value;
import java.util.List;

/** Builds what one ONNX node means; gives the values of its outputs in order. */
interface Rule {
  List<Value> build(OnnxNode n);

  /** A rule of one output. */
  interface Single {
    Value build(OnnxNode n);
  }

  /** Lifts a rule of one output. */
  static Rule one(Single rule) {
    return n -> List.of(rule.build(n));
  }
}
