package dev.gatun.train.data;

import java.util.function.UnaryOperator;

/** A change of samples that may draw random numbers. */
interface Mapping {
  Sample apply(Sample sample, long epoch, long position);

  static Mapping of(UnaryOperator<Sample> function) {
    return (sample, epoch, position) -> function.apply(sample);
  }

  static Mapping random(long seed, Augmentation augmentation) {
    return (sample, epoch, position) -> augmentation.apply(sample, Draws.of(seed, epoch, position));
  }

  /** An entry whose sample is changed after it is loaded. */
  default Entry over(Entry entry, long epoch, long position) {
    return () -> {
      Sample sample = entry.load();
      try {
        Sample changed = apply(sample, epoch, position);
        // A new sample made by the function does not know where its values came from.
        return changed.origin().equals(sample.origin()) ? changed : changed.from(sample.origin());
      } catch (RuntimeException e) {
        throw DataException.at(sample.origin(), e);
      }
    };
  }
}
