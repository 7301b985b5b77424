package dev.gatun.formats.onnx.export;

import static java.util.Map.entry;

import dev.gatun.core.graph.OpDef;
import java.util.Map;

/**
 * What operators consist of that ONNX does not have, where the operator's own definition needs
 * sizes that are not known before a graph runs, or has none.
 */
final class Parts {
  static final Map<String, OpDef.Decomposition> TABLE =
      Map.ofEntries(
          entry("attention", AttentionParts::attention),
          entry("rope", AttentionParts::rope),
          entry("batchNormTrain", SmallParts::batchNormTrain),
          entry("cumProd", SmallParts::cumProd),
          entry("roll", SmallParts::roll),
          entry("sumTo", SmallParts::sumTo),
          entry("unfold", SmallParts::unfold));

  private Parts() {}
}
