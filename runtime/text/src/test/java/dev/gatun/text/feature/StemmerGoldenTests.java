package dev.gatun.text.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.text.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Stems of {@code classic.json}, and of words that the algorithms' authors give. */
class StemmerGoldenTests {
  @Test
  void agreesWithTheReference() {
    Path file = Shared.golden("classic.json");
    assumeTrue(Files.exists(file), "no reference values: set gatun.golden to their directory");
    JsonNode golden = JsonMapper.shared().readTree(file.toFile()).get("stemming");
    Map<String, Stemmer> known =
        Map.of("porter", Stemmer.PORTER, "porter2_snowball_english", Stemmer.PORTER2);
    int compared = 0;
    for (Map.Entry<String, Stemmer> entry : known.entrySet()) {
      JsonNode expected = golden.path(entry.getKey());
      Map<String, String> wanted = new LinkedHashMap<>();
      Map<String, String> found = new LinkedHashMap<>();
      for (int i = 0; i < expected.size(); i++) {
        String word = golden.get("words").get(i).stringValue();
        wanted.put(word, expected.get(i).stringValue());
        found.put(word, entry.getValue().stem(word));
        compared++;
      }
      assertEquals(wanted, found, entry.getKey());
    }
    assertTrue(compared > 0, "no stems in the file");
  }

  @ParameterizedTest
  @CsvSource({
    "a, a",
    "is, is",
    "cats, cat",
    "ties, ti",
    "plastered, plaster",
    "bled, bled",
    "tanned, tan",
    "failing, fail",
    "controlling, control",
    "rolling, roll",
    "valenci, valenc",
    "digitizer, digit",
    "conformabli, conform",
    "radically, radic",
    "vietnamization, vietnam",
    "operator, oper",
    "feudalism, feudal",
    "sensibiliti, sensibl",
    "formative, form",
    "electriciti, electr",
    "allowance, allow",
    "replacement, replac",
    "adoption, adopt",
    "bowdlerize, bowdler",
    "rate, rate",
    "cease, ceas",
    "analogi, analog",
    "universal, univers"
  })
  void porter(String word, String stem) {
    assertEquals(stem, Stemmer.PORTER.stem(word));
  }

  @ParameterizedTest
  @CsvSource({
    "a, a",
    "gas, gas",
    "gaps, gap",
    "ties, tie",
    "cries, cri",
    "kiwis, kiwi",
    "dogs', dog",
    "by, by",
    "say, say",
    "cry, cri",
    "youth, youth",
    "boyish, boyish",
    "sayyid, sayyid",
    "consigned, consign",
    "consistently, consist",
    "consolatory, consolatori",
    "knightly, knight",
    "knots, knot",
    "luxuriated, luxuri",
    "hoped, hope",
    "hopping, hop",
    "communism, communism",
    "generate, generat",
    "arsenal, arsenal",
    "proceed, proceed",
    "exceeding, exceed",
    "bed, bed",
    "shed, shed",
    "beds, bed",
    "rolling, roll",
    "skis, ski",
    "inning, inning",
    "adding, add",
    "university, universiti",
    "universe, univers",
    "biologist, biolog"
  })
  void porter2(String word, String stem) {
    assertEquals(stem, Stemmer.PORTER2.stem(word));
  }
}
