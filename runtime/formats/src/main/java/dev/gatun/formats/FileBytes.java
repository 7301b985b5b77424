package dev.gatun.formats;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The bytes of a file, read-only: mapped, so that weights are never copied and only the pages that
 * are read take memory.
 *
 * @param name for messages
 */
public record FileBytes(String name, MemorySegment data) {
  // Below this size one read is cheaper than a mapping, which takes whole pages and a system call
  // each way.
  private static final long SMALL = 16 << 10;

  /** Maps a file; the mapping lives as long as the arena. */
  public static FileBytes open(Path path, Arena arena) {
    if (Files.isDirectory(path)) {
      throw new FormatException(path + " is a directory, expected a file");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size <= SMALL) {
        return new FileBytes(
            path.toString(), MemorySegment.ofArray(Files.readAllBytes(path)).asReadOnly());
      }
      return new FileBytes(
          path.toString(), channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena));
    } catch (java.nio.file.NoSuchFileException e) {
      throw new FormatException(path + ": no such file", e);
    } catch (IOException e) {
      throw new FormatException(path + ": cannot be read: " + FormatException.reason(e), e);
    }
  }

  /** Maps a file; the mapping lives as long as anything refers to it. */
  public static FileBytes open(Path path) {
    return open(path, Arena.ofAuto());
  }
}
