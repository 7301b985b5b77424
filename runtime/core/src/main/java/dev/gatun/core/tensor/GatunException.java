package dev.gatun.core.tensor;

/** Base of what Gatun throws for bad models and bad inputs; the message says what to do. */
public class GatunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that names operator or file, what was found and what was expected. */
  public GatunException(String message) {
    super(message);
  }

  /** Creates an exception with a cause. */
  public GatunException(String message, Throwable cause) {
    super(message, cause);
  }
}
