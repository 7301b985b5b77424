package dev.gatun.train.loss;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.CtcLoss;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/**
 * The loss of labels without times (Graves and others 2006): logits [N, T, labels], the field
 * {@code labels} [N, L] of a batch, less than 0 behind the last label. All steps of the logits
 * count.
 *
 * @param blank number of the label that stands for none
 * @param zeroInfinity whether labels that do not fit into the steps count nothing, instead of being
 *     infinitely unlikely
 * @param mean whether each row's loss is divided by its labels and the mean is taken, instead of
 *     the sum
 */
public record Ctc(long blank, boolean zeroInfinity, boolean mean) implements Objective {
  /** Name of the field with labels. */
  public static final String LABELS = "labels";

  /** The mean; the blank is number 0. */
  public static Ctc usual() {
    return new Ctc(0, true, true);
  }

  @Override
  public List<Input> targets(List<Flow> outputs) {
    return List.of(new Input(LABELS, DType.I64, Shape.of(Shape.UNKNOWN)));
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    Flow logits = outputs.get(0);
    if (logits.rank() != 3) {
      throw new GatunException("ctc: needs logits [batch, time, labels], got " + logits.shape());
    }
    Flow labels = targets.get(0);
    Flow counts = labels.less(0.0).not().cast(DType.I64);
    Flow letters = counts.sum(1);
    Flow steps = letters.mul(0).add(logits.sizes().slice(0, 1, 2));
    Flow losses =
        logits
            .logSoftmax(-1)
            .transpose(1, 0, 2)
            .op(
                CtcLoss.OP,
                Attrs.of("blank", blank, "zeroInfinity", zeroInfinity),
                labels.mul(counts),
                steps,
                letters);
    if (mean) {
      losses = losses.div(letters.max(1).cast(losses.dtype()));
    }
    if (weights.isPresent()) {
      losses = losses.mul(weights.get());
    }
    return mean ? losses.mean() : losses.sum();
  }
}
