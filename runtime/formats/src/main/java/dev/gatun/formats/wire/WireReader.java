package dev.gatun.formats.wire;

import dev.gatun.formats.FileBytes;
import dev.gatun.formats.FormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads one message of the protobuf wire format, field by field, from memory that is not trusted.
 *
 * <p>Every length is checked against the bytes that are left and nesting is bounded, so the worst
 * that a damaged file can cause is a {@link FormatException} that names file and offset. Bytes are
 * slices of the file, not copies.
 */
public final class WireReader {
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  // An ONNX subgraph nests three messages (node, attribute, graph); 300 is a hundred ifs in ifs.
  private static final int MAX_DEPTH = 300;
  private static final long MAX_TEXT = 256 << 20;
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final FileBytes file;
  private final int depth;
  private final long begin;
  private final long end;
  private long at;
  private int field;
  private int wire;
  private long fieldAt;

  private WireReader(FileBytes file, long begin, long end, int depth) {
    this.file = file;
    this.begin = begin;
    this.at = begin;
    this.end = end;
    this.depth = depth;
  }

  /** Reads a whole file as one message. */
  public static WireReader of(FileBytes file) {
    return new WireReader(file, 0, file.data().byteSize(), 0);
  }

  /** The same message from its beginning. */
  public WireReader again() {
    return new WireReader(file, begin, end, depth);
  }

  /** Name of the file, for messages. */
  public String file() {
    return file.name();
  }

  /** Moves to the next field; false at the end of the message. */
  public boolean next() {
    if (at == end) {
      return false;
    }
    fieldAt = at;
    long key = rawVarint();
    if (key >>> 3 == 0 || key >>> 3 > Integer.MAX_VALUE) {
      throw error("not a protobuf message: field number " + (key >>> 3));
    }
    field = (int) (key >>> 3);
    wire = (int) (key & 7);
    if (wire != VARINT && wire != FIXED64 && wire != BYTES && wire != FIXED32) {
      throw error("not a protobuf message: field " + field + " has wire type " + wire);
    }
    return true;
  }

  /** Number of the current field. */
  public int field() {
    return field;
  }

  /** True when the current field is a text, bytes, a message or packed numbers. */
  public boolean isBytes() {
    return wire == BYTES;
  }

  /** Skips the current field. */
  public void skip() {
    switch (wire) {
      case VARINT -> rawVarint();
      case FIXED64 -> advance(8);
      case FIXED32 -> advance(4);
      default -> advance(length());
    }
  }

  /** Skips the current field and gives its bytes, the key included. */
  public MemorySegment skipped() {
    skip();
    return file.data().asSlice(fieldAt, at - fieldAt);
  }

  /** The current field as an integer. */
  public long integer() {
    expect(VARINT);
    return rawVarint();
  }

  /** The current field as a 32-bit integer. */
  public int int32() {
    return (int) integer();
  }

  /** The current field as a float. */
  public float real() {
    expect(FIXED32);
    return Float.intBitsToFloat(file.data().get(I32, advance(4)));
  }

  /** The current field as UTF-8 text. */
  public String text() {
    return text(bytes());
  }

  /** Bytes as UTF-8 text. */
  public String text(MemorySegment bytes) {
    if (bytes.byteSize() > MAX_TEXT) {
      throw error("a text of " + bytes.byteSize() + " bytes; at most " + MAX_TEXT + " are read");
    }
    return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /** The current field as bytes of the file. */
  public MemorySegment bytes() {
    expect(BYTES);
    long length = length();
    return file.data().asSlice(advance(length), length);
  }

  /** The current field as a message. */
  public WireReader message() {
    expect(BYTES);
    if (depth == MAX_DEPTH) {
      throw error("messages are nested more than " + MAX_DEPTH + " deep");
    }
    long length = length();
    long begin = advance(length);
    return new WireReader(file, begin, begin + length, depth + 1);
  }

  /** Adds the integers of the current field, packed or not. */
  public void integers(LongList list) {
    if (wire == VARINT) {
      list.add(rawVarint());
      return;
    }
    WireReader packed = packed();
    while (packed.at < packed.end) {
      list.add(packed.rawVarint());
    }
  }

  /** Adds the floats of the current field, packed or not, as their bits. */
  public void reals(LongList list) {
    if (wire == FIXED32) {
      list.add(file.data().get(I32, advance(4)));
      return;
    }
    WireReader packed = packed();
    while (packed.at < packed.end) {
      list.add(file.data().get(I32, packed.advance(4)));
    }
  }

  /** Adds the doubles of the current field, packed or not, as their bits. */
  public void doubles(LongList list) {
    if (wire == FIXED64) {
      list.add(file.data().get(I64, advance(8)));
      return;
    }
    WireReader packed = packed();
    while (packed.at < packed.end) {
      list.add(file.data().get(I64, packed.advance(8)));
    }
  }

  private WireReader packed() {
    expect(BYTES);
    long length = length();
    long begin = advance(length);
    return new WireReader(file, begin, begin + length, depth);
  }

  /** An error at the current field. */
  public FormatException error(String problem) {
    return FormatException.at(file.name(), fieldAt, problem);
  }

  private void expect(int type) {
    if (wire != type) {
      throw error("field " + field + " has wire type " + wire + ", expected " + type);
    }
  }

  private long length() {
    long length = rawVarint();
    if (length < 0 || length > end - at) {
      throw error(
          "field "
              + field
              + " claims "
              + Long.toUnsignedString(length)
              + " bytes, only "
              + (end - at)
              + " are left; the file is truncated or damaged");
    }
    return length;
  }

  private long advance(long bytes) {
    if (bytes > end - at) {
      throw error("field " + field + " ends after the message; the file is truncated or damaged");
    }
    long begin = at;
    at += bytes;
    return begin;
  }

  private long rawVarint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at == end) {
        throw FormatException.at(
            file.name(), at, "a number is cut off; the file is truncated or damaged");
      }
      byte b = file.data().get(ValueLayout.JAVA_BYTE, at++);
      value |= (long) (b & 127) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw FormatException.at(file.name(), at, "a number takes more than ten bytes");
  }
}
