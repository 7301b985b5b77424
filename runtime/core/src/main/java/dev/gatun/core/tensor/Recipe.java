package dev.gatun.core.tensor;

import java.lang.foreign.MemorySegment;

/**
 * Computes the elements of a tensor, the same ones each time; from any thread.
 *
 * <p>Equal recipes mean equal elements, so a record is a good one.
 */
@FunctionalInterface
public interface Recipe {
  /** Writes all elements; the memory has exactly their size and is aligned for them. */
  void write(MemorySegment to);
}
