package dev.gatun.ffi;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The libraries of this machine for tests, which are skipped with the reasons if there are none.
 */
final class Libraries {
  static OneDnn oneDnn() {
    Probe<OneDnn> probe = OneDnn.find();
    assumeTrue(probe.library().isPresent(), probe::toString);
    return probe.orElseThrow();
  }

  static OpenBlas openBlas() {
    Probe<OpenBlas> probe = OpenBlas.find();
    assumeTrue(probe.library().isPresent(), probe::toString);
    return probe.orElseThrow();
  }

  private Libraries() {}
}
