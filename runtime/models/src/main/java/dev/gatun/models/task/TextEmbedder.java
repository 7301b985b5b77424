package dev.gatun.models.task;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.text.Encoding;
import dev.gatun.text.Tokenizer;
import java.nio.file.Path;

/**
 * Texts as vectors: the mean of the states of an encoder's words, of length 1, so that the product
 * of two is their similarity. Thread-safe.
 */
public final class TextEmbedder implements AutoCloseable {
  private final TextFolder files;
  private final Tokenizer tokenizer;

  private TextEmbedder(TextFolder files) {
    this.files = files;
    int most = files.most();
    tokenizer =
        most == 0
            ? files.tokenizer().withoutPadding()
            : files.tokenizer().withoutPadding().withTruncation(most, 0);
  }

  /** Loads a folder of a published network. */
  public static TextEmbedder load(Path folder) {
    return load(folder, SessionOptions.DEFAULT);
  }

  /** Loads a folder of a published network; its head, if it has one, is left out. */
  public static TextEmbedder load(Path folder, SessionOptions options) {
    TextFolder files = TextFolder.load(folder, Headless.options(folder), options);
    try {
      Headless.requireWeights(files.model(), folder);
    } catch (GatunException e) {
      files.close();
      throw e;
    }
    return new TextEmbedder(files);
  }

  /** The vector of a text; texts that are too long are cut. */
  public float[] embed(String text) {
    Encoding encoding = tokenizer.encode(text);
    Tensor states = files.result(files.inputs(java.util.List.of(encoding)), "last_hidden_state");
    int words = Math.toIntExact(states.shape().size(1));
    int width = Math.toIntExact(states.shape().size(2));
    float[] all = states.toFloats();
    double[] sum = new double[width];
    for (int i = 0; i < words * width; i++) {
      sum[i % width] += all[i];
    }
    double square = 0;
    for (double x : sum) {
      square += x * x;
    }
    double scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    float[] vector = new float[width];
    for (int i = 0; i < width; i++) {
      vector[i] = (float) (sum[i] * scale);
    }
    return vector;
  }

  /** How similar two texts are, from -1 to 1. */
  public double similarity(String a, String b) {
    float[] x = embed(a);
    float[] y = embed(b);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * (double) y[i];
    }
    return sum;
  }

  @Override
  public void close() {
    files.close();
  }
}
