package dev.gatun.formats;

import dev.gatun.core.tensor.GatunException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

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

  /**
   * Why a file could not be read or written, in words; the JDK's messages are often just the path.
   */
  public static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file or directory";
      case AccessDeniedException _ -> "access denied";
      case FileAlreadyExistsException _ -> "there is a file of that name, not a directory";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      case IOException _ when e.getMessage() != null && !(e instanceof FileSystemException) ->
          e.getMessage();
      default -> e.toString();
    };
  }

  /** A problem at a place of a file. */
  public static FormatException at(String file, long offset, String problem) {
    return new FormatException(file + ", offset " + offset + ": " + problem);
  }
}
