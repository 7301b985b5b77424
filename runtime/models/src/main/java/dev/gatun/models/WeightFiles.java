package dev.gatun.models;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.Safetensors;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Keys;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Matches keys of a state dict with parameters, and writes parameters under those keys again. */
final class WeightFiles {
  private static final JsonMapper JSON = JsonMapper.shared();
  private final StateDict source;
  private final Keys keys;
  private final Map<String, String> keyOfName = new HashMap<>();
  private final Map<String, String> keyOfParameter = new LinkedHashMap<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> mismatched = new ArrayList<>();

  WeightFiles(StateDict source, Keys keys) {
    this.source = source;
    this.keys = keys;
    for (String key : source.tensors().keySet()) {
      keyOfName.put(keys.name(key), key);
    }
  }

  /** A parameter's value in the file. */
  Optional<Tensor> value(Parameter p) {
    Optional<String> name = keys.find(p.name(), keyOfName::containsKey);
    if (name.isEmpty()) {
      missing.add(p.name());
      return Optional.empty();
    }
    String key = java.util.Objects.requireNonNull(keyOfName.get(name.get()));
    Tensor stored = tensor(key);
    Optional<Tensor> value = Converted.toFloat(stored);
    // A substitute remains another parameter's.
    if (keys.isOwn(p.name(), name.get())) {
      keyOfParameter.put(p.name(), key);
    }
    if (value.isEmpty() || !stored.shape().equals(p.shape())) {
      mismatched.add(p.name() + " (" + p.shape() + ", the file has " + stored.type() + ")");
      return Optional.empty();
    }
    return value;
  }

  private Tensor tensor(String key) {
    return java.util.Objects.requireNonNull(source.tensors().get(key));
  }

  LoadReport report() {
    Set<String> unexpected = new TreeSet<>(keyOfName.values());
    unexpected.removeAll(keyOfParameter.values());
    unexpected.removeIf(keys::isIgnored);
    return new LoadReport(missing, new ArrayList<>(unexpected), mismatched);
  }

  /** Writes the files of a folder: as many as there were, with the same keys in each. */
  void save(Path folder, Config config, Net net) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    // Tensors that belong to no parameter, such as counters, stay as they were.
    for (String key : source.tensors().keySet()) {
      if (keys.isIgnored(key) && !keyOfParameter.containsValue(key)) {
        all.put(key, tensor(key));
      }
    }
    net.weights().forEach((name, value) -> all.put(keyOfParameter.getOrDefault(name, name), value));
    Map<String, Map<String, Tensor>> files = new LinkedHashMap<>();
    if (source.files().size() > 1) {
      Map<String, String> fileOfKey = new HashMap<>();
      source.files().forEach((file, known) -> known.forEach(key -> fileOfKey.put(key, file)));
      String first = source.files().keySet().iterator().next();
      all.forEach(
          (key, value) ->
              files
                  .computeIfAbsent(fileOfKey.getOrDefault(key, first), f -> new LinkedHashMap<>())
                  .put(key, value));
    } else {
      files.put(StateDict.SINGLE, all);
    }
    try {
      Files.createDirectories(folder);
      for (String file : files.keySet()) {
        if (Files.exists(folder.resolve(file)) && isMapped(folder.resolve(file))) {
          throw new GatunException(
              folder + ": the weights are mapped from there; save them to another folder");
        }
      }
      Files.writeString(folder.resolve("config.json"), config.json() + "\n");
      for (Map.Entry<String, Map<String, Tensor>> file : files.entrySet()) {
        Safetensors.write(folder.resolve(file.getKey()), file.getValue(), Map.of("format", "pt"));
      }
      if (files.size() > 1) {
        Files.writeString(folder.resolve(StateDict.INDEX), index(files) + "\n");
      }
    } catch (IOException e) {
      throw new FormatException(folder + ": cannot be written: " + FormatException.reason(e), e);
    }
  }

  private boolean isMapped(Path file) throws IOException {
    Path from = Path.of(source.where());
    Path folder = Files.isDirectory(from) ? from : from.resolveSibling("");
    Path parent = file.toAbsolutePath().getParent();
    return Files.exists(folder)
        && parent != null
        && Files.isSameFile(folder.toAbsolutePath(), parent);
  }

  private static String index(Map<String, Map<String, Tensor>> files) {
    ObjectNode root = JSON.createObjectNode();
    long bytes = 0;
    ObjectNode map = JSON.createObjectNode();
    for (Map.Entry<String, Map<String, Tensor>> file : files.entrySet()) {
      for (Map.Entry<String, Tensor> entry : file.getValue().entrySet()) {
        map.put(entry.getKey(), file.getKey());
        bytes += entry.getValue().bytes();
      }
    }
    root.putObject("metadata").put("total_size", bytes);
    root.set("weight_map", map);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
  }
}
