package dev.gatun.train;

import dev.gatun.core.tensor.Tensor;
import java.util.Map;

/**
 * Is told what happens while a trainer fits. Order of a run: {@link #fitStarted}; for each epoch
 * {@link #epochStarted}, {@link #stepEnded} after each step, {@link #epochEnded} after validation;
 * {@link #fitEnded}. Each is called for all listeners in the order in which they were added, on the
 * thread that trains. An exception ends the run.
 */
public interface Listener {
  /** Before the first epoch of this call of fit. */
  default void fitStarted(Trainer trainer, Epochs epochs) {}

  /**
   * Before the first batch of an epoch, also of one that is resumed in the middle.
   *
   * @param epoch from 1
   * @param steps how many steps the epoch has, or -1
   */
  default void epochStarted(Trainer trainer, long epoch, long steps) {}

  /** After a step. */
  default void stepEnded(Trainer trainer, StepRecord step) {}

  /** After an epoch and its validation. */
  default void epochEnded(Trainer trainer, EpochRecord epoch) {}

  /** After the last epoch. */
  default void fitEnded(Trainer trainer, History history) {}

  /**
   * What a checkpoint keeps of this listener, so that a resumed run goes on as if uninterrupted.
   */
  default Map<String, Tensor> save() {
    return Map.of();
  }

  /** Takes over what {@link #save} gave. */
  default void restore(Map<String, Tensor> saved) {}
}
