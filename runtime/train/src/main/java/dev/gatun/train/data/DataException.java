package dev.gatun.train.data;

import dev.gatun.core.tensor.GatunException;

/** Data that cannot be used; the message names the sample, with file and line where it has them. */
public final class DataException extends GatunException {
  private static final long serialVersionUID = 1L;

  /** An error that names where the data came from. */
  public DataException(String message) {
    super(message);
  }

  /** An error with a cause. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What went wrong with a sample, unless the error says already where it happened. */
  static DataException at(String origin, Throwable cause) {
    return cause instanceof DataException known
        ? known
        : new DataException(origin + ": " + reason(cause), cause);
  }

  private static String reason(Throwable cause) {
    return cause.getMessage() == null
        ? cause.getClass().getSimpleName()
        : cause instanceof GatunException
            ? cause.getMessage()
            : cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }
}
