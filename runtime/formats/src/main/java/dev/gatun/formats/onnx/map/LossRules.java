package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import java.util.List;
import java.util.Map;

/** Losses. */
final class LossRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry(
              "NegativeLogLikelihoodLoss",
              n -> n.op("negativeLogLikelihood", attrs(n), n.in(0), n.in(1), n.optional(2))),
          entry("SoftmaxCrossEntropyLoss", LossRules::softmaxCrossEntropy));

  private static Attrs attrs(OnnxNode n) {
    Attrs attrs = Attrs.of("reduction", n.text("reduction", "mean"));
    return n.hasAttr("ignore_index") ? attrs.with("ignoreIndex", n.integer("ignore_index")) : attrs;
  }

  private static List<Value> softmaxCrossEntropy(OnnxNode n) {
    Value logs = n.add("logSoftmax", Attrs.of("axis", 1), n.in(0));
    Value loss = n.add("negativeLogLikelihood", attrs(n), logs, n.in(1), n.optional(2));
    return List.of(loss, logs);
  }

  private LossRules() {}
}
