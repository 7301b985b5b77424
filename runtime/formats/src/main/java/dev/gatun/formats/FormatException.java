package dev.gatun.formats;

import dev.gatun.core.tensor.GatunException;

/** A file that is damaged, truncated, hostile or of another format than expected. */
public final class FormatException extends GatunException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception whose message names the file and, where known, the offset. */
  public FormatException(String message) {
    super(message);
  }

  /** Creates an exception with a cause. */
  public FormatException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A problem at a place of a file. */
  public static FormatException at(String file, long offset, String problem) {
    return new FormatException(file + ", offset " + offset + ": " + problem);
  }
}
