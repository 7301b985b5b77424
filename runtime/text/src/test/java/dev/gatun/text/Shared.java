package dev.gatun.text;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where reference values and texts are: beside the repository, or where properties say. */
public final class Shared {
  /** Reference values: property gatun.golden or ../shared/golden. */
  public static Path golden(String name) {
    String property = System.getProperty("gatun.golden", "");
    return property.isEmpty() ? directory("golden").resolve(name) : Path.of(property, name);
  }

  /** Texts: ../shared/data. */
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
