package dev.gatun.formats;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * NumPy's .npy files, versions 1 to 3: one array. Little-endian row-major arrays are slices of the
 * mapped file; others are rearranged. Pickled objects are never read.
 */
public final class Npy {
  /** Reads a file. */
  public static Tensor read(Path path) {
    return read(FileBytes.open(path));
  }

  /** Reads the content of a file. */
  static Tensor read(FileBytes file) {
    NpyHeader header = NpyHeader.read(file);
    MemorySegment data = file.data().asSlice(header.end());
    long elements = TensorBytes.elements(file.name(), header.sizes());
    long bytes = Math.multiplyExact(elements, (long) header.type().width());
    if (data.byteSize() < bytes) {
      throw FormatException.at(
          file.name(),
          header.end(),
          "needs " + bytes + " bytes of data, has " + data.byteSize() + "; the file is truncated");
    }
    data = data.asSlice(0, bytes);
    Tensor flat = header.type().decode(data, elements);
    return header.columnMajor() && header.sizes().length > 1
        ? TensorBytes.fromColumnMajor(flat, header.sizes())
        : flat.reshape(Shape.of(header.sizes()));
  }

  /** Writes a file: version 1, row-major. */
  public static void write(Path path, Tensor tensor) {
    try {
      Files.write(path, bytes(path.toString(), tensor));
    } catch (IOException e) {
      throw new FormatException(path + ": cannot be written: " + FormatException.reason(e), e);
    }
  }

  /** The bytes of a file that holds a tensor. */
  static byte[] bytes(String where, Tensor tensor) {
    boolean text = tensor.dtype() == DType.STRING;
    int width = 1;
    for (long i = 0; text && i < tensor.elements(); i++) {
      String string = tensor.getString(i);
      width = Math.max(width, string.codePointCount(0, string.length()));
    }
    String descr = text ? "<U" + width : NpyType.descr(where, tensor.dtype());
    StringBuilder shape = new StringBuilder("(");
    for (long size : tensor.shape().sizes()) {
      shape.append(size).append(tensor.shape().rank() == 1 ? "," : ", ");
    }
    if (tensor.shape().rank() > 1) {
      shape.setLength(shape.length() - 2);
    }
    String header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + "), }";
    // Magic, version, length and header end on a multiple of 64, with a line feed.
    int padded = (10 + header.length() + 1 + 63) / 64 * 64;
    byte[] data = text ? utf32(tensor, width) : tensor.data().toArray(ValueLayout.JAVA_BYTE);
    byte[] file = new byte[padded + data.length];
    System.arraycopy(NpyHeader.MAGIC, 0, file, 0, 6);
    file[6] = 1;
    file[8] = (byte) (padded - 10);
    file[9] = (byte) (padded - 10 >> 8);
    byte[] ascii = header.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, file, 10, ascii.length);
    java.util.Arrays.fill(file, 10 + ascii.length, padded - 1, (byte) ' ');
    file[padded - 1] = '\n';
    System.arraycopy(data, 0, file, padded, data.length);
    return file;
  }

  private static byte[] utf32(Tensor tensor, int width) {
    byte[] bytes = new byte[Math.toIntExact(tensor.elements() * width * 4)];
    for (int i = 0; i < tensor.elements(); i++) {
      int[] points = tensor.getString(i).codePoints().toArray();
      for (int k = 0; k < points.length; k++) {
        for (int b = 0; b < 4; b++) {
          bytes[(i * width + k) * 4 + b] = (byte) (points[k] >> 8 * b);
        }
      }
    }
    return bytes;
  }

  private Npy() {}
}
