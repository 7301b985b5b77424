package dev.gatun.text.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dictionary forms by part of speech. */
class LemmatizerTests {
  private static final Lemmatizer ENGLISH =
      new Lemmatizer(
          Map.of(
              PartOfSpeech.NOUN,
              Set.of("run", "box", "woman", "study", "better", "running", "bus", "leaf"),
              PartOfSpeech.VERB,
              Set.of("run", "study", "bake", "better", "go", "pass"),
              PartOfSpeech.ADJECTIVE,
              Set.of("good", "big", "large", "late"),
              PartOfSpeech.ADVERB,
              Set.of("well")),
          Map.of(
              PartOfSpeech.ADJECTIVE,
              Map.of("better", "good", "best", "good"),
              PartOfSpeech.ADVERB,
              Map.of("better", "well"),
              PartOfSpeech.VERB,
              Map.of("went", "go", "ran", "run")));

  @ParameterizedTest
  @CsvSource({
    "better, ADJECTIVE, good",
    "better, ADVERB, well",
    "better, NOUN, better",
    "running, VERB, run",
    "running, NOUN, running",
    "Runs, NOUN, run",
    "ran, VERB, run",
    "went, VERB, go",
    "goes, VERB, go",
    "passes, VERB, pass",
    "baking, VERB, bake",
    "baked, VERB, bake",
    "studies, NOUN, study",
    "studies, VERB, study",
    "boxes, NOUN, box",
    "women, NOUN, woman",
    "leaves, NOUN, leaf",
    "buses, NOUN, bus",
    "bigger, ADJECTIVE, big",
    "latest, ADJECTIVE, late",
    "larger, ADJECTIVE, large",
    "xyzzy, VERB, xyzzy",
    "s, NOUN, s"
  })
  void lemma(String form, PartOfSpeech part, String lemma) {
    assertEquals(lemma, ENGLISH.lemma(form, part));
  }

  @Test
  void irregularFormsMustLeadToTheLexicon() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Lemmatizer(Map.of(), Map.of(PartOfSpeech.VERB, Map.of("went", "go"))));
  }
}
