package dev.gatun.vision;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where reference values and data are: system property {@code gatun.golden}, or else directories
 * beside the repository.
 */
public final class Shared {
  /** Reference values. */
  public static Path golden() {
    String property = System.getProperty("gatun.golden", "");
    return property.isEmpty() ? directory("golden") : Path.of(property);
  }

  /** A set of data. */
  public static Path data(String name) {
    return directory("data").resolve(name);
  }

  private static Path directory(String name) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path candidate = at.resolveSibling("shared").resolve(name);
      if (Files.isDirectory(candidate)) {
        return candidate;
      }
    }
    return Path.of("../shared", name);
  }

  private Shared() {}
}
