package dev.gatun.formats.onnx;

import dev.gatun.formats.wire.WireWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A small network as an ONNX file, so that a self-test takes the way of every model: convolution,
 * product and pointwise operators with an input {@code x} [1, 3, 8, 8] and an output {@code y} [1,
 * 5].
 */
public final class SampleModel {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  /** Writes the file. */
  public static void write(Path file) {
    WireWriter graph =
        new WireWriter()
            .message(1, node("Conv", "c", "x", "w").message(5, integers("pads", 1, 1, 1, 1)))
            .message(1, node("Relu", "r", "c"))
            .message(1, node("GlobalAveragePool", "p", "r"))
            .message(1, node("Reshape", "f", "p", "s"))
            .message(1, node("MatMul", "l", "f", "m"))
            .message(1, node("Sigmoid", "g", "l"))
            .message(1, node("Mul", "h", "l", "g"))
            .message(1, node("Softmax", "y", "h"))
            .text(2, "sample")
            .message(5, weights("w", 4, 3, 3, 3))
            .message(5, weights("m", 4, 5))
            .message(5, shape("s", 1, -1))
            .message(11, tensorInfo("x", 1, 3, 8, 8))
            .message(12, tensorInfo("y", 1, 5));
    WireWriter model =
        new WireWriter()
            .integer(1, 8)
            .text(2, "gatun")
            .message(7, graph)
            .message(8, new WireWriter().integer(2, 17));
    try {
      Files.write(file, model.toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static WireWriter node(String op, String output, String... inputs) {
    WireWriter node = new WireWriter();
    for (String input : inputs) {
      node.text(1, input);
    }
    return node.text(2, output).text(3, output).text(4, op);
  }

  private static WireWriter integers(String name, long... values) {
    return new WireWriter().text(1, name).integers(8, values).integer(20, INT64);
  }

  /** Values between -0.5 and 0.5 that do not repeat soon. */
  private static WireWriter weights(String name, long... sizes) {
    int count = 1;
    for (long size : sizes) {
      count = Math.toIntExact(count * size);
    }
    byte[] data = new byte[4 * count];
    ByteBuffer buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      buffer.putFloat(4 * i, 37 * i % 101 / 100f - 0.5f);
    }
    return tensor(name, FLOAT, data, sizes);
  }

  private static WireWriter shape(String name, long... sizes) {
    byte[] data = new byte[8 * sizes.length];
    ByteBuffer buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < sizes.length; i++) {
      buffer.putLong(8 * i, sizes[i]);
    }
    return tensor(name, INT64, data, sizes.length);
  }

  private static WireWriter tensor(String name, int type, byte[] data, long... sizes) {
    return new WireWriter().integers(1, sizes).integer(2, type).text(8, name).bytes(9, data);
  }

  private static WireWriter tensorInfo(String name, long... sizes) {
    WireWriter shape = new WireWriter();
    for (long size : sizes) {
      shape.message(1, new WireWriter().integer(1, size));
    }
    WireWriter tensor = new WireWriter().integer(1, FLOAT).message(2, shape);
    return new WireWriter().text(1, name).message(2, new WireWriter().message(1, tensor));
  }

  private SampleModel() {}
}
