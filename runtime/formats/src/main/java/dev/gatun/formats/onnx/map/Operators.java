package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.op.Ops;
import dev.gatun.core.tensor.UnsupportedOpException;
import dev.gatun.formats.onnx.op.OnnxOps;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gatun's operators and those that only ONNX has, by name: mapping rules are tables of names. */
final class Operators {
  private static final Map<String, OpDef> BY_NAME = byName(List.of(Ops.ALL, OnnxOps.ALL));

  private static Map<String, OpDef> byName(List<List<OpDef>> lists) {
    Map<String, OpDef> map = new HashMap<>();
    for (List<OpDef> list : lists) {
      for (OpDef op : list) {
        map.put(op.name(), op);
      }
    }
    return map;
  }

  /** The operator of a name. */
  static OpDef named(String name) {
    OpDef op = BY_NAME.get(name);
    if (op == null) {
      throw new UnsupportedOpException("needs the operator '" + name + "', which Gatun lacks");
    }
    return op;
  }

  private Operators() {}
}
