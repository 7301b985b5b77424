package dev.gatun.models.task;

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
