package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where reference values are: system property {@code gatun.golden}, or else {@code
 * ../shared/golden} beside the repository.
 */
final class Golden {
  static Path directory() {
    String property = System.getProperty("gatun.golden", "");
    if (!property.isEmpty()) {
      return Path.of(property);
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path candidate = at.resolveSibling("shared").resolve("golden");
      if (Files.isDirectory(candidate)) {
        return candidate;
      }
    }
    return Path.of("../shared/golden");
  }

  /** Fails unless every element agrees within {@code absolute} or {@code relative}. */
  static void assertClose(
      String what, Tensor expected, Tensor actual, double relative, double absolute) {
    assertEquals(expected.shape(), actual.shape(), what);
    double[] wanted = expected.toDoubles();
    double[] found = actual.toDoubles();
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(
          wanted[i], found[i], absolute + relative * Math.abs(wanted[i]), what + " element " + i);
    }
  }

  private Golden() {}
}
