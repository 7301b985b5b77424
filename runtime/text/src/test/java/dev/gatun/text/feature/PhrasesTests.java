package dev.gatun.text.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Planted pairs are found among random words. */
class PhrasesTests {
  @Test
  void plantedPairsAreJoined() {
    Random random = new Random(4);
    List<List<String>> texts = new ArrayList<>();
    for (int t = 0; t < 200; t++) {
      List<String> text = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        if (random.nextInt(10) == 0) {
          text.addAll(random.nextBoolean() ? List.of("new", "york") : List.of("deep", "learning"));
        } else {
          text.add("w" + random.nextInt(50));
        }
      }
      texts.add(text);
    }
    Phrases phrases = Phrases.of(texts, 10, 2);
    assertEquals(Set.of("new york", "deep learning"), phrases.scores().keySet());
    assertEquals(
        List.of("in", "new_york", "york", "new"),
        phrases.join(List.of("in", "new", "york", "york", "new"), "_"));
    // Two words that are nowhere else: their score is the logarithm of their share.
    Phrases certain = Phrases.of(List.of(List.of("a", "b", "c", "d")), 1, 0);
    assertEquals(Math.log(4), certain.scores().getOrDefault("a b", 0.0), 1e-12);
  }
}
