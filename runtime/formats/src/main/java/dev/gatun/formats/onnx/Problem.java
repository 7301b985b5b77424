package dev.gatun.formats.onnx;

/**
 * One thing that is wrong with a model or that Gatun cannot do.
 *
 * @param unsupported true when the model may be right and Gatun lacks something
 * @param where the node, input or tensor
 * @param text what was found and what was expected
 */
public record Problem(boolean unsupported, String where, String text) {
  @Override
  public String toString() {
    return where + ": " + text;
  }
}
