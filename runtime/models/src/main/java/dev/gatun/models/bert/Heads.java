package dev.gatun.models.bert;

import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Labels;
import dev.gatun.models.family.Spans;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the heads of these encoders have in common. */
final class Heads {
  static List<Architecture.Field> fields(boolean types) {
    List<Architecture.Field> fields = new ArrayList<>();
    fields.add(Architecture.required(Architecture.ids("input_ids")));
    fields.add(Architecture.optional(Architecture.ids("attention_mask")));
    if (types) {
      fields.add(Architecture.optional(Architecture.ids("token_type_ids")));
    }
    fields.add(Architecture.optional(Architecture.ids("position_ids")));
    return fields;
  }

  /** Where an answer begins and where it ends: two numbers a position. */
  static Map<String, Flow> answer(Flow states) {
    Flow both = Pieces.linear(states, "qa_outputs", 2);
    Map<String, Flow> results = new LinkedHashMap<>();
    results.put("start_logits", both.select(2, 0));
    results.put("end_logits", both.select(2, 1));
    return results;
  }

  static Architecture withLoss(Architecture architecture, Config config, String className) {
    if (className.endsWith("ForMaskedLM") || className.endsWith("ForTokenClassification")) {
      return architecture.trainedBy(Labels.perPosition());
    }
    if (className.endsWith("ForSequenceClassification")) {
      return architecture.trainedBy(Labels.ofSamples(config));
    }
    if (className.endsWith("ForNextSentencePrediction")) {
      return architecture.trainedBy(Labels.oneClass());
    }
    if (className.endsWith("ForQuestionAnswering")) {
      return architecture.trainedBy(new Spans());
    }
    return architecture;
  }

  private Heads() {}
}
