package dev.gatun.train.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.train.Failure;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Metrics of texts on the examples of their papers and values worked out by hand. */
class TextMetricTests {
  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(" "));
  }

  private static double value(TextMetric metric, String candidate, String... references) {
    TextMetric fresh = metric.fresh();
    fresh.update(
        words(candidate), java.util.Arrays.stream(references).map(TextMetricTests::words).toList());
    return fresh.result();
  }

  @Test
  void bleuClipsAndPenalizesShortTexts() {
    // Papineni et al.: the unigram precision of seven times "the" is 2/7.
    assertEquals(
        2 / 7.0,
        value(
            new Bleu(1, false),
            "the the the the the the the",
            "the cat is on the mat",
            "there is a cat on the mat"),
        1e-12);
    assertEquals(1, value(new Bleu(), "a b c d e", "x", "a b c d e"), 1e-12);
    // 4/5, 3/4, 2/3, 1/2 and no penalty.
    assertEquals(
        Math.pow(4 / 5.0 * 3 / 4 * 2 / 3 / 2, 0.25),
        value(new Bleu(), "a b c d x", "a b c d e"),
        1e-12);
    // All right but 4 of 6 words long.
    assertEquals(Math.exp(1 - 6 / 4.0), value(new Bleu(), "a b c d", "a b c d e f"), 1e-12);
    assertEquals(0, value(new Bleu(), "a b c", "a b c"));
    assertEquals(1, value(new Bleu(4, true), "a b c", "a b c"), 1e-12);
    assertEquals(0, value(new Bleu(), "", "a"));
    assertEquals(Double.NaN, new Bleu().result());
    assertTrue(Failure.of(() -> new Bleu(0, false)).contains("at least 1 token"));
    assertTrue(
        Failure.of(() -> new Bleu().update(List.of("a"), List.of())).contains("one reference"));
  }

  @Test
  void bleuOfACorpusIsNotTheMeanOfTexts() {
    Bleu whole = new Bleu(2, false);
    whole.updateOne(words("a b c"), words("a b c"));
    whole.updateOne(words("x y z"), words("x q z"));
    assertEquals(Math.sqrt(5 / 6.0 * 2 / 4), whole.result(), 1e-12);
    Bleu left = whole.fresh();
    Bleu right = whole.fresh();
    left.updateOne(words("a b c"), words("a b c"));
    right.updateOne(words("x y z"), words("x q z"));
    left.merge(right);
    assertEquals(whole.result(), left.result());
    whole.reset();
    assertEquals(Double.NaN, whole.result());
    assertTrue(Failure.of(() -> left.merge(new Bleu())).contains("cannot take in"));
  }

  @Test
  void rougeIsThatOfLin() {
    String reference = "police killed the gunman";
    assertEquals(0.75, value(TextScore.rougeL(), "police kill the gunman", reference), 1e-12);
    assertEquals(0.5, value(TextScore.rougeL(), "the gunman kill police", reference), 1e-12);
    assertEquals(1 / 3.0, value(TextScore.rouge(2), "police kill the gunman", reference), 1e-12);
    assertEquals(1 / 3.0, value(TextScore.rouge(2), "the gunman kill police", reference), 1e-12);
    assertEquals(2 * 2 / 6.0, value(TextScore.rouge(1), "the gunman", reference), 1e-12);
    assertEquals(0, value(TextScore.rouge(2), "a", "a"));
    assertEquals(1, value(TextScore.rougeL(), "a b", "c", "a b"));
    TextScore both = TextScore.rouge(1);
    both.updateOne(words("a"), words("a"));
    TextScore other = both.fresh();
    other.updateOne(words("a"), words("b"));
    both.merge(other);
    assertEquals(0.5, both.result());
    assertTrue(Failure.of(() -> both.merge(TextScore.rougeL())).contains("cannot take in"));
    assertTrue(Failure.of(() -> TextScore.rouge(0)).contains("at least 1 token"));
  }

  @Test
  void meteorCountsChunks() {
    assertEquals(
        1 - 0.5 / 216,
        value(TextScore.meteor(), "the cat sat on the mat", "the cat sat on the mat"),
        1e-12);
    // All six words in three chunks.
    assertEquals(
        1 - 0.5 / 8,
        value(TextScore.meteor(), "on the mat sat the cat", "the cat sat on the mat"),
        1e-12);
    // Precision 6/7, recall 1, two chunks of six matches.
    assertEquals(
        10 * 6 / 7.0 / (1 + 9 * 6 / 7.0) * (1 - 0.5 / 27),
        value(TextScore.meteor(), "the cat was sat on the mat", "the cat sat on the mat"),
        1e-12);
    assertEquals(0, value(TextScore.meteor(), "a", "b"));
    assertEquals(0, value(TextScore.meteor(), "", "b"));
  }

  @Test
  void errorRatesCountEdits() {
    assertEquals(
        3, ErrorRate.distance(ErrorRate.characters("kitten"), ErrorRate.characters("sitting")));
    assertEquals(0.25, value(ErrorRate.words(), "the cat sat down", "the cat sat up"));
    assertEquals(0.5, value(ErrorRate.words(), "the cat", "the cat sat up"));
    assertEquals(2, value(ErrorRate.words(), "a b", "c"));
    assertEquals(Double.POSITIVE_INFINITY, value(ErrorRate.words(), "a", ""));
    assertEquals(Double.NaN, value(ErrorRate.words(), "", ""));
    ErrorRate characters = ErrorRate.characters();
    characters.updateOne(
        ErrorRate.characters("caf\u00e9\uD83D\uDE00"), ErrorRate.characters("cafe\uD83D\uDE00"));
    assertEquals(0.2, characters.result());
    ErrorRate more = characters.fresh();
    more.update(
        ErrorRate.characters("ab"),
        List.of(ErrorRate.characters("xyz"), ErrorRate.characters("abc")));
    characters.merge(more);
    assertEquals(2 / 8.0, characters.result());
    assertTrue(Failure.of(() -> characters.merge(ErrorRate.words())).contains("cannot take in"));
    characters.reset();
    assertEquals(Double.NaN, characters.result());
  }
}
