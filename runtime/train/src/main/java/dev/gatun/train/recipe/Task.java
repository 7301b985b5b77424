package dev.gatun.train.recipe;

import dev.gatun.core.tensor.Shape;
import dev.gatun.train.data.IndexedDataset;
import java.util.Optional;

/**
 * Data, read and made ready, and what is to be learnt from it.
 *
 * @param sample shape of a sample's {@code x}
 * @param outputs classes, characters or numbers to foretell
 * @param encoding how what the files hold became numbers
 * @param train to train on
 * @param validation what was held back
 * @param test what the data itself keeps apart
 */
record Task(
    Goal goal,
    Shape sample,
    int outputs,
    Encoding encoding,
    IndexedDataset train,
    Optional<IndexedDataset> validation,
    Optional<IndexedDataset> test) {
  /** What is foretold. */
  enum Goal {
    CLASSES,
    NUMBERS,
    CHARACTERS
  }

  /** What to measure on: held back, else kept apart, else all there is. */
  IndexedDataset measured() {
    return validation.orElseGet(() -> test.orElse(train));
  }
}
