package dev.gatun.models.task;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.train.data.Pictures;
import dev.gatun.vision.Preprocessing;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Pictures as vectors of length 1, so that the product of two is their similarity: what CLIP says
 * for comparison, the state of the class token of a transformer, the mean over places of a
 * convolutional network. {@link dev.gatun.train.metric.VectorIndex} finds the nearest ones. Any
 * number of threads may call it.
 */
public final class ImageEmbedder implements AutoCloseable {
  private final PictureModel model;

  private ImageEmbedder(PictureModel model) {
    this.model = model;
  }

  /** A folder with config.json, weights and preprocessor_config.json; its head is left out. */
  public static ImageEmbedder load(Path folder) {
    return load(folder, PictureModel.preprocessing(folder));
  }

  /** A folder with config.json and weights, and what is done to pictures. */
  public static ImageEmbedder load(Path folder, Preprocessing preprocessing) {
    Pretrained network = Pretrained.load(folder, Headless.options(folder));
    try {
      Headless.requireWeights(network, folder);
    } catch (GatunException e) {
      network.close();
      throw e;
    }
    return new ImageEmbedder(new PictureModel(network, preprocessing, List.of()));
  }

  /** The vector of a picture file. */
  public float[] embed(Path picture) {
    return embed(Pictures.read(picture, model.preprocessing().channels()));
  }

  /** The vector of a decoded picture, uint8 [C, H, W]. */
  public float[] embed(Tensor picture) {
    Map<String, Tensor> results = model.predict(picture);
    Tensor compared = results.get("image_embeds");
    return unit(compared != null ? compared.toDoubles() : state(results));
  }

  /** How alike two decoded pictures are, from -1 to 1. */
  public double similarity(Tensor a, Tensor b) {
    float[] x = embed(a);
    float[] y = embed(b);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * (double) y[i];
    }
    return sum;
  }

  /** Of [1, C, H, W] the sum over places, of [1, places, width] the first one. */
  private double[] state(Map<String, Tensor> results) {
    Tensor states = results.get("last_hidden_state");
    int rank = states == null ? 0 : states.shape().rank();
    boolean token = model.model().config().text("model_type", "").equals("vit");
    if (states == null || rank != 4 && !(rank == 3 && token)) {
      throw new GatunException(
          "the network gives %s, nothing about pictures as a whole: it is for something else"
              .formatted(results));
    }
    double[] all = states.toDoubles();
    if (rank == 3) {
      return Arrays.copyOf(all, Math.toIntExact(states.shape().size(2)));
    }
    double[] sums = new double[Math.toIntExact(states.shape().size(1))];
    for (int i = 0; i < all.length; i++) {
      sums[i / (all.length / sums.length)] += all[i];
    }
    return sums;
  }

  private static float[] unit(double[] vector) {
    double squares = 0;
    for (double x : vector) {
      squares += x * x;
    }
    double scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (vector[i] * scale);
    }
    return unit;
  }

  @Override
  public void close() {
    model.close();
  }
}
