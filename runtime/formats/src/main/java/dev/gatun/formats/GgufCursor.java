package dev.gatun.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the header of a GGUF file from front to end and trusts no length in it. */
final class GgufCursor {
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble F64 =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  /** Bytes of each type of value, 0 for strings and lists. */
  private static final int[] SIZES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  private final String name;
  private final MemorySegment data;
  private long at;

  GgufCursor(FileBytes file) {
    name = file.name();
    data = file.data();
  }

  long at() {
    return at;
  }

  FormatException broken(String what) {
    return FormatException.at(name, at, what);
  }

  private long take(long bytes, String what) {
    if (bytes < 0 || bytes > data.byteSize() - at) {
      throw broken(
          "%s: %s bytes wanted, the file has %d left"
              .formatted(what, Long.toUnsignedString(bytes), data.byteSize() - at));
    }
    long from = at;
    at += bytes;
    return from;
  }

  int int32(String what) {
    return data.get(I32, take(4, what));
  }

  long unsigned32(String what) {
    return Integer.toUnsignedLong(int32(what));
  }

  long int64(String what) {
    return data.get(I64, take(8, what));
  }

  long count(String what, long most) {
    long count = int64(what);
    if (count < 0 || count > most) {
      throw broken(Long.toUnsignedString(count) + " " + what + "; at most " + most + " are read");
    }
    return count;
  }

  String text(String what) {
    long length = int64(what);
    long from = take(length, what);
    byte[] bytes = data.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new FormatException(name + ", offset " + from + ": " + what + " is no UTF-8", e);
    }
  }

  Object value(long type, String key) {
    if (type == ARRAY) {
      return list(key);
    }
    requireKnown(type, key);
    return single((int) type, key);
  }

  private void requireKnown(long type, String key) {
    if (type >= SIZES.length) {
      throw broken("'" + key + "' has the type " + type + ", which is not known");
    }
  }

  private List<Object> list(String key) {
    long type = unsigned32(key);
    requireKnown(type, key);
    if (type == ARRAY) {
      throw broken("'" + key + "' is a list of lists, which is not read");
    }
    long length = int64(key);
    // Each string has at least its length.
    int least = type == STRING ? 8 : SIZES[(int) type];
    if (length < 0 || length > (data.byteSize() - at) / least) {
      throw broken(
          "'%s' has %s elements, for which the file is too short"
              .formatted(key, Long.toUnsignedString(length)));
    }
    List<Object> all = new ArrayList<>((int) Math.min(length, 1 << 20));
    for (long i = 0; i < length; i++) {
      all.add(single((int) type, key));
    }
    return all;
  }

  private Object single(int type, String key) {
    if (type == STRING) {
      return text(key);
    }
    long from = take(SIZES[type], key);
    return switch (type) {
      case 0 -> Byte.toUnsignedLong(data.get(ValueLayout.JAVA_BYTE, from));
      case 1 -> (long) data.get(ValueLayout.JAVA_BYTE, from);
      case 2 -> Short.toUnsignedLong(data.get(I16, from));
      case 3 -> (long) data.get(I16, from);
      case 4 -> Integer.toUnsignedLong(data.get(I32, from));
      case 5 -> (long) data.get(I32, from);
      case 6 -> (double) data.get(F32, from);
      case 7 -> bool(data.get(ValueLayout.JAVA_BYTE, from), key);
      case 10, 11 -> data.get(I64, from);
      case 12 -> data.get(F64, from);
      default -> throw broken("'" + key + "' has the type " + type);
    };
  }

  private Object bool(byte value, String key) {
    if (value != 0 && value != 1) {
      throw broken("'" + key + "' is neither true nor false but " + value);
    }
    return value == 1;
  }
}
