package dev.gatun.audio;

import dev.gatun.core.tensor.GatunException;

/** Sound or settings that cannot be used; the message says what was expected. */
public final class AudioException extends GatunException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception that names what was found and what was expected. */
  public AudioException(String message) {
    super(message);
  }
}
