package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.core.tensor.GatunException;
import org.junit.jupiter.api.function.Executable;

/** What a failing call says. */
public final class Failure {
  /** The message of the {@link GatunException} that is thrown. */
  public static String of(Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }

  private Failure() {}
}
