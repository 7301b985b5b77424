package dev.gatun.bench.compare;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** An ONNX file, y = relu(x w) with x [4, 24] and w [24, 8], whose weights are left out. */
final class TinyModel {
  static Path write(Path file) throws IOException {
    byte[] weight = join(number(1, 24), number(1, 8), number(2, 1), text(8, "w"), text(12, "fill"));
    byte[] graph =
        join(
            node("MatMul", "h", "x", "w"),
            node("Relu", "y", "h"),
            text(2, "tiny"),
            field(5, weight),
            field(11, value("x", 4, 24)),
            field(12, value("y", 4, 8)));
    byte[] model = join(number(1, 8), field(7, graph), field(8, number(2, 17)));
    return Files.write(file, model);
  }

  private static byte[] node(String op, String output, String... inputs) {
    byte[] node = new byte[0];
    for (String input : inputs) {
      node = join(node, text(1, input));
    }
    return field(1, join(node, text(2, output), text(4, op)));
  }

  private static byte[] value(String name, int... dims) {
    byte[] shape = new byte[0];
    for (int dim : dims) {
      shape = join(shape, field(1, number(1, dim)));
    }
    byte[] tensor = join(number(1, 1), field(2, shape));
    return join(text(1, name), field(2, field(1, tensor)));
  }

  private static byte[] text(int field, String text) {
    return field(field, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] field(int field, byte[] bytes) {
    return join(varint(field << 3 | 2), varint(bytes.length), bytes);
  }

  private static byte[] number(int field, int value) {
    return join(varint(field << 3), varint(value));
  }

  private static byte[] varint(int value) {
    return value < 128
        ? new byte[] {(byte) value}
        : new byte[] {(byte) (value | 128), (byte) (value >>> 7)};
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private TinyModel() {}
}
