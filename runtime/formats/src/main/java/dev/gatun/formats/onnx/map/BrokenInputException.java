package dev.gatun.formats.onnx.map;

/** A node that cannot be imported because something it needs was not; that is reported already. */
final class BrokenInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokenInputException() {
    super("depends on a node that could not be imported", null, false, false);
  }
}
