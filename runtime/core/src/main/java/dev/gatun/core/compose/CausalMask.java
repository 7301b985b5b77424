package dev.gatun.core.compose;

import dev.gatun.core.tensor.Tensor;
import java.util.OptionalInt;

/** Tells from the numbers of a mask whether it hides from each query the keys after its place. */
public final class CausalMask {
  /** From here on what is added to a score hides it beside scores that are not hidden. */
  static final double HIDDEN = -1e4;

  /**
   * How many keys beyond its own place a query sees; empty if the mask is another one. Query 0 sees
   * at least one key, the last but one does not see all.
   *
   * @param mask [..., queries, keys], added to the scores
   */
  public static OptionalInt offset(Tensor mask, long queries, long keys) {
    if (mask.shape().rank() < 2
        || mask.elements() != queries * keys
        || mask.shape().size(-1) != keys
        || mask.shape().size(-2) != queries) {
      return OptionalInt.empty();
    }
    int offset = -1;
    while (offset + 1 < keys && mask.getDouble(offset + 1) == 0) {
      offset++;
    }
    if (offset < 0 || offset == keys - 1) {
      return OptionalInt.empty();
    }
    for (long i = 0; i < queries; i++) {
      for (long j = 0; j < keys; j++) {
        double m = mask.getDouble(i * keys + j);
        if (j <= i + offset ? m != 0 : !(m <= HIDDEN)) {
          return OptionalInt.empty();
        }
      }
    }
    return OptionalInt.of(offset);
  }

  private CausalMask() {}
}
