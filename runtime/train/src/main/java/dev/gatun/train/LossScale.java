package dev.gatun.train;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import java.util.Map;

/**
 * The scale of the loss before the backward pass, as state of the step.
 *
 * @param scale in force, f32 []
 * @param good steps since it changed, f32 []
 */
record LossScale(Flow scale, Flow good) {
  static final String SCALE = "loss scale";
  static final String GOOD = "good steps";

  /** First values of the states. */
  static Map<String, Tensor> first(MixedPrecision precision) {
    return Map.of(
        SCALE, Tensor.scalar(DType.F32, precision.firstScale()), GOOD, Tensor.scalar(DType.F32, 0));
  }

  /** What it is after a step. */
  LossScale after(Flow finite, int growAfter) {
    Flow count = good.add(1);
    Flow grows = finite.and(count.greaterEqual(growAfter));
    // Beyond 2^60 the scaled loss itself would leave float32.
    Flow grown = scale.mul(2).min(0x1p60);
    Flow next = grown.where(grows, scale.where(finite, scale.mul(0.5)));
    return new LossScale(next, count.where(finite.and(grows.not()), scale.number(0)));
  }
}
