package dev.gatun.core.tensor;

/** An operator, attribute or element type that Gatun does not have. */
public final class UnsupportedOpException extends GatunException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that names the operator and what is missing. */
  public UnsupportedOpException(String message) {
    super(message);
  }
}
