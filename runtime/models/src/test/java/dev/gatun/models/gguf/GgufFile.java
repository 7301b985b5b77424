package dev.gatun.models.gguf;

import dev.gatun.core.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes GGUF files. */
final class GgufFile {
  /** How numbers are written. */
  enum Kind {
    F32(0),
    F16(1),
    BF16(30),
    Q8_0(8),
    Q4_0(2);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    /** The bytes of numbers. */
    byte[] bytes(float[] values) {
      ByteBuffer to = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < values.length; i++) {
        switch (this) {
          case F32 -> to.putFloat(values[i]);
          case F16 -> to.putShort(Float.floatToFloat16(values[i]));
          case BF16 -> to.putShort((short) (Float.floatToRawIntBits(values[i]) >>> 16));
          case Q8_0, Q4_0 -> {
            if (i % 32 == 0) {
              block(values, i, to);
            }
          }
        }
      }
      byte[] bytes = new byte[to.position()];
      to.flip().get(bytes);
      return bytes;
    }

    private float factor(float[] values, int from) {
      float largest = 0;
      for (int i = from; i < from + 32; i++) {
        largest = Math.max(largest, Math.abs(values[i]));
      }
      return Float.float16ToFloat(Float.floatToFloat16(largest / (this == Q8_0 ? 127 : 7)));
    }

    private void block(float[] values, int from, ByteBuffer to) {
      float factor = factor(values, from);
      to.putShort(Float.floatToFloat16(factor));
      int half = this == Q8_0 ? 32 : 16;
      for (int i = 0; i < half; i++) {
        int low = Math.round(values[from + i] / factor);
        to.put(
            (byte)
                (this == Q8_0
                    ? low
                    : low + 8 | Math.round(values[from + 16 + i] / factor) + 8 << 4));
      }
    }

    /** What is left of numbers. */
    float[] rounded(float[] values) {
      float[] rounded = values.clone();
      for (int i = 0; i < values.length; i++) {
        rounded[i] =
            switch (this) {
              case F32 -> values[i];
              case F16 -> Float.float16ToFloat(Float.floatToFloat16(values[i]));
              case BF16 -> Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xFFFF0000);
              case Q8_0, Q4_0 -> {
                float factor = factor(values, i / 32 * 32);
                yield factor * Math.round(values[i] / factor);
              }
            };
      }
      return rounded;
    }
  }

  private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
  private final ByteArrayOutputStream infos = new ByteArrayOutputStream();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private long counted;
  private long tensors;

  private static byte[] int32(long value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) value).array();
  }

  private static byte[] int64(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  private static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer all = ByteBuffer.allocate(8 + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    return all.putLong(bytes.length).put(bytes).array();
  }

  private void key(String key, int type) {
    counted++;
    entries.writeBytes(text(key));
    entries.writeBytes(int32(type));
  }

  /** An entry: text, whole number, float, truth, or list of texts, whole numbers or floats. */
  GgufFile put(String key, Object value) {
    int type = type(value);
    key(key, type);
    if (value instanceof List<?> list) {
      int inner = list.isEmpty() ? 4 : type(list.get(0));
      entries.writeBytes(int32(inner));
      entries.writeBytes(int64(list.size()));
      list.forEach(each -> entries.writeBytes(bytes(each)));
    } else {
      entries.writeBytes(bytes(value));
    }
    return this;
  }

  private static int type(Object value) {
    return switch (value) {
      case String _ -> 8;
      case Boolean _ -> 7;
      case Integer _, Long _ -> 4;
      case Float _, Double _ -> 6;
      case List<?> _ -> 9;
      default -> throw new IllegalArgumentException(value.toString());
    };
  }

  private static byte[] bytes(Object value) {
    return switch (value) {
      case String text -> text(text);
      case Boolean truth -> new byte[] {(byte) (truth ? 1 : 0)};
      case Float real -> int32(Float.floatToRawIntBits(real));
      case Number number when number instanceof Double ->
          int32(Float.floatToRawIntBits(number.floatValue()));
      case Number number -> int32(number.longValue());
      default -> throw new IllegalArgumentException(value.toString());
    };
  }

  GgufFile tensor(String name, Kind kind, Tensor tensor) {
    tensors++;
    infos.writeBytes(text(name));
    long[] sizes = tensor.shape().sizes();
    infos.writeBytes(int32(sizes.length));
    for (int i = sizes.length - 1; i >= 0; i--) {
      infos.writeBytes(int64(sizes[i]));
    }
    infos.writeBytes(int32(kind.number));
    infos.writeBytes(int64(data.size()));
    data.writeBytes(kind.bytes(tensor.toFloats()));
    data.writeBytes(new byte[(32 - data.size() % 32) % 32]);
    return this;
  }

  Path write(Path file) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    all.writeBytes(int32(3));
    all.writeBytes(int64(tensors));
    all.writeBytes(int64(counted));
    all.writeBytes(entries.toByteArray());
    all.writeBytes(infos.toByteArray());
    all.writeBytes(new byte[(32 - all.size() % 32) % 32]);
    all.writeBytes(data.toByteArray());
    return Files.write(file, all.toByteArray());
  }
}
