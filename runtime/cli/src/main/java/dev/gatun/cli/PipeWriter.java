package dev.gatun.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * Standard output whose failures end the command: quietly when its reader has gone ("| head"), with
 * a message otherwise (a full disk). A {@link java.io.PrintStream} would swallow both.
 */
final class PipeWriter extends Writer {
  /** The reader of standard output has gone. */
  static final class Closed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Closed() {
      super("standard output is closed", null, false, false);
    }
  }

  private final Writer writer;

  PipeWriter(OutputStream stream) {
    writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
  }

  @Override
  public void write(char[] buffer, int offset, int length) {
    try {
      writer.write(buffer, offset, length);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void flush() {
    try {
      writer.flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void close() {
    flush();
  }

  private static RuntimeException failure(IOException e) {
    // The JDK has no type for it: "Broken pipe" on Unix, "The pipe is being closed" on Windows.
    String message = String.valueOf(e.getMessage());
    return message.contains("pipe")
        ? new Closed()
        : new UncheckedIOException("standard output cannot be written: " + message, e);
  }
}
