package dev.gatun.formats.onnx.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.formats.onnx.SharedFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The ONNX backend tests that lie beside the repository, unpacked once. */
final class Suite {
  static Path unpacked() throws IOException {
    Path archive = SharedFiles.onnx("conformance.tar.gz");
    assumeTrue(Files.exists(archive), () -> archive + " is not there");
    Path directory = Path.of("target", "conformance");
    unpack(archive, directory);
    return directory;
  }

  /** Unpacks a tar file of plain names, once. */
  private static void unpack(Path archive, Path directory) throws IOException {
    if (Files.exists(directory.resolve("done"))) {
      return;
    }
    try (InputStream in =
        new BufferedInputStream(new GZIPInputStream(Files.newInputStream(archive), 1 << 16))) {
      byte[] header = new byte[512];
      String longName = "";
      while (in.readNBytes(header, 0, 512) == 512 && header[0] != 0) {
        long size = Long.parseLong(text(header, 124, 12).strip(), 8);
        byte[] content = in.readNBytes((int) size);
        in.skipNBytes((512 - size % 512) % 512);
        if (header[156] == 'L') { // GNU: the name of the next entry, which is longer than 100 bytes
          longName = text(content, 0, content.length);
          continue;
        }
        String name = longName.isEmpty() ? text(header, 0, 100) : longName;
        longName = "";
        Path file = directory.resolve(name).normalize();
        assertTrue(file.startsWith(directory), name);
        if (header[156] == '5') {
          Files.createDirectories(file);
        } else {
          assertTrue(header[156] == '0', () -> "entry of unknown kind: " + name);
          Files.createDirectories(file.resolveSibling(""));
          Files.write(file, content);
        }
      }
    }
    Files.writeString(directory.resolve("done"), "");
  }

  private static String text(byte[] header, int at, int length) {
    int end = at;
    while (end < at + length && header[end] != 0) {
      end++;
    }
    return new String(header, at, end - at, StandardCharsets.UTF_8);
  }

  /** One test in so many, by its name. */
  static List<Path> sample(Path directory, int every) throws IOException {
    List<Path> sample = new ArrayList<>();
    for (String part : List.of("node", "pytorch-converted", "pytorch-operator", "simple")) {
      try (Stream<Path> tests = Files.list(directory.resolve(part))) {
        sample.addAll(
            tests
                .filter(t -> Math.floorMod(t.getFileName().toString().hashCode(), every) == 0)
                .sorted()
                .toList());
      }
    }
    return sample;
  }

  private Suite() {}
}
