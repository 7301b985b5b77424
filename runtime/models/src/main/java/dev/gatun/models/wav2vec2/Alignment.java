package dev.gatun.models.wav2vec2;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.CtcLoss;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Config;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/**
 * The loss of letters without times: {@code labels} [B, L], less than 0 behind the last letter.
 *
 * @param mean whether each row's loss is divided by its letters, and the mean is taken
 */
record Alignment(long blank, boolean zeroInfinity, boolean mean) implements Objective {
  static Alignment of(Config c) {
    String reduction = c.text("ctc_loss_reduction", "sum");
    c.require(
        "ctc_loss_reduction", reduction.equals("sum") || reduction.equals("mean"), "sum, mean");
    return new Alignment(
        c.integer("pad_token_id", 0), c.flag("ctc_zero_infinity", false), reduction.equals("mean"));
  }

  @Override
  public List<Input> targets(List<Flow> outputs) {
    return List.of(new Input("labels", DType.I64, Shape.of(Shape.UNKNOWN)));
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    Flow logits = outputs.get(0);
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
