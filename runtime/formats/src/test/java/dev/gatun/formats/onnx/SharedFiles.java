package dev.gatun.formats.onnx;

import java.nio.file.Files;
import java.nio.file.Path;

/** Test material beside the repository. */
public final class SharedFiles {
  /** A file or folder of the ONNX material; it may not exist. */
  public static Path onnx(String name) {
    // Maven runs tests in the module's folder; the material lies beside the repository's root.
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve("../shared/onnx"))) {
      folder = folder.getParent();
    }
    return folder == null
        ? Path.of("../shared/onnx", name)
        : folder.resolve("../shared/onnx").resolve(name).normalize();
  }
}
