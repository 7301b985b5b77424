package dev.gatun.models.task;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.train.data.Pictures;
import dev.gatun.vision.Box;
import dev.gatun.vision.Preprocessing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Finds things in pictures. Calls may come from any number of threads. */
public final class ObjectDetector implements AutoCloseable {
  private final PictureModel model;

  private ObjectDetector(PictureModel model) {
    this.model = model;
  }

  /** A folder with config.json, weights and preprocessor_config.json, of a DETR. */
  public static ObjectDetector load(Path folder) {
    return new ObjectDetector(PictureModel.load(folder));
  }

  /** A folder with config.json and weights, and what is done to pictures. */
  public static ObjectDetector load(Path folder, Preprocessing preprocessing) {
    return new ObjectDetector(PictureModel.load(folder, preprocessing));
  }

  /**
   * Weights of a network that torchvision has, such as {@code fasterrcnn_resnet50_fpn}.
   *
   * @param labels names of its classes, of which the first means nothing
   */
  public static ObjectDetector torchvision(Path weights, String name, List<String> labels) {
    return new ObjectDetector(PictureModel.torchvision(weights, name, labels));
  }

  /** A network that is loaded already. */
  public static ObjectDetector of(Pretrained network, Preprocessing preprocessing) {
    return new ObjectDetector(new PictureModel(network, preprocessing, network.config().labels()));
  }

  /** The things in a picture file of at least a score, surest first. */
  public List<FoundObject> detect(Path picture, double least) {
    return detect(Pictures.read(picture, model.preprocessing().channels()), least);
  }

  /** The things in a decoded picture, uint8 [C, H, W]. */
  public List<FoundObject> detect(Tensor picture, double least) {
    Tensor seen = model.prepared(picture);
    Map<String, Tensor> results = model.run(seen);
    if (RegionResults.isThere(results)) {
      RegionResults regions = RegionResults.of(results);
      List<FoundObject> found = new ArrayList<>();
      for (int i = 0; i < regions.count(least); i++) {
        found.add(new FoundObject(regions.what(i, model), regions.box(i, seen, picture)));
      }
      return found;
    }
    Tensor logits = PictureModel.result(results, 3, "logits");
    float[] boxes = PictureModel.result(results, 3, "pred_boxes").toFloats();
    float[] scores = logits.toFloats();
    int classes = (int) logits.shape().size(2);
    double height = picture.shape().size(1);
    double width = picture.shape().size(2);
    List<FoundObject> found = new ArrayList<>();
    for (int query = 0; query < logits.shape().size(1); query++) {
      double[] p = Probabilities.softmax(scores, query * classes, classes, 1);
      int best = 0;
      for (int c = 1; c < classes - 1; c++) { // the last one is: nothing there
        best = p[c] > p[best] ? c : best;
      }
      if (p[best] >= least) {
        int at = 4 * query;
        Box box =
            Box.around(boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3])
                .scaled(width, height);
        found.add(new FoundObject(new Labelled(best, model.label(best), p[best]), box));
      }
    }
    found.sort(Comparator.comparingDouble((FoundObject f) -> f.what().score()).reversed());
    return found;
  }

  @Override
  public void close() {
    model.close();
  }
}
