package dev.gatun.formats.onnx.export;

import dev.gatun.core.graph.Attrs;
import java.util.LinkedHashMap;
import java.util.Map;

/** Attributes of Gatun under the names that ONNX gives them. */
final class Given {
  /** Pairs of ONNX's and Gatun's name; what a node does not have is left out. */
  static Map<String, Object> of(Attrs attrs, String... onnxAndOwn) {
    Map<String, Object> found = new LinkedHashMap<>();
    Map<String, Object> all = attrs.asMap();
    for (int i = 0; i < onnxAndOwn.length; i += 2) {
      Object value = all.get(onnxAndOwn[i + 1]);
      if (value != null) {
        found.put(onnxAndOwn[i], value);
      }
    }
    return found;
  }

  /** The rule of an operator that differs in names only. */
  static ExportRule same(String type, String... onnxAndOwn) {
    return n -> n.op(type, of(n.attrs(), onnxAndOwn), n.inputs());
  }

  private Given() {}
}
