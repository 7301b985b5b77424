package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.core.tensor.GatunException;
import org.junit.jupiter.api.function.Executable;

/** What a failing call says. */
final class Failure {
  /** The message of the {@link GatunException} that is thrown. */
  static String of(Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }

  private Failure() {}
}
