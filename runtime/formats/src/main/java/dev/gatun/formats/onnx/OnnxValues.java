package dev.gatun.formats.onnx;

import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.FileBytes;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.onnx.proto.DatumProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Inputs and outputs of ONNX models in files of their own (.pb), as test data comes. */
public final class OnnxValues {
  /** Reads a value; the type says which of the formats the file has. */
  public static Datum read(Path path, Type type) {
    return DatumProto.read(FileBytes.open(path), type);
  }

  /** Reads a tensor under the name that is stored in the file, or else the file's. */
  public static Map<String, Tensor> readTensor(Path path) {
    FileBytes file = FileBytes.open(path);
    Tensor tensor = DatumProto.readTensor(file);
    String name = DatumProto.name(file, tensor.type());
    return Map.of(name.isEmpty() ? String.valueOf(path.getFileName()) : name, tensor);
  }

  /** Writes a value. */
  public static void write(Path path, String name, Datum value) {
    try {
      Files.write(path, DatumProto.write(name, value));
    } catch (IOException e) {
      throw new FormatException(path + ": cannot be written: " + FormatException.reason(e), e);
    }
  }

  private OnnxValues() {}
}
