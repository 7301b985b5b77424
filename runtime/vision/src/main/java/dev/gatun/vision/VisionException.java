package dev.gatun.vision;

import dev.gatun.core.tensor.GatunException;

/** A picture, box or file that cannot be what it should be. */
public final class VisionException extends GatunException {
  private static final long serialVersionUID = 1;

  VisionException(String message) {
    super(message);
  }

  VisionException(String message, Throwable cause) {
    super(message, cause);
  }
}
