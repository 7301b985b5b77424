package dev.gatun.models.task;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.train.data.Pictures;
import dev.gatun.train.data.Resampling;
import dev.gatun.vision.Preprocessing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Says for each pixel of a picture what it belongs to. Any number of threads may call it. */
public final class Segmenter implements AutoCloseable {
  /** Score of things that are painted. */
  private static final double SURE = 0.5;

  private final PictureModel model;

  private Segmenter(PictureModel model) {
    this.model = model;
  }

  /** A folder with config.json, weights and preprocessor_config.json. */
  public static Segmenter load(Path folder) {
    return new Segmenter(PictureModel.load(folder));
  }

  /** A folder with config.json and weights, and what is done to pictures. */
  public static Segmenter load(Path folder, Preprocessing preprocessing) {
    return new Segmenter(PictureModel.load(folder, preprocessing));
  }

  /** Weights of a network that torchvision has, such as {@code deeplabv3_resnet50}. */
  public static Segmenter torchvision(Path weights, String name, List<String> labels) {
    return new Segmenter(PictureModel.torchvision(weights, name, labels));
  }

  /** A network that is loaded already. */
  public static Segmenter of(Pretrained network, Preprocessing preprocessing) {
    return new Segmenter(new PictureModel(network, preprocessing, network.config().labels()));
  }

  /** The classes of a picture file's pixels. */
  public Segmentation segment(Path picture) {
    return segment(Pictures.read(picture, model.preprocessing().channels()));
  }

  /** The classes of the pixels of a decoded picture, uint8 [C, H, W]. */
  public Segmentation segment(Tensor picture) {
    Tensor seen = model.prepared(picture);
    Map<String, Tensor> results = model.run(seen);
    if (RegionResults.isThere(results)) {
      return painted(RegionResults.of(results).instances(SURE, model, seen, picture), picture);
    }
    Tensor logits = PictureModel.result(results, 4, "logits", "out");
    int classes = (int) logits.shape().size(1);
    Tensor map = logits.reshape(Shape.of(classes, logits.shape().size(2), logits.shape().size(3)));
    int height = (int) picture.shape().size(1);
    int width = (int) picture.shape().size(2);
    // Between logits, not between classes.
    float[] full = Resampling.BILINEAR.resize(map, height, width, false).toFloats();
    long[] best = new long[height * width];
    for (int i = 0; i < best.length; i++) {
      for (int c = 1; c < classes; c++) {
        if (full[c * best.length + i] > full[(int) best[i] * best.length + i]) {
          best[i] = c;
        }
      }
    }
    List<String> labels = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      labels.add(model.label(c));
    }
    return new Segmentation(Tensor.of(best, height, width), labels);
  }

  /** The surest thing of each pixel. */
  private Segmentation painted(List<FoundInstance> found, Tensor picture) {
    long[] map = new long[(int) (picture.shape().size(1) * picture.shape().size(2))];
    for (FoundInstance thing : found.reversed()) {
      for (int i = 0; i < map.length; i++) {
        map[i] = thing.mask().getLong(i) > 0 ? thing.what().number() : map[i];
      }
    }
    List<String> labels = new ArrayList<>(model.labels());
    for (int c = labels.size(); c <= Arrays.stream(map).max().orElse(0); c++) {
      labels.add(model.label(c));
    }
    Tensor all = Tensor.of(map, picture.shape().size(1), picture.shape().size(2));
    return new Segmentation(all, labels);
  }

  @Override
  public void close() {
    model.close();
  }
}
