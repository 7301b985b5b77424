package dev.gatun.models.task;

import dev.gatun.core.tensor.GatunException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A task by the name that Hugging Face has for it, where its result is a label with a score; others
 * have a class of their own, which the error for their name tells.
 */
public final class Pipeline implements AutoCloseable {
  private static final List<String> LABELS = List.of("sentiment-analysis", "text-classification");

  private static final Map<String, Class<?>> OTHERS =
      new TreeMap<>(
          Map.of(
              "text-generation", TextGenerator.class,
              "text2text-generation", TextGenerator.class,
              "summarization", Rewriter.class,
              "translation", Rewriter.class,
              "feature-extraction", TextEmbedder.class,
              "question-answering", QuestionAnswerer.class));

  private final TextClassifier classifier;

  private Pipeline(TextClassifier classifier) {
    this.classifier = classifier;
  }

  /**
   * A task with a network.
   *
   * @param task such as {@code sentiment-analysis}
   * @param folder of a published network
   */
  public static Pipeline of(String task, Path folder) {
    Class<?> other = OTHERS.get(task);
    if (other != null) {
      throw new GatunException(
          "pipeline '" + task + "': its result is no label; use " + other.getName() + ".load");
    }
    if (!LABELS.contains(task)) {
      throw new GatunException(
          "pipeline '"
              + task
              + "' is not known; known are "
              + LABELS
              + " and, as classes, "
              + OTHERS.keySet());
    }
    return new Pipeline(TextClassifier.load(folder));
  }

  /** The likeliest label of a text. */
  public Label run(String text) {
    return classifier.classify(text).get(0);
  }

  /** The likeliest label of each text. */
  public List<Label> run(List<String> texts) {
    return classifier.classify(texts).stream().map(labels -> labels.get(0)).toList();
  }

  @Override
  public void close() {
    classifier.close();
  }
}
