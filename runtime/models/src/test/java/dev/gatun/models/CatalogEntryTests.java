package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogEntryTests {
  @Test
  void everythingKnownIsCounted() {
    Map<String, Long> counts = new HashMap<>();
    for (CatalogEntry entry : CatalogEntry.all()) {
      counts.put(entry.type() + " " + entry.name(), entry.parameters());
    }
    assertEquals(124_439_808L, counts.get("gpt2 GPT2LMHeadModel"));
    assertEquals(109_482_240L, counts.get("bert BertModel"));
    assertEquals(66_362_880L, counts.get("distilbert DistilBertModel"));
    assertEquals(60_506_624L, counts.get("t5 T5ForConditionalGeneration"));
    assertEquals(6_738_415_616L, counts.get("llama LlamaForCausalLM"));
    assertEquals(25_557_032L, counts.get("torchvision resnet50"));
    assertTrue(counts.values().stream().filter(n -> n < 0).count() < 5, counts.toString());
  }

  /** Options of published configs, not of the classes' defaults. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          RobertaModel | 124645632 | "model_type": "roberta", "vocab_size": 50265, \
              "max_position_embeddings": 514, "type_vocab_size": 1
          BertForSequenceClassification | 109483778 | "model_type": "bert"
          DistilBertForSequenceClassification | 66955010 | "model_type": "distilbert"
          """)
  void publishedNetworksAreCounted(String name, long parameters, String options) {
    Config config = Config.of("{" + options + ", \"architectures\": [\"" + name + "\"]}");
    // Weights are made when somebody reads them, which nobody does.
    try (Pretrained model =
        Pretrained.initialized(
            config, p -> Tensor.computed(p.dtype(), p.shape(), to -> to.fill((byte) 0)))) {
      assertEquals(parameters, model.parameterCount());
    }
  }
}
