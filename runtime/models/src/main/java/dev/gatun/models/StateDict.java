package dev.gatun.models;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.Safetensors;
import dev.gatun.formats.TensorFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tensors by their keys in a file, or in several files with an index; mapped, not copied.
 *
 * @param files for each file's name the keys that are in it
 */
public record StateDict(String where, Map<String, Tensor> tensors, Map<String, Set<String>> files) {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  /**
   * The weights of a folder, or of a file.
   *
   * @throws GatunException if there are none, an index names what is not there, or a file is
   *     damaged
   */
  public static StateDict read(Path place) {
    if (!Files.exists(place)) {
      throw new GatunException(place + ": no such file or folder");
    }
    if (!Files.isDirectory(place)) {
      return single(place);
    }
    if (Files.exists(place.resolve(INDEX))) {
      return sharded(place, place.resolve(INDEX));
    }
    for (String name : List.of(SINGLE, "pytorch_model.bin")) {
      if (Files.exists(place.resolve(name))) {
        return single(place.resolve(name));
      }
    }
    throw new GatunException(
        place + ": has neither " + SINGLE + " nor " + INDEX + "; is it the folder of a model?");
  }

  private static StateDict single(Path file) {
    return of(file, TensorFiles.read(file));
  }

  /** Tensors that a file has. */
  static StateDict of(Path file, Map<String, Tensor> tensors) {
    return new StateDict(
        file.toString(),
        tensors,
        Map.of(String.valueOf(file.getFileName()), new LinkedHashSet<>(tensors.keySet())));
  }

  private static StateDict sharded(Path folder, Path index) {
    JsonNode map;
    try {
      map = JsonMapper.shared().readTree(index.toFile()).get("weight_map");
    } catch (JacksonException e) {
      throw new FormatException(index + ": is no JSON: " + e.getOriginalMessage(), e);
    }
    if (map == null || !map.isObject()) {
      throw new FormatException(index + ": has no 'weight_map'");
    }
    Map<String, Set<String>> files = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      files
          .computeIfAbsent(entry.getValue().asString(""), name -> new LinkedHashSet<>())
          .add(entry.getKey());
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Set<String>> entry : files.entrySet()) {
      Path file = folder.resolve(entry.getKey());
      // A name with a path in it could lead out of the folder.
      if (!Path.of(entry.getKey()).equals(Path.of(entry.getKey()).getFileName())) {
        throw new FormatException(index + ": '" + entry.getKey() + "' is no name of a file");
      }
      Map<String, Tensor> found = Safetensors.read(file).tensors();
      for (String key : entry.getValue()) {
        Tensor tensor = found.get(key);
        if (tensor == null) {
          throw new FormatException(
              file + ": has no tensor '" + key + "', although " + index.getFileName() + " says so");
        }
        tensors.put(key, tensor);
      }
    }
    return new StateDict(index.toString(), tensors, files);
  }
}
