package dev.gatun.models.task;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.text.Encoding;
import dev.gatun.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Sorts texts into classes: a folder of a network for sequence classification. Thread-safe. */
public final class TextClassifier implements AutoCloseable {
  private final TextFolder files;
  private final Tokenizer tokenizer;
  private final List<String> labels;
  private final boolean several;

  TextClassifier(TextFolder files) {
    this.files = files;
    tokenizer = files.cutting();
    labels = files.model().config().labels();
    several =
        files.model().config().text("problem_type", "").equals("multi_label_classification")
            || labels.size() == 1;
  }

  /** Loads a folder of a published network. */
  public static TextClassifier load(Path folder) {
    return load(folder, SessionOptions.DEFAULT);
  }

  /** Loads a folder of a published network. */
  public static TextClassifier load(Path folder, SessionOptions options) {
    return new TextClassifier(TextFolder.load(folder, options));
  }

  /** The classes of a text, the likeliest first; texts that are too long are cut. */
  public List<Label> classify(String text) {
    return classify(List.of(text)).get(0);
  }

  /** The classes of each text, the likeliest first. */
  public List<List<Label>> classify(List<String> texts) {
    List<List<Label>> all = new ArrayList<>();
    // One by one: a text's scores do not depend on how long the others are.
    for (String text : texts) {
      Encoding encoding = tokenizer.encode(text);
      all.add(labels(files.result(files.inputs(List.of(encoding)), "logits")));
    }
    return all;
  }

  /** Writes a folder that {@link #load} reads, such as of a network that was fine-tuned. */
  public void save(Path folder) {
    files.save(folder);
  }

  private List<Label> labels(Tensor logits) {
    if (logits.shape().rank() != 2 || logits.shape().size(1) != labels.size()) {
      throw new GatunException(
          files.folder()
              + ": scores "
              + logits.shape()
              + " are not one for each of "
              + labels.size()
              + " classes of a text; a network for sequence classification is needed");
    }
    double[] scores = logits.toDoubles();
    double max = java.util.Arrays.stream(scores).max().orElse(0);
    double sum = java.util.Arrays.stream(scores).map(x -> Math.exp(x - max)).sum();
    List<Label> found = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      double score = several ? 1 / (1 + Math.exp(-scores[i])) : Math.exp(scores[i] - max) / sum;
      found.add(new Label(labels.get(i), score));
    }
    found.sort(Comparator.comparingDouble(Label::score).reversed());
    return found;
  }

  @Override
  public void close() {
    files.close();
  }
}
