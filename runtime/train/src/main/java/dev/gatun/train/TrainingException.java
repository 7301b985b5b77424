package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;

/** Training that cannot go on; parameters are what they were before the step that failed. */
public final class TrainingException extends GatunException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that names epoch and step. */
  public TrainingException(String message) {
    super(message);
  }

  /** Creates an exception with a cause. */
  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
