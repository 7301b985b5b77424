package dev.gatun.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** A test that types commands and reads what the last one printed. */
abstract class CommandTest {
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  /** Runs a command and gives its exit code. */
  int gatun(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.execute(new PrintWriter(out), new PrintWriter(err), args);
  }
}
