package dev.gatun.ffi;

/** A LAPACK routine could not do its work; the message names it and says what its answer means. */
public final class LapackException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int info;

  LapackException(String message, int info) {
    super(message);
    this.info = info;
  }

  /** What the routine answered: positive for numerical failure, negative for a wrong argument. */
  public int info() {
    return info;
  }
}
