package dev.gatun.models.task;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.text.Encoding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Finds answers in texts: a folder of a network for question answering. Thread-safe. */
public final class QuestionAnswerer implements AutoCloseable {
  /** Most tokens of an answer. */
  private static final int LONGEST = 30;

  private final TextFolder files;

  private QuestionAnswerer(TextFolder files) {
    this.files = files;
  }

  /**
   * A part of the text.
   *
   * @param score probability that it begins and ends there, from 0 to 1
   * @param start in code points
   * @param end in code points, behind it
   */
  public record Span(String text, double score, int start, int end) {}

  /** Loads a folder of a published network. */
  public static QuestionAnswerer load(Path folder) {
    return load(folder, SessionOptions.DEFAULT);
  }

  /** Loads a folder of a published network. */
  public static QuestionAnswerer load(Path folder, SessionOptions options) {
    return new QuestionAnswerer(TextFolder.load(folder, options));
  }

  /** The part of a text that answers a question. */
  public Span answer(String question, String text) {
    Encoding e = files.tokenizer().withoutPadding().withoutTruncation().encodePair(question, text);
    if (files.most() > 0 && e.length() > files.most()) {
      throw new GatunException(
          "question and text have "
              + e.length()
              + " tokens, the network takes "
              + files.most()
              + "; cut the text into parts that overlap");
    }
    Map<String, Tensor> inputs = files.inputs(List.of(e));
    double[] starts = weights(files.result(inputs, "start_logits").toDoubles(), e);
    double[] ends = weights(files.result(inputs, "end_logits").toDoubles(), e);
    int from = -1;
    int to = -1;
    double best = -1;
    for (int i = 0; i < starts.length; i++) {
      for (int j = i; j < Math.min(starts.length, i + LONGEST); j++) {
        if (starts[i] > 0 && ends[j] > 0 && starts[i] * ends[j] > best) {
          best = starts[i] * ends[j];
          from = i;
          to = j;
        }
      }
    }
    if (from < 0) {
      throw new GatunException("there are no words in the text");
    }
    int start = e.span(from).start();
    int end = e.span(to).end();
    String found =
        text.substring(text.offsetByCodePoints(0, start), text.offsetByCodePoints(0, end));
    return new Span(found, best, start, end);
  }

  /** Probabilities over the tokens of the text; 0 for those of the question. */
  private static double[] weights(double[] logits, Encoding e) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < logits.length; i++) {
      max = e.sequenceIds()[i] == 1 ? Math.max(max, logits[i]) : max;
    }
    double sum = 0;
    double[] weights = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      weights[i] = e.sequenceIds()[i] == 1 ? Math.exp(logits[i] - max) : 0;
      sum += weights[i];
    }
    for (int i = 0; i < logits.length && sum > 0; i++) {
      weights[i] /= sum;
    }
    return weights;
  }

  @Override
  public void close() {
    files.close();
  }
}
