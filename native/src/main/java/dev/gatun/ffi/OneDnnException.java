package dev.gatun.ffi;

/** oneDNN refused a primitive or failed to run one; the message names it and its shapes. */
public final class OneDnnException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OneDnnException(String message) {
    super(message);
  }
}
