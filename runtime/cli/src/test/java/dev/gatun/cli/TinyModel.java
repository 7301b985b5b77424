package dev.gatun.cli;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Bytes of small ONNX files, right and wrong ones: y = op(x, w). */
final class TinyModel {
  private static final int FLOAT = 1;

  private String op = "Add";
  private long[] weightSizes = {3};
  private int weightType = FLOAT;
  private byte[] weightData = floats(1, 2, 3);
  private String external = "";
  private boolean open;

  TinyModel op(String name) {
    op = name;
    return this;
  }

  TinyModel weight(int type, byte[] data, long... sizes) {
    weightType = type;
    weightData = data;
    weightSizes = sizes;
    return this;
  }

  /** The weight's data is in another file. */
  TinyModel external(String file) {
    external = file;
    return this;
  }

  /** The first axis of x and y may be of any size. */
  TinyModel open() {
    open = true;
    return this;
  }

  static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  byte[] bytes() {
    Message weight = new Message();
    for (long size : weightSizes) {
      weight.integer(1, size);
    }
    weight.integer(2, weightType).text(8, "w");
    if (external.isEmpty()) {
      weight.bytes(9, weightData);
    } else {
      weight.message(13, new Message().text(1, "location").text(2, external)).integer(14, 1);
    }
    Message graph =
        new Message()
            .message(1, new Message().text(1, "x").text(1, "w").text(2, "y").text(4, op))
            .text(2, "tiny")
            .message(5, weight)
            .message(11, value("x"))
            .message(12, value("y"));
    return new Message()
        .integer(1, 8)
        .message(7, graph)
        .message(8, new Message().integer(2, 17))
        .out
        .toByteArray();
  }

  /** A float32 tensor [2, 3], or [n, 3]. */
  private Message value(String name) {
    Message rows = open ? new Message().text(2, "n") : new Message().integer(1, 2);
    Message shape = new Message().message(1, rows).message(1, new Message().integer(1, 3));
    Message tensor = new Message().integer(1, FLOAT).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  /** A protobuf message. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message integer(int field, long value) {
      varint(field << 3);
      varint(value);
      return this;
    }

    Message bytes(int field, byte[] value) {
      varint(field << 3 | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.out.toByteArray());
    }

    private void varint(long value) {
      long rest = value;
      while ((rest & ~127L) != 0) {
        out.write((int) (rest & 127 | 128));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
