package dev.gatun.models.task;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A class for each pixel.
 *
 * @param map int64 [height, width]
 * @param labels names of the classes in the map, numbers where there are none
 */
public record Segmentation(Tensor map, List<String> labels) {
  public Segmentation {
    labels = List.copyOf(labels);
  }

  /**
   * Where a class is, such as to count its things with {@link dev.gatun.vision.Components}.
   *
   * @param number of the class
   * @return uint8 [height, width], 1 where it is
   */
  public Tensor mask(int number) {
    long[] mask = map.toLongs();
    for (int i = 0; i < mask.length; i++) {
      mask[i] = mask[i] == number ? 1 : 0;
    }
    return Tensor.whole(DType.U8, map.shape(), mask);
  }

  /** The classes that occur, with their parts of the picture as scores, largest first. */
  public List<Labelled> parts() {
    long[] counts = new long[labels.size()];
    for (long number : map.toLongs()) {
      counts[(int) number]++;
    }
    List<Labelled> parts = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        parts.add(new Labelled(i, labels.get(i), counts[i] / (double) map.elements()));
      }
    }
    parts.sort(Comparator.comparingDouble(Labelled::score).reversed());
    return parts;
  }
}
