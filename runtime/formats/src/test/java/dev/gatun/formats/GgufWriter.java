package dev.gatun.formats;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Puts a GGUF file together, also one that is wrong. */
final class GgufWriter {
  private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
  private final ByteArrayOutputStream infos = new ByteArrayOutputStream();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private long counted;
  private long tensors;

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] int32(long value) {
    return little(4).putInt((int) value).array();
  }

  static byte[] int64(long value) {
    return little(8).putLong(value).array();
  }

  static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return little(8 + bytes.length).putLong(bytes.length).put(bytes).array();
  }

  /** An entry of any type with bytes of any kind. */
  GgufWriter entry(String key, long type, byte[]... value) {
    counted++;
    entries.writeBytes(text(key));
    entries.writeBytes(int32(type));
    for (byte[] part : value) {
      entries.writeBytes(part);
    }
    return this;
  }

  GgufWriter texts(String key, List<String> texts) {
    entry(key, 9, int32(8), int64(texts.size()));
    texts.forEach(text -> entries.writeBytes(text(text)));
    return this;
  }

  /** A tensor at the end of the data, sizes from the outermost. */
  GgufWriter tensor(String name, int type, byte[] bytes, long... sizes) {
    return tensorAt(name, type, data.size(), bytes, sizes);
  }

  GgufWriter tensorAt(String name, int type, long at, byte[] bytes, long... sizes) {
    tensors++;
    infos.writeBytes(text(name));
    infos.writeBytes(int32(sizes.length));
    for (int i = sizes.length - 1; i >= 0; i--) {
      infos.writeBytes(int64(sizes[i]));
    }
    infos.writeBytes(int32(type));
    infos.writeBytes(int64(at));
    data.writeBytes(bytes);
    data.writeBytes(new byte[(32 - data.size() % 32) % 32]);
    return this;
  }

  byte[] bytes() {
    return bytes(3);
  }

  byte[] bytes(int version) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    all.writeBytes(int32(version));
    all.writeBytes(int64(tensors));
    all.writeBytes(int64(counted));
    all.writeBytes(entries.toByteArray());
    all.writeBytes(infos.toByteArray());
    all.writeBytes(new byte[(32 - all.size() % 32) % 32]);
    all.writeBytes(data.toByteArray());
    return all.toByteArray();
  }
}
