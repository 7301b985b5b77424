package dev.gatun.formats;

import dev.gatun.core.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** NumPy's .npz files: a zip of .npy files, each under its name. */
final class Npz {
  /** What one file may unpack to; a "zip bomb" claims more. */
  private static final long MAX_BYTES = 16L << 30;

  static Map<String, Tensor> read(Path path) {
    if (!Files.isReadable(path)) {
      throw new FormatException(path + " cannot be read: no such file, or no permission");
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(path.toFile())) {
      long budget = MAX_BYTES;
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (!entry.getName().endsWith(".npy")) {
          continue;
        }
        budget -= Math.max(0, entry.getSize());
        if (budget < 0 || entry.getSize() > Integer.MAX_VALUE - 16) {
          throw new FormatException(path + " unpacks to more than " + (MAX_BYTES >> 30) + " GB");
        }
        try (InputStream in = zip.getInputStream(entry)) {
          // The entry's own size is a claim; reading stops there whatever follows.
          byte[] bytes = in.readNBytes((int) Math.max(0, entry.getSize()));
          String name = entry.getName().substring(0, entry.getName().length() - 4);
          tensors.put(
              name,
              Npy.read(new FileBytes(path + "!" + entry.getName(), MemorySegment.ofArray(bytes))));
        }
      }
    } catch (ZipException e) {
      throw new FormatException(path + " is no zip file: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new FormatException(path + " cannot be read: " + e.getMessage(), e);
    }
    return tensors;
  }

  private Npz() {}
}
