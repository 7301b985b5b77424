package dev.gatun.formats.onnx.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.formats.onnx.SharedFiles;
import dev.gatun.formats.onnx.TestedOptions;
import dev.gatun.formats.onnx.conformance.TestResult.Status;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Runs the ONNX backend tests that lie beside the repository; skipped where they do not. */
class ConformanceTests {
  private static final int ACHIEVED = 1110;

  /** Of the tests of single operators, sessions run one in so many. */
  private static final int SAMPLED = 3;

  @Test
  void backendTestsPassAndNoneHangs() throws IOException {
    Path directory = unpacked();

    // The large networks of the light tests belong to the compiled sessions' test.
    List<TestResult> results = new ArrayList<>();
    ConformanceSuite suite =
        new ConformanceSuite(ModelRunner.REFERENCE, Tolerance.DEFAULT, Duration.ofSeconds(30));
    for (String part :
        List.of(
            "node", "node-gen", "pytorch-converted", "pytorch-operator", "simple", "simple-gen")) {
      results.addAll(suite.run(directory.resolve(part), result -> {}));
    }

    long passed = results.stream().filter(r -> r.status() == Status.PASSED).count();
    StringBuilder rest = new StringBuilder();
    results.stream()
        .filter(r -> r.status() != Status.PASSED)
        .forEach(r -> rest.append(r).append('\n'));
    Files.writeString(Path.of("target", "conformance-rest.txt"), rest);
    assertTrue(passed >= ACHIEVED, () -> passed + " of " + results.size() + " passed\n" + rest);
    assertTrue(
        results.stream().noneMatch(r -> r.reason().contains("takes longer")), rest::toString);
  }

  /** Whatever the interpreter passes, compiled sessions must pass. */
  @Test
  void sessionsPassWhatTheInterpreterPasses() throws IOException {
    Path directory = unpacked();
    ConformanceSuite sessions = ConformanceSuite.compiled(TestedOptions.get());
    ConformanceSuite interpreter = ConformanceSuite.reference();
    List<TestResult> broken = new ArrayList<>();
    int passed = 0;
    for (Path test : sample(directory)) {
      for (TestResult result : sessions.run(test, r -> {})) {
        if (result.status() == Status.PASSED) {
          passed++;
        } else if (interpreter.run(test, r -> {}).stream()
            .anyMatch(r -> r.name().equals(result.name()) && r.status() == Status.PASSED)) {
          broken.add(result);
        }
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(passed > ACHIEVED / SAMPLED / 2, "only " + passed + " tests passed");
  }

  private static List<Path> sample(Path directory) throws IOException {
    List<Path> sample = new ArrayList<>();
    for (String part : List.of("node", "pytorch-converted", "pytorch-operator", "simple")) {
      try (Stream<Path> tests = Files.list(directory.resolve(part))) {
        sample.addAll(
            tests
                .filter(t -> Math.floorMod(t.getFileName().toString().hashCode(), SAMPLED) == 0)
                .sorted()
                .toList());
      }
    }
    return sample;
  }

  private static Path unpacked() throws IOException {
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
}
