package dev.gatun.train.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Opens files that may be compressed with gzip, told by their first bytes, not by their name. */
final class InputFiles {
  private static final int BUFFER = 1 << 16;

  /** The contents, unpacked where they are compressed. */
  static InputStream open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new DataException(path + ": there is no such file");
    }
    InputStream raw = new BufferedInputStream(Files.newInputStream(path), BUFFER);
    try {
      raw.mark(2);
      boolean packed = raw.read() == 0x1f && raw.read() == 0x8b;
      raw.reset();
      return packed ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER) : raw;
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  /** True for a file compressed with gzip. */
  static boolean isPacked(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return in.read() == 0x1f && in.read() == 0x8b;
    }
  }

  private InputFiles() {}
}
