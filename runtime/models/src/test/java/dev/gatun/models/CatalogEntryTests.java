package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
}
