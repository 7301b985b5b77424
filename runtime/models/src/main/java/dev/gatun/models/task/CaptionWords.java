package dev.gatun.models.task;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.text.feature.WordVocabulary;
import dev.gatun.train.data.Batching;
import dev.gatun.train.data.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The words of captions: parts of sentences between spaces, as they are written, and two more, for
 * where a sentence ends (number 0) and where it begins (number 1).
 */
public final class CaptionWords {
  private static final String END = "<end>";
  private static final String BEGIN = "<begin>";

  /** A target that does not count. */
  private static final double NOTHING = -100;

  private final WordVocabulary vocabulary;

  /** The words of sentences. */
  public CaptionWords(List<String> sentences) {
    List<List<String>> texts = sentences.stream().map(CaptionWords::words).toList();
    vocabulary = WordVocabulary.of(texts, WordVocabulary.Rules.DEFAULT.special(END, BEGIN));
    if (vocabulary.size() == 2) {
      throw new GatunException(
          "captions: there are no words in " + sentences.size() + " sentences");
    }
  }

  private static List<String> words(String sentence) {
    String trimmed = sentence.strip();
    return trimmed.isEmpty() ? List.of() : List.of(trimmed.split("\\s+"));
  }

  /** How many there are, with the two special ones. */
  public int count() {
    return vocabulary.size();
  }

  /** The number of what comes before the first word. */
  long begin() {
    return vocabulary.id(BEGIN);
  }

  /** Whether a number says that the sentence is at its end. */
  boolean ends(long id) {
    return id == vocabulary.id(END);
  }

  /** A sample to train with: frames "x" [T, C, H, W], "words" [L] and the words "y" that follow. */
  public Sample sample(Tensor frames, String sentence) {
    List<String> said = new ArrayList<>(List.of(BEGIN));
    said.addAll(words(sentence));
    List<String> follows = new ArrayList<>(said.subList(1, said.size()));
    follows.add(END);
    return Sample.of(
        Map.of(
            "x",
            frames,
            "words",
            Tensor.vector(vocabulary.ids(said)),
            "y",
            Tensor.vector(vocabulary.ids(follows))),
        sentence);
  }

  /** Batches of such samples, whose sentences may differ in length. */
  public Batching batching(int size) {
    return Batching.of(size).pad("words", 0).pad("y", NOTHING);
  }

  /** The sentence of numbers. */
  String sentence(List<Long> ids) {
    return String.join(" ", ids.stream().map(vocabulary::word).toList());
  }
}
