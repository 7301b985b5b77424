package dev.gatun.models.task;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.train.data.Pictures;
import dev.gatun.train.data.Resampling;
import dev.gatun.vision.Preprocessing;
import dev.gatun.vision.Tiling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says for each pixel of a picture what it belongs to. Any number of threads may call it. */
public final class Segmenter implements AutoCloseable {
  /** Score of things that are painted. */
  private static final double SURE = 0.5;

  private final PictureModel model;
  private final Optional<Tiling> tiling;

  private Segmenter(PictureModel model) {
    this(model, Optional.empty());
  }

  private Segmenter(PictureModel model, Optional<Tiling> tiling) {
    this.model = model;
    this.tiling = tiling;
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

  /**
   * The same network for large pictures, which keep their size and are looked at in tiles; what is
   * done to pictures but for their size is done to all of it before. For networks that give a map,
   * not for those that find instances. Closing either closes both.
   */
  public Segmenter tiled(Tiling tiles) {
    return new Segmenter(
        new PictureModel(model.model(), model.preprocessing().unsized(), model.labels()),
        Optional.of(tiles));
  }

  /** The classes of a picture file's pixels. */
  public Segmentation segment(Path picture) {
    return segment(Pictures.read(picture, model.preprocessing().channels()));
  }

  /** The classes of the pixels of a decoded picture, uint8 [C, H, W]. */
  public Segmentation segment(Tensor picture) {
    if (tiling.isPresent()) {
      return likeliest(tiling.get().apply(model.preprocessing().apply(picture), this::tileMaps));
    }
    Tensor seen = model.prepared(picture);
    Map<String, Tensor> results = model.run(seen);
    if (RegionResults.isThere(results)) {
      return painted(RegionResults.of(results).instances(SURE, model, seen, picture), picture);
    }
    int height = (int) picture.shape().size(1);
    int width = (int) picture.shape().size(2);
    return likeliest(enlarged(logits(results), height, width));
  }

  private static Tensor logits(Map<String, Tensor> results) {
    return PictureModel.result(results, 4, "logits", "out");
  }

  /** Maps of tiles [N, K, h, w] in the size of the tiles. */
  private Tensor tileMaps(Tensor tiles) {
    Map<String, Tensor> results = model.run(tiles);
    if (RegionResults.isThere(results)) {
      throw new GatunException(
          "a network that finds instances cannot look at tiles: things would be cut; give it the"
              + " picture as a whole");
    }
    Tensor logits = logits(results);
    Shape to = tiles.shape();
    int height = (int) to.size(2);
    int width = (int) to.size(3);
    if (logits.shape().size(2) == height && logits.shape().size(3) == width) {
      return logits;
    }
    Shape all = Shape.of(to.size(0), logits.shape().size(1), height, width);
    return enlarged(logits, height, width).reshape(all);
  }

  /** Maps [N, K, h, w] as [N K, height, width]: between logits, not between classes. */
  private static Tensor enlarged(Tensor logits, int height, int width) {
    Shape shape = logits.shape();
    Shape planes = Shape.of(shape.size(0) * shape.size(1), shape.size(2), shape.size(3));
    return Resampling.BILINEAR.resize(logits.reshape(planes), height, width, false);
  }

  /** The class of the largest of the logits [K, H, W] at each pixel. */
  private Segmentation likeliest(Tensor logits) {
    int classes = (int) logits.shape().size(0);
    float[] full = logits.toFloats();
    long[] best = new long[full.length / classes];
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
    return new Segmentation(
        Tensor.of(best, logits.shape().size(1), logits.shape().size(2)), labels);
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
