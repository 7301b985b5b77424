package dev.gatun.core.plan;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.NarrowWeights;
import java.util.List;

/**
 * The packed form of a constant matrix of fewer than 32 bits with its scales.
 *
 * @param form in memory
 * @param transposed whether the constant holds the transposed matrix
 * @param beside scale, zero point and offset, the same ones and not only equal
 */
record NarrowPanels(NarrowWeights form, boolean transposed, List<Same> beside) {
  /** A tensor that equals itself alone: comparing elements takes time. */
  record Same(Tensor tensor) {
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      return other instanceof Same same && same.tensor == tensor;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(tensor);
    }
  }
}
