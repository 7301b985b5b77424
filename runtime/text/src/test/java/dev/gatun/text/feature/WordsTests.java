package dev.gatun.text.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.text.feature.WordVocabulary.Order;
import dev.gatun.text.feature.WordVocabulary.Rules;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Texts become words, words become numbers and counts. */
class WordsTests {
  private static final String CAT = "The cat sat on the mat.";
  private static final String DOG = "The cat and the dog played.";
  private static final List<String> SEEN =
      List.of("the", "cat", "sat", "on", "mat", "and", "dog", "played");

  private static List<String> words(String text) {
    return Words.of(text).stream().map(Words.Word::text).toList();
  }

  @Test
  void wordsAreWhereTheySayTheyAre() {
    assertEquals(List.of("The", "cat", "sat", "on", "the", "mat"), words(CAT));
    String text = "  don't \uD83D\uDE00 stop\u2014e\u0301t\u00E9, 'a_1' \uD835\uDC00b!'";
    for (Words.Word word : Words.of(text)) {
      assertEquals(word.text(), text.substring(word.start(), word.end()));
    }
    assertEquals(List.of("don't", "stop", "e\u0301t\u00E9", "a_1", "\uD835\uDC00b"), words(text));
    // What lies between the words has none of their characters, so nothing is lost.
    StringBuilder between = new StringBuilder();
    int from = 0;
    for (Words.Word word : Words.of(text)) {
      between.append(text, from, word.start());
      from = word.end();
    }
    assertTrue(between.append(text.substring(from)).chars().noneMatch(Character::isLetterOrDigit));
    assertEquals(List.of(), Words.of(" \u2019 ."));
  }

  @Test
  void vocabulariesHaveAnOrderAndBounds() {
    List<List<String>> texts =
        List.of(List.of("b", "c", "b", "d"), List.of("c", "b", "a", "d"), List.of("e"));
    assertEquals(List.of("b", "c", "d", "a", "e"), WordVocabulary.of(texts, Rules.DEFAULT).words());
    Rules two = Rules.DEFAULT.least(2);
    assertEquals(List.of("b", "c", "d"), WordVocabulary.of(texts, two).words());
    assertEquals(
        List.of("b", "c", "d", "a"),
        WordVocabulary.of(texts, Rules.DEFAULT.order(Order.FIRST_SEEN).most(4)).words());
    assertEquals(
        List.of("a", "b", "c", "d"),
        WordVocabulary.of(texts, Rules.DEFAULT.order(Order.ALPHABET).most(4)).words());
    WordVocabulary small =
        WordVocabulary.of(texts, Rules.DEFAULT.special("<pad>", "d").unknown("<unk>").most(4));
    assertEquals(List.of("<pad>", "d", "<unk>", "b"), small.words());
    assertArrayEquals(new long[] {3, 2, 1, 2}, small.ids(List.of("b", "c", "d", "nonesuch")));
    assertEquals("b", small.word(3));
    assertEquals(2, small.count("c"));
    assertFalse(small.contains("c"));
    assertEquals(4, small.size());
    WordVocabulary strict = WordVocabulary.of(texts, two);
    assertTrue(message(() -> strict.id("nonesuch")).contains("nonesuch"));
    assertTrue(message(() -> strict.word(3)).contains("number 3"));
    assertTrue(
        message(() -> Rules.DEFAULT.special("a", "b").unknown("c").most(2)).contains("special"));
    assertTrue(message(() -> Rules.DEFAULT.least(0)).contains("expected 1 or more"));
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }

  @Test
  void bagsCountOrSayWhatIsThere() {
    BagOfWords bag = BagOfWords.over(SEEN, List.of(CAT, DOG));
    assertEquals(SEEN, bag.vocabulary());
    assertArrayEquals(new int[] {2, 1, 1, 1, 1, 0, 0, 0}, bag.counts(CAT));
    assertArrayEquals(new int[] {2, 1, 0, 0, 0, 1, 1, 1}, bag.counts(DOG));
    assertArrayEquals(new int[] {1, 1, 1, 1, 1, 0, 0, 0}, bag.binary(CAT));
    assertThrows(
        IllegalArgumentException.class, () -> BagOfWords.over(List.of("a", "a"), List.of()));
  }

  @Test
  void theExampleWithoutAnythingSmoothed() {
    BagOfWords bag = BagOfWords.over(SEEN, List.of(CAT, DOG));
    assertEquals(1 / 6.0, bag.frequencies(CAT)[1], 1e-15);
    // Other words count as words of the text.
    assertEquals(1 / 8.0, bag.frequencies(CAT + " Other words")[1], 1e-15);
    assertEquals(0, bag.frequencies("")[1]);
    assertEquals(0, bag.inverseFrequencies()[1]);
    assertEquals(Math.log(2), bag.inverseFrequencies()[2], 1e-15);
    double[] plain = bag.tfIdf(CAT);
    assertEquals(0, plain[0], "the");
    assertEquals(0, plain[1], "cat");
    assertEquals(0.1155, plain[2], 5e-5);
    assertEquals(Math.log(2) / 6, plain[2], 1e-15);
    // scikit-learn smooths and normalizes: what is in all texts counts there.
    assertEquals(0.3025, bag.tfIdf(CAT, true, true)[1], 5e-5);
    // Of a word that no text has nothing is known.
    BagOfWords more = BagOfWords.over(List.of("cat", "unicorn"), List.of(CAT));
    assertArrayEquals(new double[2], more.tfIdf("unicorn cat"));
  }
}
