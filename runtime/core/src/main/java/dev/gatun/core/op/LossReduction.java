package dev.gatun.core.op;

/** How the losses of a batch become one number. */
public enum LossReduction {
  /** They stay as they are. */
  NONE,
  SUM,
  /** Divided by the number of elements (or what the loss says instead). */
  MEAN,
  /** The sum divided by the size of the first axis. */
  BATCH_MEAN
}
