package dev.gatun.formats.onnx;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.plan.Backend;

/** Options of the tests' sessions, from the properties gatun.backend and gatun.threads. */
public final class TestedOptions {
  /** The options; without properties those of a session that nobody configures. */
  public static SessionOptions get() {
    return SessionOptions.DEFAULT
        .backend(Backend.parse(System.getProperty("gatun.backend", "auto")))
        .threads(Integer.getInteger("gatun.threads", 0));
  }

  private TestedOptions() {}
}
