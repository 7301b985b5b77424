package dev.gatun.formats.onnx;

import dev.gatun.core.exec.Model;
import dev.gatun.formats.onnx.export.ModelWriter;
import java.nio.file.Path;

/**
 * Writes models as ONNX files of opset 21. Operators that ONNX does not have are written as what
 * they consist of; weights beyond 2 GB go to a file beside it, {@code <file>.data}.
 */
public final class OnnxExport {
  /**
   * Writes a model as it was built or read, not as it was compiled.
   *
   * @throws OnnxException if an operator cannot be written; names all of them
   */
  public static void write(Model model, Path file) {
    write(model, file, FilledModel.MAX_INLINE);
  }

  static void write(Model model, Path file, long maxInline) {
    ModelWriter.write(model, file, maxInline);
  }

  private OnnxExport() {}
}
