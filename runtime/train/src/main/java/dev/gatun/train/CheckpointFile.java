package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Safetensors;
import dev.gatun.train.schedule.Plateau;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A checkpoint as a safetensors file: tensors, and in the metadata a JSON text with everything else
 * and a checksum of both.
 *
 * <p>It is written beside its place, forced to the disk and renamed, so that a file of the right
 * name is whole whenever the process or the machine stops.
 */
final class CheckpointFile {
  private static final String STATE = "state/";
  private static final String LISTENER = "listener/";
  private static final JsonMapper JSON = JsonMapper.shared();

  static void write(Path file, Checkpoint checkpoint) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    checkpoint.state().forEach((name, tensor) -> tensors.put(STATE + name, tensor));
    checkpoint.listeners().forEach((name, tensor) -> tensors.put(LISTENER + name, tensor));
    String text = JSON.writeValueAsString(describe(checkpoint));
    Map<String, String> metadata = Map.of("gatun", text, "crc32c", TensorSum.of(text, tensors));
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    Path folder = file.resolveSibling("").toAbsolutePath();
    try {
      Files.createDirectories(folder);
      Safetensors.write(partial, tensors, metadata);
      force(partial);
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      force(folder);
    } catch (IOException e) {
      throw new GatunException(
          "checkpoint: cannot write " + file + ": " + e + "; training has not been changed", e);
    }
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static ObjectNode describe(Checkpoint c) {
    ObjectNode node = JSON.createObjectNode();
    node.put("version", 1);
    node.put("epoch", c.epoch()).put("batch", c.batch()).put("step", c.step());
    // As text of their bits: a sum must go on from exactly where it was.
    node.put("lossSum", bits(c.lossSum())).put("lossWeight", bits(c.lossWeight()));
    node.put("seconds", c.seconds());
    c.plateau()
        .ifPresent(
            p ->
                node.putObject("plateau")
                    .put("best", bits(p.best()))
                    .put("bad", p.bad())
                    .put("cooling", p.cooling())
                    .put("scale", bits(p.scale())));
    var history = node.putArray("history");
    for (EpochRecord record : c.history()) {
      ObjectNode entry = history.addObject();
      entry.put("epoch", record.epoch()).put("steps", record.steps());
      entry.put("rate", bits(record.rate())).put("seconds", record.seconds());
      ObjectNode values = entry.putObject("values");
      record.values().forEach((name, value) -> values.put(name, bits(value)));
    }
    return node;
  }

  private static String bits(double value) {
    return Double.toHexString(value);
  }

  private static double real(JsonNode node, String name) {
    return Double.parseDouble(node.get(name).asString());
  }

  /**
   * Reads a checkpoint.
   *
   * @throws GatunException if the file is damaged
   */
  static Checkpoint read(Path file) {
    Safetensors.Content content = Safetensors.read(file);
    String text = content.metadata().getOrDefault("gatun", "");
    String expected = content.metadata().getOrDefault("crc32c", "");
    String found = TensorSum.of(text, content.tensors());
    if (!found.equals(expected)) {
      throw new GatunException(
          "checkpoint: "
              + file
              + " is damaged: its checksum is "
              + found
              + ", it should be '"
              + expected
              + "'");
    }
    Map<String, Tensor> state = new LinkedHashMap<>();
    Map<String, Tensor> listeners = new LinkedHashMap<>();
    content
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(STATE)) {
                state.put(name.substring(STATE.length()), tensor);
              } else if (name.startsWith(LISTENER)) {
                listeners.put(name.substring(LISTENER.length()), tensor);
              }
            });
    try {
      return checkpoint(JSON.readTree(text), state, listeners);
    } catch (JacksonException | NullPointerException | NumberFormatException e) {
      throw new GatunException(
          "checkpoint: " + file + " was written by another version or is damaged: " + e, e);
    }
  }

  private static Checkpoint checkpoint(
      JsonNode node, Map<String, Tensor> state, Map<String, Tensor> listeners) {
    List<EpochRecord> history = new ArrayList<>();
    for (JsonNode entry : node.get("history")) {
      Map<String, Double> values = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> value : entry.get("values").properties()) {
        values.put(value.getKey(), Double.parseDouble(value.getValue().asString()));
      }
      history.add(
          new EpochRecord(
              entry.get("epoch").asLong(),
              entry.get("steps").asLong(),
              real(entry, "rate"),
              entry.get("seconds").asDouble(),
              values));
    }
    JsonNode p = node.get("plateau");
    Optional<Plateau.State> plateau =
        p == null
            ? Optional.empty()
            : Optional.of(
                new Plateau.State(
                    real(p, "best"),
                    p.get("bad").asInt(),
                    p.get("cooling").asInt(),
                    real(p, "scale")));
    return new Checkpoint(
        node.get("epoch").asLong(),
        node.get("batch").asLong(),
        node.get("step").asLong(),
        real(node, "lossSum"),
        real(node, "lossWeight"),
        node.get("seconds").asDouble(),
        history,
        plateau,
        state,
        listeners);
  }

  private CheckpointFile() {}
}
