package dev.gatun.vision;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Sample;
import java.util.Optional;

/**
 * Which fields of a sample belong to its picture.
 *
 * @param picture [C, H, W]
 * @param mask whole numbers [H, W]
 * @param maskFill what a mask has where there was no picture
 * @param boxes float32 [N, 4]: left, top, right, bottom in pixels
 * @param labels int64 [N]; a box that is hardly in the picture any more gets label -1 and no size
 */
record SceneFields(
    String picture,
    Optional<String> mask,
    long maskFill,
    Optional<String> boxes,
    Optional<String> labels) {
  /** Part of a box that must be left of it. */
  private static final double LEAST_PART = 0.1;

  static SceneFields of(String picture) {
    return new SceneFields(picture, Optional.empty(), 0, Optional.empty(), Optional.empty());
  }

  SceneFields withMask(String name, long fill) {
    return new SceneFields(picture, Optional.of(name), fill, boxes, labels);
  }

  SceneFields withBoxes(String name, String labelName) {
    return new SceneFields(picture, mask, maskFill, Optional.of(name), Optional.of(labelName));
  }

  /** The sample with everything moved. */
  Sample moved(Sample sample, Move move) {
    Sample result = sample.with(picture, move.picture(sample.get(picture)));
    if (mask.isPresent()) {
      result = result.with(mask.get(), move.mask(sample.get(mask.get()), maskFill));
    }
    if (boxes.isEmpty() || labels.isEmpty()) {
      return result;
    }
    Tensor old = sample.get(boxes.get());
    if (old.shape().rank() != 2 || old.shape().size(1) != 4 || old.dtype() != DType.F32) {
      throw new VisionException("boxes are float32 [N, 4], not " + old.type());
    }
    float[] corners = old.toFloats();
    long[] kinds = sample.get(labels.get()).toLongs();
    if (kinds.length != corners.length / 4) {
      throw new VisionException(
          kinds.length + " labels for " + corners.length / 4 + " boxes of " + sample.origin());
    }
    for (int i = 0; i < kinds.length; i++) {
      if (kinds[i] >= 0 && !moveBox(corners, 4 * i, move)) {
        kinds[i] = -1;
        java.util.Arrays.fill(corners, 4 * i, 4 * i + 4, 0);
      }
    }
    DType dtype = sample.get(labels.get()).dtype();
    return result
        .with(boxes.get(), Tensor.of(corners, kinds.length, 4))
        .with(labels.get(), Tensor.whole(dtype, Shape.of(kinds.length), kinds));
  }

  /** The box around the moved corners within the picture; false if too little of it is. */
  private static boolean moveBox(float[] corners, int at, Move move) {
    double left = Double.POSITIVE_INFINITY;
    double top = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    double bottom = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < 4; k++) {
      double[] p = move.point(corners[at + 2 * (k & 1)], corners[at + 1 + (k & 2)]);
      left = Math.min(left, p[0]);
      top = Math.min(top, p[1]);
      right = Math.max(right, p[0]);
      bottom = Math.max(bottom, p[1]);
    }
    double whole = (right - left) * (bottom - top);
    corners[at] = (float) Math.clamp(left, 0, move.width());
    corners[at + 1] = (float) Math.clamp(top, 0, move.height());
    corners[at + 2] = (float) Math.clamp(right, 0, move.width());
    corners[at + 3] = (float) Math.clamp(bottom, 0, move.height());
    double inside = (corners[at + 2] - corners[at]) * (corners[at + 3] - corners[at + 1]);
    return inside > 0 && inside >= LEAST_PART * whole;
  }
}
