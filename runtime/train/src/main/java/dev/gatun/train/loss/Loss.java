package dev.gatun.train.loss;

import dev.gatun.core.op.LossReduction;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/**
 * A loss of one prediction and its target; {@link Losses} has the usual ones. The target is the
 * field {@code y} of a batch unless {@link #target(String)} says another.
 *
 * <p>Reductions: MEAN divides by the sum of the weights of what counts (its number without
 * weights), so that a weight of 2 is the same as a sample that is there twice; BATCH_MEAN divides
 * the sum by the number of samples.
 */
public interface Loss extends Objective {
  /** Type of the target of one sample for a prediction; the name does not count. */
  Input target(Flow prediction);

  /** The losses before they become one number: an element, row or sample each. */
  Terms terms(Flow prediction, Flow target);

  /** How the losses become one number. */
  default LossReduction reduction() {
    return LossReduction.MEAN;
  }

  /** Name of the target in a batch. */
  default String targetName() {
    return "y";
  }

  /** The loss as a number or, with NONE, as numbers. */
  default Flow of(Flow prediction, Flow target, LossReduction reduction) {
    return terms(prediction, target).reduce(reduction, Optional.empty());
  }

  @Override
  default List<Input> targets(List<Flow> outputs) {
    Input type = target(only(outputs));
    return List.of(new Input(targetName(), type.dtype(), type.shape()));
  }

  @Override
  default Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    if (reduction() == LossReduction.NONE) {
      throw new GatunException("loss: training needs one number; use another reduction than NONE");
    }
    return weights.isEmpty()
        ? of(only(outputs), targets.get(0), reduction())
        : terms(only(outputs), targets.get(0)).reduce(reduction(), weights);
  }

  private static Flow only(List<Flow> outputs) {
    if (outputs.size() != 1) {
      throw new GatunException(
          "loss: the net has " + outputs.size() + " outputs; use Losses.perOutput or an Objective");
    }
    return outputs.get(0);
  }

  /** The same loss with another reduction. */
  default Loss reduction(LossReduction other) {
    return new Changed(this, other, targetName());
  }

  /** The same loss with its target in another field of the batch. */
  default Loss target(String name) {
    return new Changed(this, reduction(), name);
  }

  /** A loss of which two options differ. */
  record Changed(Loss loss, LossReduction reduction, String targetName) implements Loss {
    @Override
    public Input target(Flow prediction) {
      return loss.target(prediction);
    }

    @Override
    public Terms terms(Flow prediction, Flow target) {
      return loss.terms(prediction, target);
    }

    @Override
    public Flow of(Flow prediction, Flow target, LossReduction how) {
      return loss.of(prediction, target, how);
    }
  }
}
