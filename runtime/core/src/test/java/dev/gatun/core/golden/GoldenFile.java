package dev.gatun.core.golden;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reference values: cases in {@code NAME.json}, tensors in {@code NAME.safetensors} (a header
 * length of 8 bytes, a JSON header, raw little-endian data).
 *
 * <p>The directory is system property {@code gatun.golden} or else {@code ../shared/golden} beside
 * this repository, whose root is looked for upwards from the working directory.
 */
final class GoldenFile {
  private final JsonNode cases;
  private final Map<String, Tensor> tensors;

  private GoldenFile(JsonNode cases, Map<String, Tensor> tensors) {
    this.cases = cases;
    this.tensors = tensors;
  }

  /** The files of a name; empty when there is no such directory. */
  static Optional<GoldenFile> open(String name) throws IOException {
    Optional<Path> found = directory();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Path directory = found.get();
    JsonMapper mapper = new JsonMapper();
    JsonNode cases = mapper.readTree(Files.readAllBytes(directory.resolve(name + ".json")));
    byte[] bytes = Files.readAllBytes(directory.resolve(name + ".safetensors"));
    int length = Math.toIntExact(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
    JsonNode header = mapper.readTree(new String(bytes, 8, length, StandardCharsets.UTF_8));
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        tensors.put(entry.getKey(), tensor(entry.getValue(), bytes, 8 + length));
      }
    }
    return Optional.of(new GoldenFile(cases, tensors));
  }

  private static Optional<Path> directory() {
    String property = System.getProperty("gatun.golden", "");
    if (!property.isEmpty()) {
      return Optional.of(Path.of(property)).filter(Files::isDirectory);
    }
    Path at = Path.of("").toAbsolutePath();
    while (at != null) {
      Path candidate = at.resolveSibling("shared").resolve("golden");
      if (Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
      at = at.getParent();
    }
    return Optional.empty();
  }

  private static Tensor tensor(JsonNode entry, byte[] bytes, int base) {
    List<Long> sizes = new ArrayList<>();
    entry.get("shape").forEach(size -> sizes.add(size.asLong()));
    Shape shape = Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    int from = base + entry.get("data_offsets").get(0).asInt();
    int to = base + entry.get("data_offsets").get(1).asInt();
    MemorySegment data = MemorySegment.ofArray(java.util.Arrays.copyOfRange(bytes, from, to));
    String name = entry.get("dtype").asString();
    DType dtype =
        switch (name) {
          case "F32",
              "F64",
              "F16",
              "BF16",
              "I8",
              "U8",
              "I16",
              "U16",
              "I32",
              "U32",
              "I64",
              "U64",
              "BOOL" ->
              DType.valueOf(name);
          default -> throw new IllegalArgumentException("safetensors type " + name);
        };
    return Tensor.wrap(dtype, shape, data);
  }

  /** All cases, in order. */
  List<GoldenCase> cases() {
    List<GoldenCase> list = new ArrayList<>();
    for (JsonNode node : cases) {
      list.add(new GoldenCase(node, this));
    }
    return list;
  }

  boolean has(String key) {
    return tensors.containsKey(key);
  }

  Tensor tensor(String key) {
    Tensor tensor = tensors.get(key);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor '" + key + "' in the golden file");
    }
    return tensor;
  }
}
