package dev.gatun.models.task;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Resampling;
import dev.gatun.vision.Box;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a network for regions found in one picture.
 *
 * @param boxes [1, K, 4] in the network's pixels
 * @param labels [1, K]
 * @param scores [1, K], surest first, 0 for rows that mean nothing
 * @param results of the network, which may have masks
 */
record RegionResults(Tensor boxes, Tensor labels, Tensor scores, Map<String, Tensor> results) {
  static boolean isThere(Map<String, Tensor> results) {
    return results.containsKey("scores");
  }

  static RegionResults of(Map<String, Tensor> results) {
    return new RegionResults(
        PictureModel.result(results, 3, "boxes"),
        PictureModel.result(results, 2, "labels"),
        PictureModel.result(results, 2, "scores"),
        results);
  }

  /** How many have at least a score. */
  int count(double least) {
    int count = 0;
    while (count < scores.elements()
        && scores.getFloat(count) > 0
        && scores.getFloat(count) >= least) {
      count++;
    }
    return count;
  }

  Labelled what(int i, PictureModel model) {
    int label = (int) labels.getLong(i);
    return new Labelled(label, model.label(label), scores.getFloat(i));
  }

  /**
   * In the pixels of the picture [C, H, W].
   *
   * @param seen what the network was given, [1, C, h, w]
   */
  Box box(int i, Tensor seen, Tensor picture) {
    double across = picture.shape().size(2) / (double) seen.shape().size(3);
    double down = picture.shape().size(1) / (double) seen.shape().size(2);
    return new Box(
            boxes.getFloat(4L * i),
            boxes.getFloat(4L * i + 1),
            boxes.getFloat(4L * i + 2),
            boxes.getFloat(4L * i + 3))
        .scaled(across, down);
  }

  List<FoundInstance> instances(double least, PictureModel model, Tensor seen, Tensor picture) {
    Tensor masks = PictureModel.result(results, 4, "masks");
    List<FoundInstance> all = new ArrayList<>();
    for (int i = 0; i < count(least); i++) {
      Box box = box(i, seen, picture);
      int height = (int) picture.shape().size(1);
      int width = (int) picture.shape().size(2);
      all.add(new FoundInstance(what(i, model), box, pasted(masks, i, box, height, width)));
    }
    return all;
  }

  /** A mask of a box where the box is, with one more element on each side as torchvision has it. */
  private static Tensor pasted(Tensor masks, int number, Box box, int height, int width) {
    int side = (int) masks.shape().size(2);
    int wide = side + 2;
    float[] framed = new float[wide * wide];
    for (int i = 0; i < side * side; i++) {
      int row = i / side + 1;
      framed[row * wide + i % side + 1] = masks.getFloat((long) number * side * side + i);
    }
    double scale = wide / (double) side;
    Box larger = Box.around(box.x(), box.y(), scale * box.width(), scale * box.height());
    int left = (int) larger.left();
    int top = (int) larger.top();
    int rows = Math.max((int) larger.bottom() - top + 1, 1);
    int columns = Math.max((int) larger.right() - left + 1, 1);
    float[] full =
        Resampling.BILINEAR
            .resize(Tensor.of(framed, 1, wide, wide), rows, columns, false)
            .toFloats();
    long[] mask = new long[height * width];
    for (int row = Math.max(top, 0); row < Math.min(top + rows, height); row++) {
      for (int column = Math.max(left, 0); column < Math.min(left + columns, width); column++) {
        boolean own = full[(row - top) * columns + column - left] >= 0.5;
        mask[row * width + column] = own ? 1 : 0;
      }
    }
    return Tensor.whole(DType.U8, Shape.of(height, width), mask);
  }
}
