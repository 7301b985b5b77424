package dev.gatun.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A ZIP archive whose entries are not compressed, as PyTorch writes them: each is a slice of the
 * mapped file. Archives beyond 4 GB (ZIP64) are read, too.
 */
final class StoredZip {
  private static final int MAX_ENTRIES = 1_000_000;
  private static final int END = 0x06054b50;
  private static final int END64_LOCATOR = 0x07064b50;
  private static final int END64 = 0x06064b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int LOCAL = 0x04034b50;
  private static final int ZIP64_FIELD = 1;
  private static final long ALL = 0xffffffffL;
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private final MemorySegment data;

  private StoredZip(FileBytes file) {
    this.file = file.name();
    this.data = file.data();
  }

  /** Whether a file begins as an archive does. */
  static boolean isZip(FileBytes file) {
    return file.data().byteSize() >= 4 && file.data().get(U32, 0) == LOCAL;
  }

  /** The entries by name. */
  static Map<String, MemorySegment> read(FileBytes file) {
    try {
      return new StoredZip(file).entries();
    } catch (IndexOutOfBoundsException e) {
      throw new FormatException(file.name() + ": the archive is truncated or damaged", e);
    }
  }

  private Map<String, MemorySegment> entries() {
    long end = end();
    long count = u16(end + 10);
    long at = u32(end + 16);
    if (count == 0xffff || at == ALL) {
      long locator = end - 20;
      require(locator >= 0 && u32(locator) == END64_LOCATOR, end, "has no ZIP64 directory");
      long end64 = data.get(U64, locator + 8);
      require(u32(end64) == END64, end64, "has no ZIP64 directory");
      count = data.get(U64, end64 + 32);
      at = data.get(U64, end64 + 48);
    }
    require(count >= 0 && count <= MAX_ENTRIES, end, "claims " + count + " entries");
    Map<String, MemorySegment> entries = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      require(u32(at) == CENTRAL, at, "the directory is damaged");
      int nameLength = u16(at + 28);
      int extraLength = u16(at + 30);
      String name = text(at + 46, nameLength);
      require(u16(at + 10) == 0, at, "entry '" + name + "' is compressed or encrypted");
      MemorySegment content = content(at, name, at + 46 + nameLength, extraLength);
      if (entries.put(name, content) != null) {
        throw FormatException.at(file, at, "there are two entries '" + name + "'");
      }
      at += 46L + nameLength + extraLength + u16(at + 32);
    }
    return entries;
  }

  private MemorySegment content(long at, String name, long extra, int extraLength) {
    long packed = u32(at + 20);
    long size = u32(at + 24);
    long local = u32(at + 42);
    // Sizes that do not fit stand in a field of their own, in this order.
    for (long f = extra; f + 4 <= extra + extraLength; f += 4L + u16(f + 2)) {
      if (u16(f) == ZIP64_FIELD) {
        long next = f + 4;
        if (size == ALL) {
          size = data.get(U64, next);
          next += 8;
        }
        if (packed == ALL) {
          packed = data.get(U64, next);
          next += 8;
        }
        if (local == ALL) {
          local = data.get(U64, next);
        }
      }
    }
    require(size >= 0 && packed == size, at, "entry '" + name + "' has two sizes");
    require(
        local >= 0 && local <= data.byteSize() - 30 && u32(local) == LOCAL,
        at,
        "entry '" + name + "' is not where the directory says");
    long from = local + 30 + u16(local + 26) + u16(local + 28);
    require(size <= data.byteSize() - from, at, "entry '" + name + "' reaches beyond the file");
    return data.asSlice(from, size);
  }

  /** Where the directory's end is: the last such mark, behind which only a comment may be. */
  private long end() {
    long lowest = Math.max(0, data.byteSize() - 22 - 0xffff);
    for (long at = data.byteSize() - 22; at >= lowest; at--) {
      if (u32(at) == END && at + 22 + u16(at + 20) == data.byteSize()) {
        return at;
      }
    }
    throw new FormatException(file + ": the archive has no directory; it is truncated or damaged");
  }

  private void require(boolean good, long at, String problem) {
    if (!good) {
      throw FormatException.at(file, at, problem);
    }
  }

  private int u16(long at) {
    return data.get(U16, at) & 0xffff;
  }

  private long u32(long at) {
    return data.get(U32, at) & ALL;
  }

  private String text(long at, int length) {
    return new String(
        data.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }
}
