package dev.gatun.train.loss;

import dev.gatun.core.op.LossReduction;
import dev.gatun.train.net.Flow;
import java.util.Optional;

/**
 * The losses of a batch before they become one number.
 *
 * @param losses [N, ...], times their weights already
 * @param weights how much each counts, of a shape that broadcasts to that of the losses; empty when
 *     all count alike
 */
public record Terms(Flow losses, Optional<Flow> weights) {
  /** Losses that count alike. */
  public static Terms of(Flow losses) {
    return new Terms(losses, Optional.empty());
  }

  /** Losses with weights. */
  public static Terms weighted(Flow losses, Flow weights) {
    return new Terms(losses.mul(weights), Optional.of(weights));
  }

  Flow reduce(LossReduction reduction, Optional<Flow> samples) {
    Flow all = losses;
    Optional<Flow> counted = weights;
    if (samples.isPresent()) {
      Flow each = perSample(samples.get(), losses);
      all = all.mul(each);
      counted = Optional.of(weights.isPresent() ? weights.get().mul(each) : each);
    }
    return switch (reduction) {
      case NONE -> all;
      case SUM -> all.sum();
      case BATCH_MEAN -> all.sum().div(losses.sizes().slice(0, 0, 1).squeeze(0).cast(all.dtype()));
      case MEAN ->
          counted.isEmpty() ? all.mean() : all.sum().div(counted.get().expandAs(losses).sum());
    };
  }

  /** Weights [N] as [N, 1, ...]. */
  private static Flow perSample(Flow weights, Flow losses) {
    Flow each = weights.cast(losses.dtype());
    long[] axes = new long[Math.max(losses.rank() - 1, 0)];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i + 1L;
    }
    return axes.length == 0 ? each : each.unsqueeze(axes);
  }
}
