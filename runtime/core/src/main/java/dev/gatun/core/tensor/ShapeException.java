package dev.gatun.core.tensor;

/** Shapes or element types that do not fit together. */
public final class ShapeException extends GatunException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that names the operator, the shapes and what was expected. */
  public ShapeException(String message) {
    super(message);
  }
}
