package dev.gatun.formats.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes one message of the protobuf wire format into memory. */
public final class WireWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** An integer or enum field. */
  public WireWriter integer(int field, long value) {
    varint((long) field << 3);
    varint(value);
    return this;
  }

  /** A float field. */
  public WireWriter real(int field, float value) {
    varint((long) field << 3 | 5);
    int bits = Float.floatToRawIntBits(value);
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(bits >>> shift);
    }
    return this;
  }

  /** A field of bytes. */
  public WireWriter bytes(int field, byte[] value) {
    varint((long) field << 3 | 2);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  /** A text field. */
  public WireWriter text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** A field that is a message. */
  public WireWriter message(int field, WireWriter value) {
    return bytes(field, value.toBytes());
  }

  /** A packed field of integers. */
  public WireWriter integers(int field, long... values) {
    WireWriter packed = new WireWriter();
    for (long value : values) {
      packed.varint(value);
    }
    return bytes(field, packed.toBytes());
  }

  /** What precedes a field of bytes of the given length. */
  static byte[] header(int field, long length) {
    WireWriter header = new WireWriter();
    header.varint((long) field << 3 | 2);
    header.varint(length);
    return header.toBytes();
  }

  /** The message. */
  public byte[] toBytes() {
    return out.toByteArray();
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
