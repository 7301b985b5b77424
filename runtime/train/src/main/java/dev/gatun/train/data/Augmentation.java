package dev.gatun.train.data;

import java.util.random.RandomGenerator;

/** Changes a sample at random. */
@FunctionalInterface
public interface Augmentation {
  /**
   * The changed sample.
   *
   * @param random draws that belong to this sample and epoch; no other source may be used, or the
   *     result would depend on threads
   */
  Sample apply(Sample sample, RandomGenerator random);

  /** This and then another. */
  default Augmentation then(Augmentation next) {
    return (sample, random) -> next.apply(apply(sample, random), random);
  }
}
