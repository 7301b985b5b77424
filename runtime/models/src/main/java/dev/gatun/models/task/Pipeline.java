package dev.gatun.models.task;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.speech.SpeechRecognizer;
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
          Map.ofEntries(
              Map.entry("text-generation", TextGenerator.class),
              Map.entry("text2text-generation", TextGenerator.class),
              Map.entry("summarization", Summarizer.class),
              Map.entry("translation", Translator.class),
              Map.entry("feature-extraction", TextEmbedder.class),
              Map.entry("question-answering", QuestionAnswerer.class),
              Map.entry("image-classification", ImageClassifier.class),
              Map.entry("image-segmentation", Segmenter.class),
              Map.entry("object-detection", ObjectDetector.class),
              Map.entry("visual-question-answering", ImageAnswerer.class),
              Map.entry("image-text-to-text", ImageAnswerer.class),
              Map.entry("zero-shot-image-classification", ImageTextMatcher.class),
              Map.entry("automatic-speech-recognition", SpeechRecognizer.class)));

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
