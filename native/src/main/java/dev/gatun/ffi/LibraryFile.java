package dev.gatun.ffi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of a shared library before the operating system's loader sees it.
 *
 * <p>The loader's own message for another machine's library is unclear, and it maps a truncated
 * file without complaint: the process then dies of SIGBUS when it touches the missing part.
 */
final class LibraryFile {
  private static final int ELF_MAGIC = 0x7F454C46; // big-endian "\x7fELF"
  private static final int MACHO_64_MAGIC = 0xFEEDFACF; // read as little-endian
  private static final int MACHO_UNIVERSAL_MAGIC = 0xCAFEBABE; // read as big-endian
  private static final int ELF_X86_64 = 62;
  private static final int ELF_AARCH64 = 183;
  private static final int MACHO_X86_64 = 0x01000007;
  private static final int MACHO_ARM64 = 0x0100000C;
  private static final int PE_X86_64 = 0x8664;
  private static final int PE_ARM64 = 0xAA64;
  private static final int HEADER_BYTES = 64;
  private static final int PT_LOAD = 1;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int MAX_PROGRAM_HEADERS = 1024;
  private static final long MAX_FILE_BYTES = 1L << 40;

  /** Says what is wrong with {@code file} for {@code platform}, or null when nothing is. */
  static @Nullable String problem(Path file, Platform platform) {
    if (!Files.isRegularFile(file)) {
      return Files.exists(file) ? "is not a regular file" : "does not exist";
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < HEADER_BYTES) {
        return "is truncated: " + size + " bytes, a shared library has at least " + HEADER_BYTES;
      }
      ByteBuffer header = read(channel, 0, HEADER_BYTES);
      return switch (platform.os()) {
        case LINUX -> elfProblem(channel, header, platform);
        case MACOS -> machoProblem(header, platform);
        case WINDOWS -> peProblem(channel, header, platform);
        case OTHER -> "cannot be used: no native library is known for this operating system";
      };
    } catch (IOException e) {
      return "cannot be read: " + e;
    }
  }

  private static @Nullable String elfProblem(
      FileChannel channel, ByteBuffer header, Platform platform) throws IOException {
    if (header.order(ByteOrder.BIG_ENDIAN).getInt(0) != ELF_MAGIC) {
      return "is not an ELF shared library";
    }
    boolean bits64 = header.get(4) == 2;
    boolean littleEndian = header.get(5) == 1;
    header.order(littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int machine = Short.toUnsignedInt(header.getShort(18));
    int wanted = platform.arch() == Platform.Arch.ARM64 ? ELF_AARCH64 : ELF_X86_64;
    if (!bits64 || !littleEndian || machine != wanted) {
      String found =
          (machine == ELF_X86_64
                  ? "x86_64"
                  : machine == ELF_AARCH64 ? "arm64" : "ELF machine " + machine)
              + (bits64 ? "" : ", 32 bit")
              + (littleEndian ? "" : ", big-endian");
      return wrongMachine(found, platform);
    }
    return elfTruncation(channel, header);
  }

  /** Every loadable part and the table of sections must lie inside the file. */
  private static @Nullable String elfTruncation(FileChannel channel, ByteBuffer header)
      throws IOException {
    long size = channel.size();
    long sections = header.getLong(40);
    long programHeaders = header.getLong(32);
    int entryBytes = Short.toUnsignedInt(header.getShort(54));
    int entries = Short.toUnsignedInt(header.getShort(56));
    if (sections < 0
        || sections > MAX_FILE_BYTES
        || programHeaders <= 0
        || programHeaders > MAX_FILE_BYTES
        || entryBytes < PROGRAM_HEADER_BYTES
        || entries > MAX_PROGRAM_HEADERS) {
      return "is damaged: its header makes no sense";
    }
    long endOfHeaders = programHeaders + (long) entryBytes * entries;
    long needed =
        Math.max(
            endOfHeaders,
            sections
                + (long) Short.toUnsignedInt(header.getShort(58))
                    * Short.toUnsignedInt(header.getShort(60)));
    if (endOfHeaders <= size) {
      ByteBuffer table = read(channel, programHeaders, Math.multiplyExact(entryBytes, entries));
      for (int i = 0; i < entries; i++) {
        int at = i * entryBytes;
        long offset = table.getLong(at + 8);
        long bytes = table.getLong(at + 32);
        if (offset < 0 || bytes < 0 || offset > MAX_FILE_BYTES || bytes > MAX_FILE_BYTES) {
          return "is damaged: its header makes no sense";
        }
        needed = Math.max(needed, table.getInt(at) == PT_LOAD ? offset + bytes : 0);
      }
    }
    return needed <= size
        ? null
        : "is truncated: " + size + " bytes, its header speaks of " + needed;
  }

  private static @Nullable String machoProblem(ByteBuffer header, Platform platform) {
    if (header.order(ByteOrder.BIG_ENDIAN).getInt(0) == MACHO_UNIVERSAL_MAGIC) {
      return null; // several machines in one file: the loader picks
    }
    header.order(ByteOrder.LITTLE_ENDIAN);
    if (header.getInt(0) != MACHO_64_MAGIC) {
      return "is not a 64-bit Mach-O shared library";
    }
    int machine = header.getInt(4);
    int wanted = platform.arch() == Platform.Arch.ARM64 ? MACHO_ARM64 : MACHO_X86_64;
    return machine == wanted
        ? null
        : wrongMachine(
            machine == MACHO_ARM64
                ? "arm64"
                : machine == MACHO_X86_64 ? "x86_64" : "Mach-O machine " + machine,
            platform);
  }

  private static @Nullable String peProblem(
      FileChannel channel, ByteBuffer header, Platform platform) throws IOException {
    header.order(ByteOrder.LITTLE_ENDIAN);
    long signature = Integer.toUnsignedLong(header.getInt(60));
    if (header.get(0) != 'M' || header.get(1) != 'Z' || signature + 24 > channel.size()) {
      return "is not a Windows DLL";
    }
    ByteBuffer coff = read(channel, signature, 24);
    int machine = Short.toUnsignedInt(coff.getShort(4));
    int wanted = platform.arch() == Platform.Arch.ARM64 ? PE_ARM64 : PE_X86_64;
    return machine == wanted
        ? null
        : wrongMachine(
            machine == PE_X86_64
                ? "x86_64"
                : machine == PE_ARM64 ? "arm64" : "PE machine 0x" + Integer.toHexString(machine),
            platform);
  }

  private static String wrongMachine(String found, Platform platform) {
    return "is made for "
        + found
        + ", this machine is "
        + platform
        + "; use the library (or the natives jar) of "
        + platform;
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

  private LibraryFile() {}
}
