package dev.gatun.cli;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** Standard output that ends the command quietly when its reader has gone ("| head"). */
final class PipeWriter extends Writer {
  /** The reader of standard output has gone. */
  static final class Closed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Closed() {
      super("standard output is closed", null, false, false);
    }
  }

  private final PrintStream stream;
  private final Writer writer;

  PipeWriter(PrintStream stream) {
    this.stream = stream;
    writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
  }

  @Override
  public void write(char[] buffer, int offset, int length) {
    try {
      writer.write(buffer, offset, length);
    } catch (java.io.IOException e) {
      throw new Closed();
    }
  }

  @Override
  public void flush() {
    try {
      writer.flush();
    } catch (java.io.IOException e) {
      throw new Closed();
    }
    if (stream.checkError()) {
      throw new Closed();
    }
  }

  @Override
  public void close() {
    flush();
  }
}
