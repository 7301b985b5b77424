package dev.gatun.models.task;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.text.Tokenizer;
import dev.gatun.train.data.Pictures;
import dev.gatun.vision.Preprocessing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Says which of several texts belongs to a picture: a folder with CLIP, its tokenizer and its
 * preprocessing. Classes need no training, only their names. Thread-safe.
 */
public final class ImageTextMatcher implements AutoCloseable {
  private final TextFolder files;
  private final Preprocessing preprocessing;
  private final Tokenizer tokenizer;
  private final double scale;

  private ImageTextMatcher(TextFolder files, Preprocessing preprocessing) {
    this.files = files;
    this.preprocessing = preprocessing;
    Tensor logarithm = files.model().weights().get("logit_scale");
    if (logarithm == null) {
      throw new GatunException(
          files.folder()
              + ": "
              + files.model().config().texts("architectures")
              + " does not compare pictures and texts; CLIPModel does");
    }
    scale = Math.exp(logarithm.getFloat(0));
    int most =
        Math.toIntExact(
            files.model().config().object("text_config").integer("max_position_embeddings", 77));
    tokenizer = files.tokenizer().withoutPadding().withTruncation(most, 0);
  }

  /** A folder with config.json, weights, tokenizer.json and preprocessor_config.json. */
  public static ImageTextMatcher load(Path folder) {
    Preprocessing preprocessing = PictureModel.preprocessing(folder);
    TextFolder files = TextFolder.load(folder, SessionOptions.DEFAULT);
    try {
      return new ImageTextMatcher(files, preprocessing);
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  /**
   * How well each text fits a picture file, the best first; scores add up to 1.
   *
   * @param texts such as {@code a photo of a cat}
   */
  public List<Label> match(Path picture, List<String> texts) {
    return match(Pictures.read(picture, preprocessing.channels()), texts);
  }

  /** The same for a decoded picture, uint8 [C, H, W]. */
  public List<Label> match(Tensor picture, List<String> texts) {
    float[] seen = embed(picture);
    float[] logits = new float[texts.size()];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (scale * product(seen, embed(texts.get(i))));
    }
    double[] scores = Probabilities.softmax(logits, 0, logits.length, 1);
    List<Label> found = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      found.add(new Label(texts.get(i), scores[i]));
    }
    found.sort(Comparator.comparingDouble(Label::score).reversed());
    return List.copyOf(found);
  }

  /** How alike a picture and a text are, from -1 to 1. */
  public double similarity(Tensor picture, String text) {
    return product(embed(picture), embed(text));
  }

  /** The vector of a decoded picture, of length 1. */
  public float[] embed(Tensor picture) {
    Tensor x = preprocessing.apply(picture);
    Shape shape = x.shape();
    Tensor one = x.reshape(Shape.of(1, shape.size(0), shape.size(1), shape.size(2)));
    return files.result(Map.of("pixel_values", one), "image_embeds").toFloats();
  }

  /** The vector of a text, of length 1; texts that are too long are cut. */
  public float[] embed(String text) {
    return files.result(files.inputs(List.of(tokenizer.encode(text))), "text_embeds").toFloats();
  }

  private static double product(float[] x, float[] y) {
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
