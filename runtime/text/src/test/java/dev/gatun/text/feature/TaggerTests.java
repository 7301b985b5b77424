package dev.gatun.text.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.text.feature.Tagger.Tagged;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Parts of speech of a made-up grammar, in which words alone do not tell them. */
class TaggerTests {
  private static final List<String> NOUNS =
      List.of("ship", "lock", "canal", "gate", "water", "pump", "light", "signal");
  // Also nouns: what they are follows from where they stand.
  private static final List<String> VERBS =
      List.of("lock", "water", "pump", "light", "signal", "follows", "enters", "opens");
  private static final List<String> ADJECTIVES = List.of("slow", "long", "light", "open", "deep");
  private static final List<String> ADVERBS = List.of("slowly", "openly", "deeply", "now");

  private static void noun(Random random, List<Tagged> out) {
    out.add(new Tagged(random.nextBoolean() ? "the" : "a", "DET"));
    for (int n = random.nextInt(3); n > 0; n--) {
      out.add(new Tagged(pick(random, ADJECTIVES), "ADJ"));
    }
    out.add(new Tagged(pick(random, NOUNS), "NOUN"));
  }

  private static String pick(Random random, List<String> words) {
    return words.get(random.nextInt(words.size()));
  }

  private static List<List<Tagged>> sentences(int count, long seed) {
    Random random = new Random(seed);
    List<List<Tagged>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Tagged> sentence = new ArrayList<>();
      noun(random, sentence);
      if (random.nextInt(3) == 0) {
        sentence.add(new Tagged(pick(random, ADVERBS), "ADV"));
      }
      sentence.add(new Tagged(pick(random, VERBS), "VERB"));
      noun(random, sentence);
      sentence.add(new Tagged(".", "."));
      all.add(sentence);
    }
    return all;
  }

  private static double accuracy(Tagger tagger, List<List<Tagged>> sentences) {
    int right = 0;
    int count = 0;
    for (List<Tagged> sentence : sentences) {
      List<String> found = tagger.tag(sentence.stream().map(Tagged::word).toList());
      assertEquals(sentence.size(), found.size());
      for (int i = 0; i < found.size(); i++) {
        right += found.get(i).equals(sentence.get(i).tag()) ? 1 : 0;
        count++;
      }
    }
    return (double) right / count;
  }

  @Test
  void wordsOfSeveralPartsAreToldByTheirPlace() {
    List<List<Tagged>> train = sentences(300, 1);
    Tagger tagger = Tagger.train(train, 5, 2);
    assertEquals(List.of(".", "ADJ", "ADV", "DET", "NOUN", "VERB"), tagger.tags());
    double accuracy = accuracy(tagger, sentences(200, 3));
    assertTrue(accuracy >= 0.95, "accuracy " + accuracy);
    assertEquals(
        List.of("DET", "NOUN", "VERB", "DET", "ADJ", "NOUN", "."),
        tagger.tag(List.of("the", "light", "signal", "a", "light", "signal", ".")));
    // A word that never came: its end and its place tell.
    assertEquals(
        "ADV", tagger.tag(List.of("the", "ship", "quickly", "enters", "a", "lock")).get(2));
    assertEquals(List.of(), tagger.tag(List.of()));
  }

  @Test
  void theSameSentencesGiveTheSameTagger() {
    List<List<Tagged>> train = sentences(50, 4);
    Tagger one = Tagger.train(train, 2, 5);
    Tagger two = Tagger.train(train, 2, 5);
    for (List<Tagged> sentence : sentences(50, 6)) {
      List<String> words = sentence.stream().map(Tagged::word).toList();
      assertEquals(one.tag(words), two.tag(words));
    }
    assertThrows(IllegalArgumentException.class, () -> Tagger.train(List.of(), 1, 1));
  }
}
