package dev.gatun.ffi;

/** A native library is missing, unreadable or made for another machine; the message names which. */
public final class NativeLibraryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception whose message says what failed and what to do. */
  public NativeLibraryException(String message) {
    super(message);
  }

  /** Creates an exception with the linker's own error as cause. */
  public NativeLibraryException(String message, Throwable cause) {
    super(message, cause);
  }
}
