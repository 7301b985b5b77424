package dev.gatun.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.models.task.TextTuning.Example;
import dev.gatun.text.Tokenizer;
import dev.gatun.text.TokenizerTrainer;
import dev.gatun.text.feature.BagOfWords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small BERT learns whether a sentence about a film is friendly, from nothing but 9,594 of them;
 * naive Bayes on the same sentences is shown beside it.
 */
@Tag("acceptance")
class SentencePolarityTests {
  private static final int WORDS = 48;
  private static final int VOCABULARY = 6000;
  private static final double BAR = 0.72;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  private static Path data(String name) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path candidate = at.resolveSibling("shared").resolve("data").resolve(name);
      if (Files.exists(candidate)) {
        return candidate;
      }
    }
    return Path.of("../shared/data").resolve(name);
  }

  /** Every tenth sentence of each class is for testing. */
  private static void read(
      ZipFile zip, String file, String label, List<Example> train, List<Example> test)
      throws IOException {
    List<String> lines = lines(zip, "sentence_polarity/" + file);
    for (int i = 0; i < lines.size(); i++) {
      (i % 10 == 0 ? test : train).add(new Example(lines.get(i), label));
    }
  }

  private static List<String> lines(ZipFile zip, String name) throws IOException {
    try (var in = zip.getInputStream(zip.getEntry(name))) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    }
  }

  private static double naiveBayes(List<Example> train, List<Example> test) {
    BagOfWords words = BagOfWords.of(train.stream().map(Example::text).toList());
    double[][] counts = new double[2][words.vocabulary().size()];
    for (Example e : train) {
      int[] here = words.counts(e.text());
      for (int i = 0; i < here.length; i++) {
        counts[e.label().equals("positive") ? 1 : 0][i] += here[i];
      }
    }
    double[] sums = new double[2];
    for (int c = 0; c < 2; c++) {
      sums[c] = Arrays.stream(counts[c]).sum() + counts[c].length;
    }
    int right = 0;
    for (Example e : test) {
      int[] here = words.counts(e.text());
      double odds = 0;
      for (int i = 0; i < here.length; i++) {
        odds += here[i] * Math.log((counts[1][i] + 1) / sums[1] / ((counts[0][i] + 1) / sums[0]));
      }
      right += odds > 0 == e.label().equals("positive") ? 1 : 0;
    }
    return (double) right / test.size();
  }

  private Tokenizer tokenizer(List<String> texts) {
    Tokenizer trained =
        TokenizerTrainer.of(TokenizerTrainer.Kind.WORD_PIECE, VOCABULARY)
            .withSpecialTokens("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
            .withLowercase()
            .train(texts.iterator());
    return Tokenizer.parse(
        trained
            .toJson()
            .replaceFirst(
                "\"post_processor\"\\s*:\\s*null",
                "\"post_processor\":{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",3],"
                    + "\"cls\":[\"[CLS]\",2]}"));
  }

  /** A folder of a BERT with first weights, as small as the sentences are few. */
  private Path bert(List<String> texts) throws IOException {
    Tokenizer tokenizer = tokenizer(texts);
    Files.createDirectories(folder);
    tokenizer.save(folder.resolve("tokenizer.json"));
    Config config =
        Config.of(
            """
            {"model_type": "bert", "architectures": ["BertForMaskedLM"], "vocab_size": %d,
             "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
             "intermediate_size": 256, "max_position_embeddings": %d, "pad_token_id": 0,
             "classifier_dropout": 0.3}
            """
                .formatted(tokenizer.vocabularySize(), WORDS));
    try (Pretrained model = Pretrained.initialized(config)) {
      model.save(folder);
    }
    return folder;
  }

  @Test
  void aSmallBertLearnsWhatIsFriendly() throws Exception {
    Path archive = data("nltk_sentence_polarity/sentence_polarity.zip");
    assumeTrue(Files.exists(archive), () -> archive + " is not there");
    List<Example> train = new ArrayList<>();
    List<Example> test = new ArrayList<>();
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      read(zip, "rt-polarity.pos", "positive", train, test);
      read(zip, "rt-polarity.neg", "negative", train, test);
    }
    assertEquals(1068, test.size());
    Path bert = bert(train.stream().map(Example::text).toList());
    TextTuning tuning = TextTuning.DEFAULT.epochs(4).rate(1e-3).words(WORDS);
    try (TextClassifier classifier = tuning.tune(bert, train)) {
      double accuracy = TextTuning.accuracy(classifier, test);
      System.out.printf(
          "polarity: naive Bayes %.4f, BERT %.4f%n", naiveBayes(train, test), accuracy);
      assertTrue(accuracy >= BAR, "accuracy " + accuracy);
    }
  }
}
