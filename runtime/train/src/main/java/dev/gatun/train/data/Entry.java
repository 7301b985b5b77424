package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;

/**
 * A sample that is not loaded yet. The order of an epoch is made of these by one thread; loading,
 * which may be slow, happens on any.
 */
interface Entry {
  /** Reads the sample; any error names where it happened. */
  Sample load();

  /** One field; cheaper than the whole sample where the source knows it beforehand. */
  default Tensor field(String name) {
    return load().get(name);
  }
}
