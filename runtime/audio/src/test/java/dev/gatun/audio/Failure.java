package dev.gatun.audio;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.core.tensor.GatunException;
import java.util.Objects;
import org.junit.jupiter.api.function.Executable;

/** What is said when something is refused. */
final class Failure {
  static String of(Executable refused) {
    return Objects.requireNonNull(assertThrows(GatunException.class, refused).getMessage());
  }

  private Failure() {}
}
