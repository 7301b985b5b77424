package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.text.feature.WordVectors;
import dev.gatun.text.feature.WordVocabulary;
import dev.gatun.text.feature.WordVocabulary.Rules;
import dev.gatun.text.feature.Words;
import dev.gatun.train.Trainer;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Word vectors of a file are the first rows of a network's embedding. */
class WordVectorInputTests {
  private static final String TABLE = "words.weight";

  /** Good words lie on one side, bad ones on the other. */
  private static final String FILE =
      """
      7 3
      good 0.9 0.1 0.2
      fine 0.8 -0.1 0.1
      great 1.0 0.0 -0.2
      bad -0.9 0.1 0.1
      awful -1.0 0.0 0.2
      poor -0.8 -0.2 0.0
      film 0.0 0.7 0.1
      """;

  private static final List<String> TEXTS =
      List.of("Good film", "a fine film!", "bad film", "an awful film");

  private static List<String> words(String text) {
    return Words.of(text.toLowerCase(java.util.Locale.ROOT)).stream()
        .map(Words.Word::text)
        .toList();
  }

  private static Tensor ids(WordVocabulary vocabulary, List<String> texts, int length) {
    long[] ids = new long[texts.size() * length];
    Arrays.fill(ids, vocabulary.id("<pad>"));
    for (int i = 0; i < texts.size(); i++) {
      long[] row = vocabulary.ids(words(texts.get(i)));
      System.arraycopy(row, 0, ids, i * length, row.length);
    }
    return Tensor.of(ids, texts.size(), length);
  }

  private static Net net(Tensor table) {
    return Net.of(
        Input.ids("x", 3), x -> x.named("words").then(Layers.embedding(table)).mean(1).dense(2));
  }

  private static Net trained(Net net, Map<String, Tensor> batch, int steps) {
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(Losses.softmaxCrossEntropy())
            .optimizer(Optimizers.adam(0.05))
            .seed(1)
            .build()) {
      for (int i = 0; i < steps; i++) {
        trainer.step(batch);
      }
      return trainer.net();
    }
  }

  @Test
  void vectorsStayOrLearn(@TempDir Path folder) throws Exception {
    WordVectors vectors = WordVectors.text(Files.writeString(folder.resolve("vectors.txt"), FILE));
    // Words that no text of the training has come in too: their vectors are known.
    WordVocabulary vocabulary =
        WordVocabulary.of(
            List.of(vectors.words(), List.of("a")),
            Rules.DEFAULT.special("<pad>").unknown("<unk>"));
    Tensor table = vectors.table(vocabulary.words());
    Net start = net(table);
    assertEquals(table, start.weight(TABLE));
    Map<String, Tensor> batch =
        Map.of("x", ids(vocabulary, TEXTS, 3), "y", Tensor.vector(1, 1, 0, 0));

    Net frozen = trained(start.freeze("words"), batch, 100);
    assertEquals(table, frozen.weight(TABLE));
    Net free = trained(start, batch, 100);
    assertNotEquals(table, free.weight(TABLE));
    // Rows of words that no text has stay even where vectors learn.
    int great = vocabulary.id("great");
    assertArrayEquals(
        vectors.vector("great"),
        Arrays.copyOfRange(free.weight(TABLE).toFloats(), 3 * great, 3 * great + 3),
        1e-6f);

    Tensor unseen = ids(vocabulary, List.of("a great film", "poor film"), 3);
    try (Trainer trainer = Trainer.builder(frozen).build()) {
      float[] y = trainer.predict(unseen).toFloats();
      assertTrue(y[1] > y[0] && y[2] > y[3], "words that were never seen: " + Arrays.toString(y));
    }
  }
}
