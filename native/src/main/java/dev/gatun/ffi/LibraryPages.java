package dev.gatun.ffi;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lets go of a library's pages that only opening it needed.
 *
 * <p>The loader reads all of its symbols and relocations, and its static constructors run through
 * its code: 34 MB of oneDNN stay resident, of which a network uses a few. Pages of parts that
 * cannot be written are the same as in the file, so they come back, from the system's cache, when
 * they are used again.
 */
final class LibraryPages {
  private static final int ELF_HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PF_W = 2;
  private static final int DYNAMIC_BYTES = 16;
  private static final long DT_TEXTREL = 22;
  private static final long DT_FLAGS = 30;
  private static final long DF_TEXTREL = 4;
  private static final int MADV_DONTNEED = 4;

  /** As large as pages get on the machines that natives are built for. */
  private static final long PAGE = 64 << 10;

  private static final Path MAPS = Path.of("/proc/self/maps");

  /** Addresses from, inclusive, to, exclusive. */
  record Range(long from, long to) {}

  /** Lets go of what can be read again; does nothing where the system is not Linux. */
  static void release(Path library) {
    Optional<MethodHandle> advise = UnclearedMemory.advise();
    if (advise.isEmpty()) {
      return;
    }
    try {
      for (Range range : unchanged(library)) {
        // Only advice: nothing is lost when the system does not follow it.
        int _ = (int) advise.get().invokeExact(range.from, range.to - range.from, MADV_DONTNEED);
      }
    } catch (IOException e) {
      // The library works as well with all of its pages in memory.
      System.getLogger(LibraryPages.class.getName())
          .log(System.Logger.Level.DEBUG, "pages of " + library + " are kept", e);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  /** Where this process has whole pages of the library that cannot differ from the file's. */
  static List<Range> unchanged(Path library) throws IOException {
    List<Range> ranges = new ArrayList<>();
    Optional<Long> base = base(library.toRealPath());
    if (base.isEmpty()) {
      return ranges;
    }
    try (FileChannel channel = FileChannel.open(library, StandardOpenOption.READ)) {
      ByteBuffer header = read(channel, 0, ELF_HEADER_BYTES);
      if (header.get(4) != 2 || header.get(5) != 1) {
        return ranges; // not 64 bits, little-endian
      }
      int entryBytes = Short.toUnsignedInt(header.getShort(54));
      int entries = Short.toUnsignedInt(header.getShort(56));
      if (entryBytes < PROGRAM_HEADER_BYTES) {
        return ranges;
      }
      ByteBuffer table = read(channel, header.getLong(32), entryBytes * entries);
      for (int at = 0; at < entryBytes * entries; at += entryBytes) {
        int type = table.getInt(at);
        if (type == PT_DYNAMIC && changesText(channel, table, at)) {
          return List.of();
        }
        if (type == PT_LOAD && (table.getInt(at + 4) & PF_W) == 0) {
          long begin = base.get() + table.getLong(at + 16);
          long from = (begin + PAGE - 1) & -PAGE;
          long to = (begin + table.getLong(at + 32)) & -PAGE;
          if (from < to) {
            ranges.add(new Range(from, to));
          }
        }
      }
    }
    return ranges;
  }

  /** Whether the loader has written to parts that are read-only afterwards. */
  private static boolean changesText(FileChannel channel, ByteBuffer table, int at)
      throws IOException {
    ByteBuffer dynamic =
        read(channel, table.getLong(at + 8), Math.toIntExact(table.getLong(at + 32)));
    for (int i = 0; i + DYNAMIC_BYTES <= dynamic.limit(); i += DYNAMIC_BYTES) {
      long tag = dynamic.getLong(i);
      if (tag == DT_TEXTREL || tag == DT_FLAGS && (dynamic.getLong(i + 8) & DF_TEXTREL) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Where the file's first byte is mapped. */
  private static Optional<Long> base(Path library) throws IOException {
    // As bytes: names of files need not be text.
    for (String line : Files.readAllLines(MAPS, StandardCharsets.ISO_8859_1)) {
      // address-address permissions offset device inode path
      String[] fields = line.split(" +", 6);
      if (fields.length == 6
          && Long.parseLong(fields[2], 16) == 0
          && fields[5].equals(name(library))) {
        return Optional.of(Long.parseLong(fields[0].substring(0, fields[0].indexOf('-')), 16));
      }
    }
    return Optional.empty();
  }

  private static String name(Path library) {
    return new String(
        library.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("file ends at " + (position + buffer.position()));
      }
    }
    return buffer.flip();
  }

  private LibraryPages() {}
}
