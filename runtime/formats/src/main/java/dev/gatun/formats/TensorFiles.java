package dev.gatun.formats;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.onnx.OnnxValues;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Files of named tensors: the format follows from the name of the file. */
public final class TensorFiles {
  /**
   * Reads all tensors of a .safetensors, .npz, .npy, .pb, .pt, .pth or .bin (of PyTorch) file, in
   * the order of the file. A file of one tensor gives it the name that is stored or else that of
   * the file.
   */
  public static Map<String, Tensor> read(Path path) {
    return switch (extension(path)) {
      case "safetensors" -> Safetensors.read(path).tensors();
      case "npz" -> Npz.read(path);
      case "npy" -> Map.of(stem(path), Npy.read(path));
      case "pb" -> OnnxValues.readTensor(path);
      case "pt", "pth", "bin" -> TorchFile.read(path);
      default -> throw unknown(path, "read");
    };
  }

  /** Writes tensors to a .safetensors or .npz file, or one tensor to a .npy file. */
  public static void write(Path path, Map<String, Tensor> tensors) {
    switch (extension(path)) {
      case "safetensors" -> Safetensors.write(path, tensors, Map.of());
      case "npz" -> Npz.write(path, tensors);
      case "npy" -> {
        if (tensors.size() != 1) {
          throw new FormatException(
              path + ": a .npy file holds one tensor, not " + tensors.size() + "; use .npz");
        }
        Npy.write(path, tensors.values().iterator().next());
      }
      default -> throw unknown(path, "written");
    }
  }

  /** Name of a file without directory and extension. */
  static String stem(Path path) {
    String name = String.valueOf(path.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  private static String extension(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private static FormatException unknown(Path path, String verb) {
    return new FormatException(
        path + ": only .safetensors, .npz, .npy, .pb and .pt files can be " + verb + " here");
  }

  private TensorFiles() {}
}
