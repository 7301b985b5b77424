package dev.gatun.formats.onnx.map;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables of all families, by domain. */
final class Rules {
  private static final Map<String, Map<String, Rule>> BY_DOMAIN =
      Map.of(
          "",
          union(
              ElementwiseRules.TABLE,
              MovementRules.TABLE,
              IndexRules.TABLE,
              ReductionRules.TABLE,
              IntegerRules.TABLE,
              MatrixRules.TABLE,
              ConvolutionRules.TABLE,
              PoolingRules.TABLE,
              NormalizationRules.TABLE,
              AttentionRules.TABLE,
              RecurrentRules.TABLE,
              ResizeRules.TABLE,
              VisionRules.TABLE,
              SignalRules.TABLE,
              QuantizationRules.TABLE,
              LossRules.TABLE,
              RandomRules.TABLE,
              ControlRules.TABLE,
              SequenceRules.TABLE,
              TextRules.TABLE),
          "ai.onnx.ml",
          union(LearnerRules.TABLE, EncoderRules.TABLE, TreeRules.TABLE),
          "ai.onnx.preview",
          AttentionRules.PREVIEW,
          "ai.onnx.preview.training",
          OptimizerRules.TABLE,
          "com.microsoft",
          MicrosoftRules.TABLE);

  @SafeVarargs
  private static Map<String, Rule> union(Map<String, Rule>... tables) {
    Map<String, Rule> union = new HashMap<>();
    for (Map<String, Rule> table : tables) {
      for (Map.Entry<String, Rule> entry : table.entrySet()) {
        if (union.put(entry.getKey(), entry.getValue()) != null) {
          throw new IllegalStateException("two rules for " + entry.getKey());
        }
      }
    }
    return union;
  }

  /** The rule of an operator; null when there is none. */
  static @Nullable Rule find(String domain, String opType) {
    Map<String, Rule> table = BY_DOMAIN.get(domain);
    return table == null ? null : table.get(opType);
  }

  /** Names of all operators of a domain. */
  static List<String> names(String domain) {
    return BY_DOMAIN.getOrDefault(domain, Map.of()).keySet().stream().sorted().toList();
  }

  private Rules() {}
}
