package dev.gatun.formats.onnx.proto;

import dev.gatun.formats.FileBytes;
import dev.gatun.formats.FormatException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Tensor data in files beside the model, mapped once each.
 *
 * <p>A model may only name files in its own directory or below: no absolute path, no {@code ..} and
 * no symbolic link that leads out, so that a downloaded model cannot read other files.
 */
public final class ExternalData {
  private final Path directory;
  private final Arena arena;
  private final Map<Path, FileBytes> files = new HashMap<>();

  /** Files below a directory; the mappings live as long as the arena. */
  public ExternalData(Path directory, Arena arena) {
    this.directory = directory;
    this.arena = arena;
  }

  /** The bytes of a tensor. */
  MemorySegment read(TensorProto proto) {
    String location = proto.external().getOrDefault("location", "");
    FileBytes file = files.computeIfAbsent(resolve(proto, location), p -> FileBytes.open(p, arena));
    long size = file.data().byteSize();
    long offset = number(proto, "offset", 0);
    if (offset > size) {
      throw new FormatException(
          proto.title()
              + ": offset "
              + offset
              + " is after the end of "
              + file.name()
              + ", "
              + size);
    }
    long length = number(proto, "length", size - offset);
    if (length > size - offset) {
      throw new FormatException(
          String.format(
              java.util.Locale.ROOT,
              "%s: wants %d bytes at offset %d of %s, which has %d",
              proto.title(),
              length,
              offset,
              file.name(),
              size));
    }
    return file.data().asSlice(offset, length);
  }

  private static long number(TensorProto proto, String key, long byDefault) {
    String text = proto.external().get(key);
    if (text == null) {
      return byDefault;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new FormatException(proto.title() + ": external " + key + " is '" + text + "'", e);
    }
    throw new FormatException(proto.title() + ": external " + key + " is negative: " + text);
  }

  private Path resolve(TensorProto proto, String location) {
    try {
      Path relative = Path.of(location);
      boolean climbs = false;
      for (Path part : relative) {
        climbs |= part.toString().equals("..");
      }
      if (location.isEmpty() || relative.isAbsolute() || climbs) {
        throw new FormatException(
            proto.title()
                + ": external location '"
                + location
                + "' must be a file in the model's directory");
      }
      Path real = directory.resolve(relative).toRealPath();
      if (!real.startsWith(directory.toRealPath())) {
        throw new FormatException(
            proto.title() + ": external location '" + location + "' leads out of the directory");
      }
      return real;
    } catch (InvalidPathException | IOException e) {
      throw new FormatException(
          proto.title() + ": external file '" + location + "' cannot be read: " + e, e);
    }
  }
}
