package dev.gatun.formats.onnx.export;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All rules by the name of Gatun's operator. */
final class ExportRules {
  static final Map<String, ExportRule> TABLE = merged();

  private static Map<String, ExportRule> merged() {
    Map<String, ExportRule> all = new HashMap<>();
    for (Map<String, ExportRule> family :
        List.of(
            ElementwiseExport.TABLE,
            MovementExport.TABLE,
            IndexExport.TABLE,
            LayerExport.TABLE,
            SignalExport.TABLE,
            SequenceExport.TABLE,
            ControlExport.TABLE)) {
      family.forEach(
          (name, rule) -> {
            if (all.put(name, rule) != null) {
              throw new IllegalStateException("two rules for " + name);
            }
          });
    }
    return Map.copyOf(all);
  }

  private ExportRules() {}
}
