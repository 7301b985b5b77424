package dev.gatun.audio;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reference values: property {@code gatun.golden}, or {@code ../shared/golden} beside the
 * repository.
 */
record Golden(JsonNode json, Map<String, Tensor> tensors) {
  static Golden read(String name) {
    Path json = directory().resolve(name + ".json");
    assumeTrue(Files.exists(json), "no reference values: set gatun.golden to their directory");
    return new Golden(
        JsonMapper.shared().readTree(json.toFile()),
        Safetensors.read(directory().resolve(name + ".safetensors")).tensors());
  }

  private static Path directory() {
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
}
