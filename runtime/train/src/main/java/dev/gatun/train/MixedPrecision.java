package dev.gatun.train;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;

/**
 * Training whose products (dense layers, convolutions, recurrences, attention) see 16-bit numbers
 * and give 16-bit results, forward and backward (Micikevicius and others 2017): casts in the graph
 * around products in float32. Parameters, their updates, norms and losses stay float32, so that
 * small updates are not lost.
 *
 * <p>float16 has no room for small gradients, so the loss is multiplied by a scale that belongs to
 * the state of the step: a step whose gradients overflow is left out and halves it, {@code
 * growAfter} good steps in a row double it.
 *
 * @param products type of operands and results of products
 * @param firstScale the scale before the first step; 1 and no growth for bfloat16, which has the
 *     range of float32
 * @param growAfter good steps before the scale doubles; 0 for a scale that is not used
 */
public record MixedPrecision(DType products, double firstScale, int growAfter) {
  public MixedPrecision {
    if (products != DType.F16 && products != DType.BF16) {
      throw new GatunException("mixed precision: products are F16 or BF16, not " + products);
    }
    if (!(firstScale >= 1 && Double.isFinite(firstScale)) || growAfter < 0) {
      throw new GatunException(
          "mixed precision: the first scale must be 1 or more and growth after 0 steps or more, got "
              + firstScale
              + " and "
              + growAfter);
    }
  }

  /** Products of bfloat16; needs no scale. */
  public static MixedPrecision bfloat16() {
    return new MixedPrecision(DType.BF16, 1, 0);
  }

  /** Products of float16; the scale begins with 65536 and grows after 2000 good steps. */
  public static MixedPrecision float16() {
    return new MixedPrecision(DType.F16, 65536, 2000);
  }

  boolean scales() {
    return growAfter > 0;
  }
}
