package dev.gatun.train.metric;

import java.util.Optional;

/**
 * How scores become classes.
 *
 * <p>Scores with one axis more than the targets, or one-hot targets of the same shape, choose the
 * class with the largest score along {@code classAxis} (the first of equal ones). Scores without
 * such an axis (or with one of size 1) are class 1 above {@code threshold}, else class 0. Whole
 * numbers are classes already.
 *
 * @param threshold largest score of class 0: 0.5 for probabilities, 0 for logits
 * @param classAxis the axis of the scores that counts classes; the last one as -1
 * @param ignored targets of this class are skipped
 */
public record Decision(double threshold, int classAxis, Optional<Long> ignored) {
  /** Probabilities, classes along the last axis, nothing ignored. */
  public static final Decision DEFAULT = new Decision(0.5, -1, Optional.empty());

  /** The same with another threshold. */
  public Decision threshold(double value) {
    return new Decision(value, classAxis, ignored);
  }

  /** The same with classes along another axis, such as 1 for maps [N, C, H, W]. */
  public Decision classAxis(int axis) {
    return new Decision(threshold, axis, ignored);
  }

  /** The same, skipping targets of one class, such as -100. */
  public Decision ignoring(long target) {
    return new Decision(threshold, classAxis, Optional.of(target));
  }
}
