package dev.gatun.train.recipe;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.formats.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code run.json} beside the checkpoints: what was asked for and how the data was read. */
record RunFile(Settings settings, Encoding encoding) {
  private static final String NAME = "run.json";

  static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(NAME));
  }

  void write(Path folder) {
    ObjectNode node = JsonMapper.shared().createObjectNode();
    Settings s = settings;
    node.put("version", 1);
    node.put("recipe", s.recipe()).put("data", s.data()).put("target", s.target());
    node.put("numbers", s.numbers()).put("header", s.header()).put("fill", s.fill());
    node.put("epochs", s.epochs()).put("minutes", s.minutes()).put("batch", s.batch());
    node.put("rate", s.rate()).put("validation", s.validation()).put("context", s.context());
    node.put("seed", s.seed()).put("threads", s.threads()).put("backend", s.backend());
    node.set("encoding", encoding.toJson());
    try {
      Files.createDirectories(folder);
      Path partial = folder.resolve(NAME + ".partial");
      Files.writeString(
          partial, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(node));
      Files.move(partial, folder.resolve(NAME), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new GatunException(
          "checkpoints: cannot write to " + folder + ": " + FormatException.reason(e), e);
    }
  }

  static RunFile read(Path folder) {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      throw new GatunException(
          folder
              + ": is no folder of a run (it has no "
              + NAME
              + "); name the one that was given"
              + " as --checkpoints");
    }
    try {
      JsonNode node = JsonMapper.shared().readTree(Files.readString(file));
      Settings settings =
          new Settings(
              node.required("recipe").stringValue(),
              node.required("data").stringValue(),
              node.required("target").stringValue(),
              node.required("numbers").booleanValue(),
              node.required("header").booleanValue(),
              node.required("fill").booleanValue(),
              node.required("epochs").longValue(),
              node.required("minutes").doubleValue(),
              node.required("batch").intValue(),
              node.required("rate").doubleValue(),
              node.required("validation").doubleValue(),
              node.required("context").intValue(),
              node.required("seed").longValue(),
              node.required("threads").intValue(),
              node.required("backend").stringValue());
      return new RunFile(settings, Encoding.fromJson(node.required("encoding")));
    } catch (IOException e) {
      throw new GatunException(file + ": cannot be read: " + FormatException.reason(e), e);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new GatunException(
          file
              + ": is damaged or of another version: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }
}
