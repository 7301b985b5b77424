package dev.gatun.models.task;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.train.data.Pictures;
import dev.gatun.vision.Preprocessing;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds things in pictures and says which pixels belong to each, also among things of one kind. Any
 * number of threads may call it.
 */
public final class InstanceSegmenter implements AutoCloseable {
  private final PictureModel model;

  private InstanceSegmenter(PictureModel model) {
    this.model = model;
  }

  /**
   * Weights of a network that torchvision has, such as {@code maskrcnn_resnet50_fpn}.
   *
   * @param labels names of its classes, of which the first means nothing
   */
  public static InstanceSegmenter torchvision(Path weights, String name, List<String> labels) {
    return new InstanceSegmenter(PictureModel.torchvision(weights, name, labels));
  }

  /** A network that is loaded already. */
  public static InstanceSegmenter of(Pretrained network, Preprocessing preprocessing) {
    return new InstanceSegmenter(
        new PictureModel(network, preprocessing, network.config().labels()));
  }

  /** The things in a picture file of at least a score, surest first. */
  public List<FoundInstance> segment(Path picture, double least) {
    return segment(Pictures.read(picture, model.preprocessing().channels()), least);
  }

  /** The things in a decoded picture, uint8 [C, H, W]. */
  public List<FoundInstance> segment(Tensor picture, double least) {
    Tensor seen = model.prepared(picture);
    return RegionResults.of(model.run(seen)).instances(least, model, seen, picture);
  }

  @Override
  public void close() {
    model.close();
  }
}
