package dev.gatun.vision;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Of boxes around the same thing only the surest is kept (non-maximum suppression). */
public final class Suppression {
  /**
   * The boxes that overlap no surer one of their class by more than {@code most}, surest first.
   *
   * @param most intersection over union
   * @param count how many at most
   */
  public static List<Detection> keep(List<Detection> found, double most, int count) {
    List<Detection> sorted = new ArrayList<>(found);
    sorted.sort(Comparator.comparingDouble(Detection::score).reversed());
    List<Detection> kept = new ArrayList<>();
    for (Detection candidate : sorted) {
      if (kept.size() == count) {
        break;
      }
      boolean covered = false;
      for (Detection better : kept) {
        covered |= better.label() == candidate.label() && better.box().iou(candidate.box()) > most;
      }
      if (!covered) {
        kept.add(candidate);
      }
    }
    return kept;
  }

  private Suppression() {}
}
