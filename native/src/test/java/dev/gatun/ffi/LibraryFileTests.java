package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Headers of libraries that the loader must never see, and of one that it may. */
class LibraryFileTests {
  static final Platform LINUX_X86 = new Platform(Platform.Os.LINUX, Platform.Arch.X86_64);
  private static final Platform LINUX_ARM = new Platform(Platform.Os.LINUX, Platform.Arch.ARM64);
  private static final Platform MAC_ARM = new Platform(Platform.Os.MACOS, Platform.Arch.ARM64);
  private static final Platform WINDOWS = new Platform(Platform.Os.WINDOWS, Platform.Arch.X86_64);
  private static final int X86_64 = 62;
  private static final int AARCH64 = 183;

  @TempDir Path directory;

  /** An ELF file whose only loadable part has {@code bodyBytes} after a 176-byte header. */
  static byte[] elf(int machine, int bodyBytes) {
    ByteBuffer b = ByteBuffer.allocate(176 + bodyBytes).order(ByteOrder.LITTLE_ENDIAN);
    b.put(0, new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1});
    b.putShort(16, (short) 3).putShort(18, (short) machine).putInt(20, 1);
    b.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 2);
    b.putInt(64, 1).putLong(72, 176).putLong(96, bodyBytes);
    b.putInt(120, 0x6474E551).putInt(124, 6); // no executable stack, or the JVM complains
    return b.array();
  }

  private String problem(byte[] contents, Platform platform) throws IOException {
    Path file = directory.resolve("lib.so");
    Files.write(file, contents);
    String problem = LibraryFile.problem(file, platform);
    assertNotNull(problem);
    return problem;
  }

  @Test
  void acceptsAWholeLibraryOfThisMachine() throws IOException {
    Path file = directory.resolve("lib.so");
    Files.write(file, elf(X86_64, 1000));
    assertNull(LibraryFile.problem(file, LINUX_X86));
    Files.write(file, elf(AARCH64, 1));
    assertNull(LibraryFile.problem(file, LINUX_ARM));
  }

  @Test
  void namesBothMachinesWhenTheyDiffer() throws IOException {
    assertTrue(
        problem(elf(AARCH64, 100), LINUX_X86)
            .startsWith("is made for arm64, this machine is linux-x86_64"));
    assertTrue(problem(elf(X86_64, 100), LINUX_ARM).startsWith("is made for x86_64"));
    assertTrue(problem(elf(8, 100), LINUX_X86).startsWith("is made for ELF machine 8"));
    byte[] narrow = elf(X86_64, 100);
    narrow[4] = 1;
    assertTrue(problem(narrow, LINUX_X86).startsWith("is made for x86_64, 32 bit"));
  }

  @Test
  void findsEveryTruncation() throws IOException {
    byte[] whole = elf(X86_64, 1000);
    for (int length : new int[] {0, 1, 63}) {
      assertTrue(problem(java.util.Arrays.copyOf(whole, length), LINUX_X86).contains("truncated"));
    }
    for (int length : new int[] {64, 100, 176, 1175}) {
      String problem = problem(java.util.Arrays.copyOf(whole, length), LINUX_X86);
      assertTrue(problem.startsWith("is truncated: " + length + " bytes"), problem);
    }
  }

  @Test
  void survivesNonsense() throws IOException {
    assertEquals("is not an ELF shared library", problem(new byte[5000], LINUX_X86));
    byte[] hostile = elf(X86_64, 1000);
    ByteBuffer b = ByteBuffer.wrap(hostile).order(ByteOrder.LITTLE_ENDIAN);
    b.putLong(32, Long.MAX_VALUE - 5);
    assertTrue(problem(hostile, LINUX_X86).contains("damaged"));
    b.putLong(32, 64).putLong(72, Long.MAX_VALUE).putLong(96, Long.MAX_VALUE);
    assertTrue(problem(hostile, LINUX_X86).contains("damaged"));
    b.putLong(72, 176).putLong(96, 1000).putShort(54, (short) -1).putShort(56, (short) 1000);
    assertTrue(problem(hostile, LINUX_X86).contains("truncated"));
    b.putShort(56, (short) -1);
    assertTrue(problem(hostile, LINUX_X86).contains("damaged"));
  }

  @Test
  void saysWhatIsThereInsteadOfAFile() {
    assertEquals("does not exist", LibraryFile.problem(directory.resolve("none.so"), LINUX_X86));
    assertEquals("is not a regular file", LibraryFile.problem(directory, LINUX_X86));
  }

  @Test
  void readsTheFormatsOfOtherSystems() throws IOException {
    ByteBuffer macho = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    macho.putInt(0, 0xFEEDFACF).putInt(4, 0x01000007);
    assertTrue(problem(macho.array(), MAC_ARM).startsWith("is made for x86_64"));
    assertEquals("is not a 64-bit Mach-O shared library", problem(new byte[64], MAC_ARM));
    ByteBuffer pe = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    pe.put(0, (byte) 'M').put(1, (byte) 'Z').putInt(60, 100).putShort(104, (short) 0xAA64);
    assertTrue(problem(pe.array(), WINDOWS).startsWith("is made for arm64"));
    assertEquals("is not a Windows DLL", problem(new byte[64], WINDOWS));
  }
}
