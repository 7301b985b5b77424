package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.TensorFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reference values: a description and tensors.
 *
 * <p>The directory is system property {@code gatun.golden} or else {@code ../shared/golden} beside
 * the repository.
 *
 * @param json the cases
 * @param tensors by name
 */
public record Golden(JsonNode json, Map<String, Tensor> tensors) {
  /** The files of one name; empty when there are none. */
  public static Optional<Golden> read(String name) throws Exception {
    Path json = directory().resolve(name + ".json");
    Path tensors = directory().resolve(name + ".safetensors");
    if (!Files.exists(json)) {
      return Optional.empty();
    }
    return Optional.of(
        new Golden(JsonMapper.shared().readTree(json.toFile()), TensorFiles.read(tensors)));
  }

  private static Path directory() {
    String property = System.getProperty("gatun.golden", "");
    return property.isEmpty() ? shared("golden") : Path.of(property);
  }

  /** A directory beside the repository, wherever in it the tests run. */
  public static Path shared(String name) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path candidate = at.resolveSibling("shared").resolve(name);
      if (Files.isDirectory(candidate)) {
        return candidate;
      }
    }
    return Path.of("../shared", name);
  }

  /** Fails unless every element agrees within {@code absolute} or {@code relative}. */
  public static void assertClose(
      String what, Tensor expected, Tensor actual, double relative, double absolute) {
    assertEquals(expected.shape(), actual.shape(), what);
    for (long i = 0; i < expected.elements(); i++) {
      double e = expected.getDouble(i);
      double a = actual.getDouble(i);
      assertEquals(e, a, absolute + relative * Math.abs(e), what + " element " + i);
    }
  }
}
