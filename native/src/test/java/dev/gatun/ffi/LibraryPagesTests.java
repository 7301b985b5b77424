package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryPagesTests {
  @Test
  void pagesThatCannotBeWrittenAreLetGo() throws IOException {
    Path library = opened();
    List<LibraryPages.Range> ranges = LibraryPages.unchanged(library);
    long bytes = ranges.stream().mapToLong(r -> r.to() - r.from()).sum();
    assertTrue(bytes > Files.size(library) / 2, bytes + " bytes");
    for (LibraryPages.Range range : ranges) {
      List<String> permissions = permissions(range);
      assertFalse(permissions.isEmpty(), "nothing is mapped at " + range);
      permissions.forEach(p -> assertEquals('-', p.charAt(1), p));
    }
  }

  @Test
  void theLibraryWorksAfterItsPagesWereLetGo() throws IOException {
    Path library = opened();
    LibraryPages.release(library);
    long before = residentKilobytes(library);
    assertTrue(before < Files.size(library) / 1024 / 4, before + " KB resident");
    OneDnn dnnl = OneDnn.find().orElseThrow();
    try (Buffers buffers = new Buffers()) {
      float[] values = buffers.random(-1, 1, 5, 7);
      MemorySegment dst = buffers.bytes(4L * values.length);
      dnnl.reorder(
          MemoryDesc.rowMajor(DataType.F32, 5, 7),
          buffers.floats(values).address(),
          MemoryDesc.strided(DataType.F32, new long[] {5, 7}, new long[] {1, 5}),
          dst.address());
      for (int i = 0; i < values.length; i++) {
        long at = 4L * (i % 7 * 5 + i / 7);
        assertEquals(values[i], dst.get(ValueLayout.JAVA_FLOAT, at));
      }
    }
    assertTrue(residentKilobytes(library) > before, "code came back when it ran");
  }

  @Test
  void filesThatAreNotOpenHaveNoPages(@TempDir Path directory) throws IOException {
    assumeTrue(Platform.current().os() == Platform.Os.LINUX, "only Linux tells what is mapped");
    Path file = Files.write(directory.resolve("nothing.so"), new byte[100]);
    assertEquals(List.of(), LibraryPages.unchanged(file));
    LibraryPages.release(file);
    LibraryPages.release(directory.resolve("missing.so"));
  }

  private static Path opened() {
    assumeTrue(Platform.current().os() == Platform.Os.LINUX, "only Linux tells what is mapped");
    Probe<OneDnn> probe = OneDnn.find();
    assumeTrue(probe.library().isPresent(), "oneDNN is not here");
    return Path.of(probe.attempts().getLast().location());
  }

  private static List<String> permissions(LibraryPages.Range range) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .map(line -> line.replaceFirst("-", " ").split(" ", 4))
        .filter(
            f ->
                Long.parseUnsignedLong(f[0], 16) < range.to()
                    && Long.parseUnsignedLong(f[1], 16) > range.from())
        .map(f -> f[2])
        .toList();
  }

  private static long residentKilobytes(Path library) throws IOException {
    long sum = 0;
    boolean ours = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        ours = line.endsWith(library.getFileName().toString());
      } else if (ours && line.startsWith("Rss:")) {
        sum += Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return sum;
  }
}
