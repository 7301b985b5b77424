package dev.gatun.models.task;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.train.data.Pictures;
import dev.gatun.vision.Preprocessing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Says what a picture shows. Calls may come from any number of threads. */
public final class ImageClassifier implements AutoCloseable {
  private final PictureModel model;

  private ImageClassifier(PictureModel model) {
    this.model = model;
  }

  /** A folder with config.json, weights and preprocessor_config.json. */
  public static ImageClassifier load(Path folder) {
    return new ImageClassifier(PictureModel.load(folder));
  }

  /** A folder with config.json and weights, and what is done to pictures. */
  public static ImageClassifier load(Path folder, Preprocessing preprocessing) {
    return new ImageClassifier(PictureModel.load(folder, preprocessing));
  }

  /**
   * Weights (.safetensors or .pt) of a network that torchvision has, such as {@code resnet50}.
   *
   * @param labels names of classes; without any they are numbers
   */
  public static ImageClassifier torchvision(Path weights, String name, List<String> labels) {
    return new ImageClassifier(PictureModel.torchvision(weights, name, labels));
  }

  /** A network that is loaded already. */
  public static ImageClassifier of(Pretrained network, Preprocessing preprocessing) {
    return new ImageClassifier(new PictureModel(network, preprocessing, network.config().labels()));
  }

  /** The surest classes of a picture file, surest first. */
  public List<Labelled> classify(Path picture, int count) {
    return classify(Pictures.read(picture, model.preprocessing().channels()), count);
  }

  /** The surest classes of a decoded picture, uint8 [C, H, W], surest first. */
  public List<Labelled> classify(Tensor picture, int count) {
    float[] logits = PictureModel.result(model.predict(picture), 2, "logits").toFloats();
    boolean several =
        model.model().config().text("problem_type", "").equals("multi_label_classification");
    double[] softmax = Probabilities.softmax(logits, 0, logits.length, 1);
    List<Labelled> all = new ArrayList<>();
    for (int i = 0; i < logits.length; i++) {
      double score = several ? 1 / (1 + Math.exp(-logits[i])) : softmax[i];
      all.add(new Labelled(i, model.label(i), score));
    }
    all.sort(Comparator.comparingDouble(Labelled::score).reversed());
    return List.copyOf(all.subList(0, Math.min(Math.max(count, 0), all.size())));
  }

  /** Channels of the pictures that it takes: 3 for colours, 1 for grey. */
  public int channels() {
    return model.preprocessing().channels();
  }

  /** Writes a folder that {@link #load} reads, such as of a network that was fine-tuned. */
  public void save(Path folder) {
    model.model().save(folder);
    model.preprocessing().save(folder);
  }

  @Override
  public void close() {
    model.close();
  }
}
