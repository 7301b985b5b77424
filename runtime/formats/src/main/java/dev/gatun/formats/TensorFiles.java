package dev.gatun.formats;

import dev.gatun.core.tensor.Tensor;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Reads files of named tensors; the name's ending tells the format. */
public final class TensorFiles {
  /** All tensors of a .npy (under the file's name), .npz or .safetensors file. */
  public static Map<String, Tensor> read(Path path) {
    String file = String.valueOf(path.getFileName());
    String lower = file.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".npy")) {
      return Map.of(file.substring(0, file.length() - 4), Npy.read(path));
    }
    if (lower.endsWith(".npz")) {
      return Npz.read(path);
    }
    if (lower.endsWith(".safetensors")) {
      return Safetensors.read(path);
    }
    throw new FormatException(path + " is no .npy, .npz or .safetensors file");
  }

  private TensorFiles() {}
}
