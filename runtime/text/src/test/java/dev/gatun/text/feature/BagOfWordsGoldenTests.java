package dev.gatun.text.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.text.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bag of words and TF-IDF of {@code classic.json}. */
class BagOfWordsGoldenTests {
  private static List<String> strings(JsonNode array) {
    return array.values().stream().map(JsonNode::stringValue).toList();
  }

  private static double[] doubles(JsonNode array) {
    return array.values().stream().mapToDouble(JsonNode::doubleValue).toArray();
  }

  @Test
  void agreesWithTheReference() throws Exception {
    Path file = Shared.golden("classic.json");
    assumeTrue(Files.exists(file), "no reference values: set gatun.golden to their directory");
    JsonNode golden = JsonMapper.shared().readTree(file.toFile()).get("bag_of_words");
    List<String> docs = strings(golden.get("docs"));
    BagOfWords words = BagOfWords.of(docs);
    assertEquals(strings(golden.get("vocabulary")), words.vocabulary());
    BagOfWords pairs = BagOfWords.of(docs, 1, 2, Set.of());
    assertEquals(strings(golden.get("bigram_vocabulary")), pairs.vocabulary());
    for (int i = 0; i < docs.size(); i++) {
      double[] counts =
          java.util.Arrays.stream(words.counts(docs.get(i))).asDoubleStream().toArray();
      assertArrayEquals(doubles(golden.get("counts").get(i)), counts);
      assertArrayEquals(
          doubles(golden.get("tfidf_smooth_l2").get(i)),
          words.tfIdf(docs.get(i), true, true),
          1e-9);
      assertArrayEquals(
          doubles(golden.get("tfidf_plain").get(i)), pairs.tfIdf(docs.get(i), false, false), 1e-9);
    }
  }

  @Test
  void stopWordsAndUnknownWords() {
    BagOfWords words = BagOfWords.of(List.of("the cat", "the dog"), 1, 1, Set.of("the"));
    assertEquals(List.of("cat", "dog"), words.vocabulary());
    assertArrayEquals(new int[] {2, 0}, words.counts("Cat the CAT bird a"));
    assertArrayEquals(new double[2], words.tfIdf("bird", true, true));
    assertThrows(IllegalArgumentException.class, () -> BagOfWords.of(List.of("a"), 2, 1, Set.of()));
  }
}
