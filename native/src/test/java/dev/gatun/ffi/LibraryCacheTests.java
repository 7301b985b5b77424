package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unpacking: once, whole, only for this user, and again when something is wrong. */
class LibraryCacheTests {
  private static final Platform PLATFORM = LibraryFileTests.LINUX_X86;

  @TempDir Path scratch;
  private Path resources;
  private Path root;
  private byte[] first;
  private byte[] second;

  @BeforeEach
  void writeBundle() throws IOException {
    root = scratch.resolve("cache").resolve("natives");
    resources = scratch.resolve("jar");
    first = new byte[700_001];
    second = new byte[3];
    new Random(1).nextBytes(first);
    new Random(2).nextBytes(second);
    resource("one.so", first);
    resource("two.so", second);
    resource(
        "SHA256SUMS",
        (line("one.so", first) + line("two.so", second)).getBytes(StandardCharsets.UTF_8));
  }

  private static String line(String name, byte[] contents) {
    byte[] hash = LibraryBundle.Sha256.newDigest().digest(contents);
    return HexFormat.of().formatHex(hash) + "  " + name + "\n";
  }

  private void resource(String name, byte[] contents) throws IOException {
    Path file = resources.resolve(LibraryBundle.path(PLATFORM, name));
    Files.createDirectories(file.getParent());
    Files.write(file, contents);
  }

  private LibraryBundle bundle() throws IOException {
    ClassLoader loader = new URLClassLoader(new URL[] {resources.toUri().toURL()}, null);
    LibraryBundle bundle = LibraryBundle.find(PLATFORM, List.of(loader));
    assertNotNull(bundle);
    return bundle;
  }

  private Path provide() throws IOException {
    return new LibraryCache(root).provide(bundle(), List.of("one.so", "two.so"));
  }

  @Test
  void unpacksOnceIntoADirectoryOfThisUserOnly() throws IOException {
    Path directory = provide();
    assertArrayEquals(first, Files.readAllBytes(directory.resolve("one.so")));
    assertArrayEquals(second, Files.readAllBytes(directory.resolve("two.so")));
    assertEquals(root.resolve("linux-x86_64-" + bundle().key()), directory);
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
    }
    FileTime written = Files.getLastModifiedTime(directory.resolve("one.so"));
    Files.delete(resources.resolve(LibraryBundle.path(PLATFORM, "one.so"))); // not needed again
    assertEquals(directory, provide());
    assertEquals(written, Files.getLastModifiedTime(directory.resolve("one.so")));
  }

  @Test
  void otherContentsGetAnotherDirectory() throws IOException {
    Path before = provide();
    second[0]++;
    resource("two.so", second);
    resource(
        "SHA256SUMS",
        (line("one.so", first) + line("two.so", second)).getBytes(StandardCharsets.UTF_8));
    Path after = provide();
    assertNotEquals(before, after);
    assertArrayEquals(second, Files.readAllBytes(after.resolve("two.so")));
  }

  @Test
  void replacesADamagedEntry() throws IOException {
    Path file = provide().resolve("one.so");
    byte[] damaged = first.clone();
    damaged[350_000] ^= 1; // same size
    Files.write(file, damaged);
    provide();
    assertArrayEquals(first, Files.readAllBytes(file));
    Files.write(file, new byte[10]);
    provide();
    assertArrayEquals(first, Files.readAllBytes(file));
    Files.delete(file);
    provide();
    assertArrayEquals(first, Files.readAllBytes(file));
  }

  @Test
  void keepsAnEntryThatOnlyLooksChanged() throws IOException {
    Path file = provide().resolve("one.so");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    Files.delete(resources.resolve(LibraryBundle.path(PLATFORM, "one.so")));
    provide(); // hashed again, found right, not unpacked again: the source is gone
    assertEquals(FileTime.fromMillis(1_000_000), Files.getLastModifiedTime(file));
  }

  @Test
  void unpacksCompleteFilesWhenManyStartAtOnce() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Callable<Path>> tasks = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        tasks.add(this::provide);
      }
      for (Future<Path> done : pool.invokeAll(tasks)) {
        assertArrayEquals(first, Files.readAllBytes(done.get().resolve("one.so")));
      }
    }
    try (Stream<Path> left = Files.list(provide())) {
      assertEquals(
          Set.of("lock", "one.so", "one.so.verified", "two.so", "two.so.verified"),
          Set.copyOf(left.map(p -> p.getFileName().toString()).toList()));
    }
  }

  @Test
  void refusesADamagedJarAndLeavesNothingBehind() throws IOException {
    byte[] damaged = first.clone();
    damaged[0]++;
    resource("one.so", damaged);
    IOException e = assertThrows(IOException.class, this::provide);
    assertTrue(
        String.valueOf(e.getMessage())
            .startsWith("the natives jar is damaged: SHA-256 of one.so is "),
        e::toString);
    try (Stream<Path> left = Files.list(root.resolve("linux-x86_64-" + bundle().key()))) {
      assertEquals(List.of("lock"), left.map(p -> p.getFileName().toString()).toList());
    }
  }

  @Test
  void refusesNamesThatLeaveTheDirectory() throws IOException {
    for (String name : List.of("../evil.so", "a/b.so", ".hidden", "..")) {
      resource("SHA256SUMS", line(name, first).getBytes(StandardCharsets.UTF_8));
      IOException e = assertThrows(IOException.class, this::bundle);
      assertTrue(
          String.valueOf(e.getMessage()).contains("unexpected line in SHA256SUMS"), e::toString);
    }
  }

  @Test
  void refusesADirectoryThatOthersCanWrite() throws IOException {
    assumeTrue(
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix"),
        "needs POSIX permissions");
    Path directory = provide();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    IOException e = assertThrows(IOException.class, this::provide);
    assertTrue(
        String.valueOf(e.getMessage()).contains("can be changed by other users"), e::toString);
  }
}
